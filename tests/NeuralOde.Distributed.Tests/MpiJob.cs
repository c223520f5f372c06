using System.Diagnostics;
using System.Text;

namespace NeuralOde.Distributed.Tests;

/// <summary>What <c>mpirun</c> started, and how it ended.</summary>
/// <param name="ExitCode">The job's exit code.</param>
/// <param name="Out">What was written to the output.</param>
/// <param name="Error">What was written as messages.</param>
internal sealed record MpiJob(int ExitCode, string Out, string Error)
{
    /// <summary>MPICH's program that starts processes.</summary>
    public const string Hydra = "mpiexec.hydra";

    /// <summary>How long it took from the last message to the end of the job.</summary>
    public TimeSpan AfterLastWord { get; private init; }

    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(2);

    public static string Tool { get; } = Program("NeuralOde.Cli", "neuralode");

    public static string Probe { get; } = Program("NeuralOde.MpiProbe", "NeuralOde.MpiProbe");

    /// <summary>What was written to the output, line by line, without what a terminal is told.</summary>
    public string[] Lines =>
        [.. Out.Replace("\x1b[?1h\x1b=", "", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static x => x.TrimEnd('\r'))];

    /// <summary>The last line that a process wrote.</summary>
    public string LastWord => Error.TrimEnd().Split('\n')[^1];

    /// <summary>Runs a program in some processes, and waits for its end.</summary>
    public static MpiJob Run(int processes, string program, params string[] arguments) => Run(["-n", $"{processes}", program, .. arguments]);

    /// <summary>Runs what the words after <c>mpirun</c> say.</summary>
    public static MpiJob Run(string[] words, Action<Process>? meanwhile = null) =>
        Started("mpirun", ["--quiet", "--oversubscribe", "--allow-run-as-root", .. words], meanwhile);

    /// <summary>Runs a program in some processes by MPICH.</summary>
    public static MpiJob RunByMpich(int processes, string program, params string[] arguments) => Started(Hydra, ["-n", $"{processes}", program, .. arguments], null);

    /// <summary>Runs a program without <c>mpirun</c>.</summary>
    public static MpiJob Alone(string program, params string[] arguments) => Started(program, arguments, null);

    public static MpiJob Alone(string program, (string Name, string Value) variable, params string[] arguments) => Started(program, arguments, null, variable);

    private static MpiJob Started(string program, string[] words, Action<Process>? meanwhile, (string Name, string Value)? variable = null)
    {
        var start = new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8 };

        // One thread each: the processes share the machine with other tests.
        start.Environment["NEURALODE_THREADS"] = "1";
        if (variable is var (name, value))
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        long lastWord = Stopwatch.GetTimestamp();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = ReadAsync(process.StandardError, () => lastWord = Stopwatch.GetTimestamp());
        meanwhile?.Invoke(process);
        if (!process.WaitForExit(s_longest))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', words)} did not end within {s_longest}: {output.Result} {error.Result}");
        }

        long end = Stopwatch.GetTimestamp();
        return new MpiJob(process.ExitCode, output.Result, error.Result) { AfterLastWord = Stopwatch.GetElapsedTime(Math.Min(lastWord, end), end) };
    }

    /// <summary>Reads to the end, and tells whenever something came.</summary>
    private static async Task<string> ReadAsync(StreamReader reader, Action came)
    {
        var text = new StringBuilder();
        char[] buffer = new char[4096];
        for (int count = await reader.ReadAsync(buffer); count > 0; count = await reader.ReadAsync(buffer))
        {
            came();
            text.Append(buffer, 0, count);
        }

        return text.ToString();
    }

    private static string Program(string project, string name) => Repository.PathOf($"artifacts/bin/{project}/{new DirectoryInfo(AppContext.BaseDirectory).Name}/{name}");
}
