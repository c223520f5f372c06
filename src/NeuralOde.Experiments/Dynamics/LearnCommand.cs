namespace NeuralOde.Experiments.Dynamics;

/// <summary><c>neuralode learn</c>: learns a known system back from noisy observations of it. What it does is in <see cref="LearnRun"/>.</summary>
internal static class LearnCommand
{
    public static CommandDescription Create() => new()
    {
        Name = "learn",
        Summary = "Learns a known system from noisy observations of one trajectory, and reports the error.",
        Examples =
        [
            ("neuralode learn spiral", "A network learns a spiral from 200 noisy observations; the report is spiral.html."),
            ("neuralode learn spiral --field linear --report spiral-linear.html", "The same with one 2x2 matrix."),
            ("neuralode learn cubic --solver dopri5 --rtol 1e-6 --gradient adjoint", "Another solver, another way to take gradients."),
            ("neuralode learn nonlinear --published --seeds 0-4", "The published settings with five seeds, in a table."),
        ],
        Notes =
        [
            "The systems, all with two components and a known initial state:\n"
            + "  spiral     z' = A z; 200 times on [0, 31.45], noise 0.01; network 2-16-16-2, ELU\n"
            + "  nonlinear  two linear fields joined by a sigmoid; times, noise and network as above\n"
            + "  cubic      z' = A z^3; 1,000 times on [0, 25], no noise; network 2-50-2, tanh, of z^3",
            "The reported error is the root mean square, over times and components, of the difference between the learned trajectory from the known initial state and "
                + "the exact one. The kept model is the one whose trajectory was nearest to the observations; the exact one is never used for the choice.",
            "Ctrl+C stops training, keeps the best model and still writes the files; the exit code is then 130. It is 2 if the command line is wrong, and 1 if training fails.",
        ],
        SharingAdvice = "Processes share the seeds of --seeds.",
        Body = Body,
    };

    private static CommandBody Body()
    {
        var options = new LearnOptions();
        return new CommandBody
        {
            Arguments = [options.Name],
            Groups = options.Settings.Groups(
                ("Model and training", [options.Published]),
                ("Output", [options.Output.Report, options.Output.NoReport, options.Output.Save, options.Output.Metrics, options.Figure, options.Seeds])),
            IsShared = parsed => parsed.IsGiven(options.Seeds),
            Run = (context, parsed) => LearnRun.Start(context, parsed, options),
        };
    }

    /// <summary>The options of <c>learn</c>.</summary>
    internal sealed class LearnOptions
    {
        public SettingOptions Settings { get; } = new SettingOptions().Add(DynamicsExperimentOptions.Settings, Presets());

        public OutputOptions Output { get; } = new("NAME.html in the current folder");

        public CommandOption<string?> Name { get; } = Options.Choice(
            "NAME", "system", Systems, $"What to learn: {string.Join(", ", Systems)} (see below).", "NAME", isRequired: true);

        public CommandOption<bool> Published { get; } = Options.Flag(
            "--published",
            "Uses the published settings: Euler with steps of 0.05 for data and learning, adjoint gradient, constant learning rate (cubic: torchdiffeq's demonstration). "
                + "Other options override them.");

        public CommandOption<string?> Figure { get; } = Options.Text("--figure", "Also writes the phase portrait as a picture.", "FILE.svg");

        public CommandOption<int[]?> Seeds { get; } = Options.Seeds("--seeds", "Runs once for each seed and prints a table instead of a report, such as 0-4.");

        private static string[] Systems => [.. KnownDynamics.All.Select(static x => x.Name)];

        // The published settings are told by their own option, all at once.
        private static (string When, DynamicsExperimentOptions Options)[] Presets() =>
        [
            ("", DynamicsExperimentOptions.Default(KnownDynamics.Spiral)),
            .. KnownDynamics.All.Skip(1).Select(static x => ($"for {x.Name}", DynamicsExperimentOptions.Default(x))),
            ("with --field linear", DynamicsExperimentOptions.Default(KnownDynamics.Spiral, LearnedField.Linear)),
        ];
    }
}
