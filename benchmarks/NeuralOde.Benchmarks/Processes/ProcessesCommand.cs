using System.Diagnostics;
using System.Globalization;

namespace NeuralOde.Benchmarks.Processes;

/// <summary>Measures what several processes gain, in turns, and compares with the model of docs/cluster.md.</summary>
internal static class ProcessesCommand
{
    private const int MicroBatches = 4;
    private const int StepCount = 12;
    private static readonly int[] s_sizes = [1, 2, 4];

    /// <summary>Measures and prints.</summary>
    /// <param name="rounds">How often each thing is measured.</param>
    /// <param name="sections">Of division, steps, statistics, overlap and seeds those to measure; all where there is none.</param>
    public static int Run(int rounds, string[] sections)
    {
        (string Name, Action<int> Measure)[] all = [("division", Division), ("steps", Steps), ("statistics", Statistics), ("overlap", Overlap), ("seeds", Seeds)];
        if (Array.Find(sections, x => !Array.Exists(all, y => y.Name == x)) is { } unknown)
        {
            throw new ArgumentException($"There is no section '{unknown}'; the sections are {string.Join(", ", all.Select(static x => x.Name))}.");
        }

        Console.WriteLine($"{Environment.ProcessorCount} processors, one thread for each process, medians of {rounds} rounds in turns, with the range");
        foreach ((string name, Action<int> measure) in all)
        {
            if (sections.Length == 0 || sections.Contains(name))
            {
                Console.WriteLine();
                measure(rounds);
            }
        }

        return 0;
    }

    private static void Division(int rounds)
    {
        Console.WriteLine("What micro-batches cost: a training step of 32 MNIST images (ODE-Net, 208,010 parameters) in one process");
        Console.WriteLine();
        Console.WriteLine("| micro-batches | step, ms | of the undivided step |");
        Console.WriteLine("| --- | --- | --- |");
        int[] divisions = [1, 2, 4, 8];
        double[][] divided = Turns(rounds, divisions, static x => Step(1, x)[0]);
        for (int i = 0; i < divisions.Length; i++)
        {
            Console.WriteLine(Invariant($"| {divisions[i]} | {1e3 * Median(divided[i]):0.0} | {Ratios(divided[i], divided[0])} |"));
        }
    }

    private static void Steps(int rounds)
    {
        double[][] messages = [.. s_sizes.Skip(1).Select(static size => Numbers(size, "messages"))];
        Console.WriteLine("An exchange and a gather, as they add the gradients of all processes");
        Console.WriteLine();
        Console.WriteLine("| processes | one float each, µs | 200,000 floats, ms | 2,000,000 floats, ms | latency, µs | bandwidth, GB/s |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        for (int i = 0; i < messages.Length; i++)
        {
            (double latency, double bandwidth) = Fit(s_sizes[i + 1], messages[i]);
            Console.WriteLine(Invariant(
                $"| {s_sizes[i + 1]} | {1e6 * messages[i][0]:0.0} | {1e3 * messages[i][1]:0.00} | {1e3 * messages[i][2]:0.0} | {1e6 * latency:0.0} | {1e-9 * bandwidth:0.0} |"));
        }

        double[][][] steps = [.. s_sizes.Select(_ => new double[rounds][])];
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < s_sizes.Length; i++)
            {
                steps[i][round] = Step(s_sizes[i], MicroBatches);
            }
        }

        double[][] Column(int number) => [.. steps.Select(x => x.Select(y => y[number]).ToArray())];
        double[][] times = Column(0), waits = Column(1), computing = Column(3);
        Console.WriteLine();
        Console.WriteLine($"A training step of 32 MNIST images in {MicroBatches} micro-batches, shared by processes");
        Console.WriteLine();
        Console.WriteLine("| processes | step, ms | predicted, ms | throughput, relative to one process | messages and waits, ms | computing, relative |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        for (int i = 0; i < s_sizes.Length; i++)
        {
            int size = s_sizes[i];
            (double latency, double bandwidth) = i == 0 ? (0, 1) : Fit(size, messages[i - 1]);
            double message = i == 0 ? 0 : latency + (Volume(size, steps[0][0][2]) / bandwidth);
            double predicted = Predicted(Median(times[0]), MicroBatches, size, Environment.ProcessorCount, message);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {size} | {1e3 * Median(times[i]):0.0} | {1e3 * predicted:0.0} | {Ratios(times[0], times[i])} | {1e3 * Median(waits[i]):0.00} | "
                    + $"{Ratios(computing[0], computing[i])} |"));
        }

        Console.WriteLine();
        Console.WriteLine("Computing: the processor time of one process over that of the process that takes most; on a machine that others use, too, it is what "
            + "the division of work gains.");
    }

    private static void Statistics(int rounds)
    {
        Console.WriteLine($"Statistics of the whole batch: the same step, whose equation normalizes over the batch, in {MicroBatches} micro-batches");
        Console.WriteLine();
        Console.WriteLine("| processes | statistics of each micro-batch, ms | of the whole batch, ms | the second over the first |");
        Console.WriteLine("| --- | --- | --- | --- |");
        foreach (int size in s_sizes[..2])
        {
            double[][] times = Turns(rounds, [0, 1], x => Numbers(size, "step", $"{MicroBatches}", $"{StepCount}", x == 1 ? "batch" : "micro-batch")[0]);
            Console.WriteLine(Invariant($"| {size} | {1e3 * Median(times[0]):0.0} | {1e3 * Median(times[1]):0.0} | {Ratios(times[1], times[0])} |"));
        }
    }

    private static void Overlap(int rounds)
    {
        Console.WriteLine("What an overlap of the sums with the backward pass could gain: two processes, 32 images, two micro-batches");
        Console.WriteLine();
        Console.WriteLine("| model | parameters | gradient, MB | step, ms | exchange of the sums, ms | share of the step | complete before the last operations | gain at most |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (string model in ProcessesWorker.Models.Keys)
        {
            double[][] runs = [.. Enumerable.Range(0, rounds).Select(_ => Numbers(2, "overlap", model, $"{StepCount}"))];
            double Of(int number) => Median([.. runs.Select(x => x[number])]);
            double share = Of(2) / Of(0);
            Console.WriteLine(Invariant(
                $"| {model} | {Of(1):N0} | {4e-6 * Of(1):0.00} | {1e3 * Of(0):0.00} | {1e3 * Of(2):0.000} | {100 * share:0.0} % | ") + Invariant(
                $"{100 * Of(3):0} % | {100 * share * Of(3):0.0} % |"));
        }

        Console.WriteLine();
        Console.WriteLine("Exchange: messages of the gradient's size among processes that wait for nothing else. Complete before: the share of the gradient that does not belong "
            + "to the first layer with parameters, which the backward pass completes last.");
    }

    private static void Seeds(int rounds)
    {
        Console.WriteLine("64 seeds of a fit of hares and lynxes, start of the program included");
        Console.WriteLine();
        Console.WriteLine("| processes | seconds | speed, relative to one process |");
        Console.WriteLine("| --- | --- | --- |");
        double[][] seeds = Turns(rounds, [1, 2], SecondsOfSeeds);
        for (int i = 0; i < seeds.Length; i++)
        {
            Console.WriteLine(Invariant($"| {i + 1} | {Median(seeds[i]):0.0} | {Ratios(seeds[0], seeds[i])} |"));
        }
    }

    /// <summary>The step of N processes, from that of one: the largest share of micro-batches, as many at a time as there are processors, and the messages.</summary>
    private static double Predicted(double one, int microBatches, int size, int cores, double messages) =>
        (one / microBatches * ((microBatches + size - 1) / size) * Math.Max(1, (double)size / cores)) + messages;

    /// <summary>Bytes that a process sends: all slices but its own, and its slice of the sums to the others.</summary>
    private static double Volume(int size, double floats) => 2 * sizeof(float) * floats * (size - 1) / size;

    /// <summary>Latency from the smallest message, bandwidth from the message of a gradient of this size.</summary>
    private static (double Latency, double Bandwidth) Fit(int size, double[] times) => (times[0], Volume(size, 200_000) / Math.Max(1e-9, times[1] - times[0]));

    private static double[] Step(int size, int microBatches) => Numbers(size, "step", $"{microBatches}", $"{StepCount}");

    private static double[] Numbers(int size, params string[] words) =>
        [.. Started(size, Environment.ProcessPath!, ["process", .. words]).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static x =>
            double.Parse(x, CultureInfo.InvariantCulture))];

    private static double SecondsOfSeeds(int size)
    {
        string root = Root();
        string tool = Path.Combine(root, "artifacts", "bin", "NeuralOde.Cli", "release", "neuralode");
        long start = Stopwatch.GetTimestamp();
        _ = Started(size, tool, ["fit", Path.Combine(root, "samples", "hare-lynx.csv"), "--time", "Year", "--log", "Hare,Lynx", "--hold-out", "5", "--seeds", "0-63"]);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "NeuralOde.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new ArgumentException("NeuralOde.slnx is in no folder above this program.");
        }

        return folder;
    }

    private static string Started(int size, string program, string[] words)
    {
        var start = new ProcessStartInfo("mpirun", ["--quiet", "--oversubscribe", "--allow-run-as-root", "-n", $"{size}", program, .. words]) { RedirectStandardOutput = true };
        start.Environment["NEURALODE_THREADS"] = "1";
        using Process process = Process.Start(start) ?? throw new ArgumentException("mpirun did not start.");
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Replace("\x1b[?1h\x1b=", "", StringComparison.Ordinal) : throw new ArgumentException($"mpirun ended with the code "
            + $"{process.ExitCode}.");
    }

    /// <summary>Measures each of some things once in every round.</summary>
    private static double[][] Turns(int rounds, int[] things, Func<int, double> measure)
    {
        double[][] times = [.. things.Select(_ => new double[rounds])];
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < things.Length; i++)
            {
                times[i][round] = measure(things[i]);
            }
        }

        return times;
    }

    private static string Ratios(double[] above, double[] below)
    {
        double[] ratios = [.. above.Zip(below, static (x, y) => x / y).Order()];
        return Invariant($"{Median(ratios):0.00} ({ratios[0]:0.00} to {ratios[^1]:0.00})");
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return 0.5 * (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
