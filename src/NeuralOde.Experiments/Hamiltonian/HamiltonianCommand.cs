namespace NeuralOde.Experiments.Hamiltonian;

/// <summary><c>neuralode experiment hamiltonian</c>: learns the energy of conservative systems beside a baseline network.</summary>
internal static class HamiltonianCommand
{
    public static CommandDescription Create() => new()
    {
        Name = "experiment hamiltonian",
        Summary = "Learns conservative systems by a network of their energy and by a plain network, and compares how well they keep the energy.",
        Examples =
        [
            ("neuralode experiment hamiltonian", "Mass-spring, pendulum and two bodies; the report is hamiltonian.html."),
            ("neuralode experiment hamiltonian --system two-body --iterations 2000", "One of them, for fewer iterations."),
            ("neuralode experiment hamiltonian --system spring --seeds 0-4", "How much the result depends on the seed: a table."),
        ],
        Notes =
        [
            "The systems, as in Greydanus, Dzamba, Yosinski 2019:\n"
                + "  spring    H = q^2 + p^2; 25 trajectories of 30 states on [0, 3], noise 0.1\n"
                + "  pendulum  H = 3(1 - cos q) + p^2; 25 trajectories of 45 states on [0, 3], noise 0.1\n"
                + "  two-body  two bodies of mass 1 on nearly circular orbits; 800 trajectories of 50 states on [0, 20], no noise",
            "Both networks fit the exact derivatives at the observed states. The energy's error is the mean, over 15 trajectories from new states and their times, of the squared "
                + "difference of the true energy along the learned and the exact trajectory.",
            "Ctrl+C stops training and still reports the systems that are finished; the exit code is then 130.",
        ],
        Body = Body,
    };

    private static CommandBody Body()
    {
        var options = new HamiltonianCommandOptions();
        return new CommandBody
        {
            Groups = options.Settings.Groups(
                ("Data", [options.System]),
                ("Output", [options.Output.Report, options.Output.NoReport, options.Output.Metrics, options.Seeds])),
            Run = (context, parsed) => HamiltonianRun.Start(context, parsed, options),
        };
    }

    internal sealed class HamiltonianCommandOptions
    {
        public SettingOptions Settings { get; } = new SettingOptions().Add(
            HamiltonianOptions.Settings,
            ("", HamiltonianOptions.Default(ConservativeSystem.Spring)),
            ("for two-body", HamiltonianOptions.Default(ConservativeSystem.TwoBody)));

        public OutputOptions Output { get; } = new("hamiltonian.html");

        public CommandOption<string?> System { get; } = Options.Choice(
            "--system", "system", [.. ConservativeSystem.All.Select(static x => x.Name)], "Which system to learn: spring, pendulum or two-body. Default all three.", "NAME");

        public CommandOption<int[]?> Seeds { get; } = Options.Seeds("--seeds", "Runs once for each seed and prints a table instead of writing files, such as 0-4.");
    }
}
