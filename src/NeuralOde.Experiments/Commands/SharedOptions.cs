namespace NeuralOde.Experiments.Commands;

/// <summary>
/// The options that several commands have. They speak of the library by names only, so that <c>--help</c> need not load it.
/// </summary>
/// <param name="solver">The default solver in words, for the help.</param>
/// <param name="iterations">The default number of iterations in words.</param>
/// <param name="learningRate">The default learning rate in words.</param>
/// <param name="report">Where the report goes by default.</param>
internal sealed class SharedOptions(string solver, string iterations, string learningRate, string report)
{
    /// <summary>The library's solvers (NeuralOde.Solvers.OdeSolver.Names).</summary>
    public static readonly string[] SolverNames = ["euler", "midpoint", "heun", "rk4", "rk38", "ab2", "ab3", "ab4", "bosh3", "dopri5", "tsit5"];

    /// <summary>The library's gradient methods (NeuralOde.Sensitivities.GradientMethod.All).</summary>
    public static readonly string[] GradientNames = ["direct", "adjoint", "truncated"];

    public CommandOption<string?> Solver { get; } = Options.Choice(
        "--solver", "solver", SolverNames, $"The method that integrates: {string.Join(", ", SolverNames)}. heun, bosh3, dopri5 and tsit5 choose their own steps unless --step is given. Default {solver}.", "NAME");

    public CommandOption<double?> Step { get; } = Options.Positive("--step", "Fixed steps of at most this length, in units of time, instead of steps chosen by tolerances. The others take 0.05 where it is not given.", "H");

    public CommandOption<double?> RelativeTolerance { get; } = Options.Positive("--rtol", "Relative tolerance of each step, for a solver that chooses its steps.");

    public CommandOption<double?> AbsoluteTolerance { get; } = Options.Positive("--atol", "Absolute tolerance of each step, in the state's units.");

    public CommandOption<string?> Gradient { get; } = Options.Choice(
        "--gradient",
        "gradient method",
        GradientNames,
        "How gradients are taken through the solve: direct reverses the solver's own steps (exact, the default); adjoint integrates backward in time (memory does not grow with the steps); truncated is an adjoint that forgets later observations, biased, to be compared with.",
        "NAME");

    public CommandOption<long?> Iterations { get; } = Options.Whole("--iterations", 1, 100_000_000, $"Training iterations. Default {iterations}.");

    public CommandOption<double?> LearningRate { get; } = Options.Positive("--learning-rate", $"The optimizer's step, at the start of its schedule. Default {learningRate}.");

    public CommandOption<long?> Seed { get; } = Options.Whole("--seed", 0, int.MaxValue, "The random numbers' seed. The same seed gives the same result to the last bit. Default 0.");

    public CommandOption<string?> Report { get; } = Options.Text("--report", $"Where the report goes: one HTML page that needs no network and no script. Default {report}.", "FILE.html");

    public CommandOption<bool> NoReport { get; } = Options.Flag("--no-report", "Writes no report.");

    public CommandOption<string?> Save { get; } = Options.Text("--save", "Keeps the learned model: a safetensors file, which Python reads too.", "FILE.safetensors");

    public CommandOption<string?> Metrics { get; } = Options.Text(
        "--metrics", "Writes the numbers behind the report: everything as JSON, or a row an iteration as CSV, by the file's ending.", "FILE.json|csv");

    /// <summary>Where the report goes, or null where none is wanted.</summary>
    /// <exception cref="CommandException">Both a report and none were asked for.</exception>
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
