namespace NeuralOde.Experiments.PerSample;

/// <summary><c>neuralode experiment per-sample</c>: learns a field from series that each have their own observation times.</summary>
internal static class PerSampleCommand
{
    public static CommandDescription Create() => new()
    {
        Name = "experiment per-sample",
        Summary = "Learns a vector field from series with different observation times, with a layer that integrates each sample over its own time span.",
        Examples =
        [
            ("neuralode experiment per-sample", "200 series of 8 observations each; the report is per-sample.html."),
            ("neuralode experiment per-sample --system spiral --observations 4 --noise 0.05", "Fewer and noisier observations of another system."),
            ("neuralode experiment per-sample --seeds 0-4", "How much the result depends on the seed: a table."),
        ],
        Notes =
        [
            "The layer solves dz/ds = dt·f(z) from s = 0 to 1, dt being a column of the samples' own time spans, with a fixed number of Runge-Kutta steps; "
                + "its gradients are exact for those steps. Data: from states drawn at random, observed at times drawn at random. "
                + "A training step starts at a random observation of each sample and covers the next gaps.",
            "The field's error is the root mean square of its difference from the true field, over that of the true field, where unseen series are; "
                + "the paths' error that of those series from their first states on.",
            "Ctrl+C stops training and still reports; the exit code is then 130.",
        ],
        SharingAdvice = "Processes share the seeds of --seeds.",
        Body = Body,
    };

    private static CommandBody Body()
    {
        var options = new PerSampleCommandOptions();
        return new CommandBody
        {
            Groups = options.Settings.Groups(("Output", [options.Output.Report, options.Output.NoReport, options.Output.Save, options.Seeds])),
            IsShared = parsed => parsed.IsGiven(options.Seeds),
            Run = (context, parsed) => PerSampleRun.Start(context, parsed, options),
        };
    }

    internal sealed class PerSampleCommandOptions
    {
        public SettingOptions Settings { get; } = new SettingOptions().Add(PerSampleOptions.Settings, ("", new PerSampleOptions()));

        public OutputOptions Output { get; } = new("per-sample.html");

        public CommandOption<int[]?> Seeds { get; } = Options.Seeds("--seeds", "Runs once for each seed and prints a table of errors instead of writing files, such as 0-4.");
    }
}
