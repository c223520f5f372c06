namespace NeuralOde.Experiments.Commands;

/// <summary>The files that a run can write.</summary>
/// <param name="report">Where the report goes by default.</param>
internal sealed class OutputOptions(string report)
{
    public CommandOption<string?> Report { get; } = Options.Text(
        "--report", $"The file for the report: one HTML page that works offline and without scripts. Default {report}.", "FILE.html");

    public CommandOption<bool> NoReport { get; } = Options.Flag("--no-report", "Writes no report.");

    public CommandOption<string?> Save { get; } = Options.Text("--save", "Saves the learned model as a safetensors file, which Python can read too.", "FILE.safetensors");

    public CommandOption<string?> Metrics { get; } = Options.Text(
        "--metrics", "Writes the numbers behind the report: everything as JSON, or one row per iteration as CSV, by the file's ending.", "FILE.json|csv");

    /// <summary>Where the report goes, or null where none is wanted.</summary>
    /// <exception cref="CommandException">Both a report and no report are requested.</exception>
    public string? ReportPath(CommandValues parsed, string defaultPath)
    {
        string? path = parsed.GetValue(Report);
        if (parsed.GetValue(NoReport))
        {
            return path is null ? null : throw new CommandException("--report and --no-report exclude each other.");
        }

        return path ?? defaultPath;
    }

    /// <summary>The metrics file, its ending checked.</summary>
    /// <exception cref="CommandException">The ending is neither .json nor .csv.</exception>
    public string? MetricsPath(CommandValues parsed)
    {
        string? path = parsed.GetValue(Metrics);
        return path is null || Path.GetExtension(path).ToUpperInvariant() is ".JSON" or ".CSV"
            ? path
            : throw new CommandException($"--metrics takes a file that ends in .json or .csv; got '{path}'.");
    }
}
