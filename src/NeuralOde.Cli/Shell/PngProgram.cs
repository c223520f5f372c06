using System.Diagnostics;
using System.Text.RegularExpressions;

namespace NeuralOde.Cli.Shell;

/// <summary>A program on this machine that makes a PNG of an SVG document. The tool brings none: such a library is larger than the tool.</summary>
internal sealed class PngProgram
{
    private const int Scale = 2;
    private const int Seconds = 60;

    private static readonly (string Name, Func<string, string, Size, IEnumerable<string>> Arguments)[] s_known =
    [
        ("rsvg-convert", static (from, to, _) => ["--zoom", $"{Scale}", "--output", to, from]),
        ("inkscape", static (from, to, size) => ["--export-type=png", $"--export-filename={to}", $"--export-width={Scale * size.Width}", from]),
        ("chromium", Browser),
        ("chromium-browser", Browser),
        ("google-chrome", Browser),
        ("chrome", Browser),
        ("msedge", Browser),
        ("microsoft-edge", Browser),
    ];

    private readonly string _path;
    private readonly Func<string, string, Size, IEnumerable<string>> _arguments;

    private PngProgram(string path, Func<string, string, Size, IEnumerable<string>> arguments) => (_path, _arguments) = (path, arguments);

    /// <summary>The programs that are looked for.</summary>
    public static IEnumerable<string> Names => s_known.Select(static x => x.Name);

    /// <summary>Finds one; null where there is none.</summary>
    public static PngProgram? Find()
    {
        string[] folders =
        [
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
            @"C:\Program Files\Google\Chrome\Application", @"C:\Program Files (x86)\Microsoft\Edge\Application",
        ];
        foreach ((string name, Func<string, string, Size, IEnumerable<string>> arguments) in s_known)
        {
            if (folders.SelectMany(x => new[] { Path.Combine(x, name), Path.Combine(x, name + ".exe") }).FirstOrDefault(File.Exists) is { } path)
            {
                return new PngProgram(path, arguments);
            }
        }

        return null;
    }

    /// <summary>Draws a document at twice its size, for sharp print.</summary>
    /// <param name="svg">The document.</param>
    /// <returns>The bytes of the PNG file.</returns>
    /// <exception cref="CommandException">The program failed.</exception>
    public byte[] Draw(string svg)
    {
        Match match = Regex.Match(svg, "<svg[^>]* width=\"([0-9.]+)\" height=\"([0-9.]+)\"");
        var size = new Size(Pixels(match.Groups[1].Value), Pixels(match.Groups[2].Value));
        string folder = Directory.CreateTempSubdirectory("neuralode-figure-").FullName;
        try
        {
            string from = Path.Combine(folder, "figure.svg"), to = Path.Combine(folder, "figure.png");
            File.WriteAllText(from, svg);
            var start = new ProcessStartInfo(_path) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
            foreach (string argument in _arguments(from, to, size))
            {
                start.ArgumentList.Add(argument);
            }

            using Process process = Process.Start(start) ?? throw Fault("it did not start");
            process.OutputDataReceived += static (_, _) => { };
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            if (!process.WaitForExit(TimeSpan.FromSeconds(Seconds)))
            {
                process.Kill(entireProcessTree: true);
                throw Fault($"it did not end within {Seconds} seconds");
            }

            return File.Exists(to) && process.ExitCode == 0 ? File.ReadAllBytes(to) : throw Fault($"its exit code is {process.ExitCode}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<string> Browser(string from, string to, Size size) =>
    [
        "--headless", "--disable-gpu", "--hide-scrollbars", $"--force-device-scale-factor={Scale}", $"--window-size={size.Width},{size.Height}", $"--screenshot={to}",
        $"--user-data-dir={Path.Combine(Path.GetDirectoryName(to)!, "profile")}",

        // The browser refuses a sandbox to the administrator of a container; the picture is the tool's own and has no script.
        .. Environment.UserName == "root" ? ["--no-sandbox"] : Array.Empty<string>(),
        new Uri(from).AbsoluteUri,
    ];

    private CommandException Fault(string what) => new($"{_path} could not draw the picture: {what}. Name a file that ends in .svg.", ExitCode.Failure);

    private static int Pixels(string text) => (int)Math.Ceiling(double.Parse(text, CultureInfo.InvariantCulture));

    private readonly record struct Size(int Width, int Height);
}
