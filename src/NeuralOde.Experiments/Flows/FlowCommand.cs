using NeuralOde.Series.Densities;

namespace NeuralOde.Experiments.Flows;

/// <summary><c>neuralode experiment flow</c>: learns a density by a normalizing flow. What it does is in <see cref="FlowRun"/>.</summary>
internal static class FlowCommand
{
    public static CommandDescription Create() => new()
    {
        Name = "experiment flow",
        Summary = "Learns a density by a normalizing flow, continuous or discrete, and shows how noise turns into data.",
        Examples =
        [
            ("neuralode experiment flow --data two-moons", "Two moons by flow matching; the report is flow.html."),
            ("neuralode experiment flow --data two-circles --method likelihood", "A continuous flow by maximum likelihood, as in Chen et al. 2018."),
            ("neuralode experiment flow --data checkerboard --compare --depths 2,8,32", "All four methods on one set, and planar flows by depth."),
            ("neuralode experiment flow --data readings.csv --columns temperature,pressure", "Points of your own; 'neuralode density' scores rows with less ado."),
            ("neuralode experiment flow --energies", "Densities known up to a factor, fitted by planar and continuous flows of 2, 8 and 32 layers or units."),
            ("neuralode experiment flow --table --seeds 0-2", "All six sets by all four methods: a table of medians."),
        ],
        Notes =
        [
            $"The sets: {string.Join(", ", PlaneDistribution.All.Select(static x => x.Name))}; there are always fresh points of them. "
                + "Or a table, whose columns are standardized, and of whose rows some are held out (--hold-out).",
            "The methods:\n"
            + "  matching    a continuous flow by flow matching: paths from noise to data are regressed on, and no equation is solved in training\n"
            + "  likelihood  a continuous flow by maximum likelihood: each step solves points and log-density together\n"
            + "  coupling    affine coupling layers (RealNVP), by maximum likelihood\n"
            + "  planar      planar layers, by maximum likelihood",
            "Errors are negative log-likelihoods in nats, of rows that neither learned nor chose the model, in standardized units: less is better. "
                + "Beside them are those of one normal distribution and of a kernel density.",
            "Several processes: 'mpirun -n 4 neuralode experiment flow --method likelihood' shares each training step in 4 micro-batches (--micro-batches); --seeds and --table "
                + "share their runs. docs/cluster.md says more.",
            "Ctrl+C stops training, keeps the best model and still writes the files; the exit code is then 130. A run that was stopped and resumed gives the same result, "
                + "bit for bit, as one that was never stopped. The exit code is 2 if the command line or the table is wrong, and 1 if training fails.",
        ],
        SharingAdvice = "Processes share the training steps of --method likelihood, and the runs of --seeds and --table.",
        Body = Body,
    };

    private static CommandBody Body()
    {
        var options = new FlowOptionSet();
        return new CommandBody
        {
            Groups = options.Settings.Groups(
                ("Data", [options.Data, options.Columns]),
                ("Model", [options.Method]),
                ("Training", [options.Threads.Option, options.Checkpoint.File, options.Checkpoint.Resume]),
                ("Comparison", [options.Compare, options.Depths, options.Energies, options.Table, options.Seeds]),
                ("Output", [options.Output.Report, options.Output.NoReport, options.Output.Save, options.Output.Metrics])),
            IsShared = parsed => parsed.GetValue(options.Table) || parsed.IsGiven(options.Seeds)
                || (parsed.GetValue(options.Method) == "likelihood" && !parsed.GetValue(options.Compare) && !parsed.IsGiven(options.Depths)),
            Run = (context, parsed) => FlowRun.Start(context, parsed, options),
        };
    }

    /// <summary>The options of <c>experiment flow</c>.</summary>
    internal sealed class FlowOptionSet
    {
        public SettingOptions Settings { get; } = new SettingOptions().Add(
            DensityOptions.Settings, [.. DensityWords.Methods.Select(static x => (x.Value == default ? "" : $"with --method {x.Name}", DensityOptions.For(x.Value)))]);

        public OutputOptions Output { get; } = new("flow.html");

        public ThreadsOption Threads { get; } = new();

        public CheckpointOptions Checkpoint { get; } = new("The settings and the data must be the same.");

        public CommandOption<string?> Data { get; } = Options.Text(
            "--data", $"A set ({string.Join(", ", PlaneDistribution.All.Select(static x => x.Name))}), or a table. Default two-moons.", "NAME|FILE.csv");

        public CommandOption<string?> Columns { get; } = Options.Text("--columns", "The table's columns to learn from. Default: all columns of numbers.", "A,B");

        public CommandOption<string?> Method { get; } = Options.Choice(
            "--method", "method", [.. DensityWords.Methods.Select(static x => x.Name)],
            $"{string.Join(", ", DensityWords.Methods.Select(static x => x.Name))} (see below). Default matching.", "NAME");

        public CommandOption<bool> Compare { get; } = Options.Flag("--compare", "Also trains the three other methods, for the report: as many iterations as "
            + "typed, else as many as suit each.");

        public CommandOption<string?> Depths { get; } = Options.Text(
            "--depths", "Also trains planar flows of these depths, and continuous flows with as many hidden units, as in figure 4 of Chen et al. 2018.", "2,8,32");

        public CommandOption<bool> Energies { get; } = Options.Flag(
            "--energies", "Fits three densities that are known up to a factor instead of points, by the flows of --depths (default 2,8,32): figure 4 of Chen et al. 2018.");

        public CommandOption<bool> Table { get; } = Options.Flag("--table", "Trains all sets by all methods and prints a table; writes no files.");

        public CommandOption<int[]?> Seeds { get; } = Options.Seeds("--seeds", "Runs once for each seed and prints medians instead of writing files, such as 0-2.");
    }
}
