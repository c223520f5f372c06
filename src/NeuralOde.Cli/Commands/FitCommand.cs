using System.CommandLine;
using System.Runtime.CompilerServices;
using NeuralOde.Cli.CommandLine;

namespace NeuralOde.Cli.Commands;

/// <summary><c>neuralode fit</c>: learns dynamics from a table of one's own. What it does is in <see cref="FitRun"/>.</summary>
internal static class FitCommand
{
    /// <summary>How times are written (NeuralOde.Data.TimeFormat).</summary>
    public static readonly string[] TimeFormatNames = ["auto", "number", "iso", "yyyymmdd"];

    /// <summary>The solvers that choose their own steps, as observations at irregular times want it.</summary>
    public static readonly string[] SolverNames = ["bosh3", "dopri5", "tsit5"];

    public static Command Create(ToolContext context)
    {
        var options = new FitOptions();
        var command = new ToolCommand("fit", "Learns dynamics from series in a CSV file: irregular times, missing values and several series are welcome.")
        {
            Examples =
            [
                ("neuralode fit hare-lynx.csv --time Year --log Hare,Lynx --hold-out 5 --report fit.html --save model.safetensors", "Two species, learned as logarithms; the last five years are kept for the test."),
                ("neuralode forecast model.safetensors --until 1940 --step 1 --out forecast.csv", "Continues what was learned."),
                ("neuralode fit Theoph.csv --time Time --series Subject --states conc --hidden-states 2 --report fit.html", "Twelve subjects, one of two or three amounts measured: the others are hidden states."),
                ("neuralode fit hare-lynx.csv --time Year --log Hare,Lynx --hold-out 5 --seeds 0-4", "How much the result hangs on chance: a table over seeds."),
            ],
            Notes =
            [
                "The file: a header that names the columns, then a row a time. Comma, semicolon or tab; # comment lines; an empty field or NA is a missing value, which is left out of the loss. Times rise within a series and need not be evenly spaced; they are numbers, ISO dates, or dates of eight digits with --time-format yyyymmdd. Dates become days.",
                "The model: dz/dt = f(z), where z holds the state columns, standardized, and any hidden states. The same z always moves the same way, so a single column that rises and falls again needs --hidden-states (something unseen) or --time-dependent (something that acts by the clock). Each series' initial state is learned, because the first observation is noisy as well.",
                "The test: the last part of each series is held out; neither training nor any choice sees it. The error on it stands beside that of the naive forecast, the last value seen. Once you trust the settings, --hold-out none learns from everything.",
                "What it cannot do: outside influences such as doses are not inputs here, and what happens beyond the range of the data is a guess, held near that range.",
                "Ctrl+C stops training, keeps the best model and still writes the files; the exit code is then 130. It is 2 where the command line or the file is wrong, and 1 where training fails.",
            ],
        };
        command.Add(options.Data);
        command.AddGroup("Data", options.Time, options.TimeFormat, options.States, options.Series, options.Log, options.HoldOut);
        command.AddGroup("Model and training", options.TimeDependent, options.HiddenStates, options.Hidden, options.Regularization, options.Iterations, options.LearningRate, options.Seed, options.Solver, options.RelativeTolerance);
        command.AddGroup("Output", options.Report, options.Save, options.Seeds);
        command.SetAction(parsed => Start(context, parsed, options));
        return command;
    }

    // Not inlined, so that help does not load the library.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Start(ToolContext context, ParseResult parsed, FitOptions options) => FitRun.Start(context, parsed, options);

    /// <summary>The options of <c>fit</c>.</summary>
    internal sealed class FitOptions
    {
        private readonly SharedOptions _shared = new(solver: "tsit5", iterations: "3000", learningRate: "0.02", report: "none");

        public Argument<string> Data { get; } = new("DATA.csv") { HelpName = "DATA.csv", Description = "The table to learn from." };

        public Option<string?> Time { get; } = Name("--time", "The column of times. Default: the one named time, t, date or year.", "COLUMN");

        public Option<string?> TimeFormat { get; } = Options.Choice("--time-format", "time format", TimeFormatNames, "How times are written: number, iso, yyyymmdd, or auto, which tells numbers from ISO dates (the default).", "NAME");

        public Option<string?> States { get; } = Name("--states", "The columns to learn, joined by commas. Default: every column of numbers that has no other part.", "A,B");

        public Option<string?> Series { get; } = Name("--series", "The column that tells series apart, such as a subject. Default: all rows are one series.", "COLUMN");

        public Option<string?> Log { get; } = Name("--log", "State columns that are learned as logarithms: positive ones that vary by factors.", "A,B");

        public Option<string?> HoldOut { get; } = Name("--hold-out", "What is kept for the test at the end of each series: a number of observations, a fraction such as 0.2 (the default), or none (also 0).", "N");

        public Option<bool> TimeDependent { get; } = Options.Flag("--time-dependent", "Lets the dynamics depend on time too: dz/dt = f(t, z).");

        public Option<long?> HiddenStates { get; } = Options.Whole("--hidden-states", 0, 1_000, "Components of the state that are never observed. Default 0.");

        public Option<int[]?> Hidden { get; } = Options.WholeList("--hidden", "The widths of the network's hidden layers. Default 16.");

        public Option<double?> Regularization { get; } = Options.Positive("--regularization", "How strongly weights are drawn to zero: the noise's variance over the weights', standardized. More for noisy data, less for clean. Default 0.2.");

        public Option<long?> Iterations => _shared.Iterations;

        public Option<double?> LearningRate => _shared.LearningRate;

        public Option<long?> Seed => _shared.Seed;

        public Option<string?> Solver { get; } = Options.Choice("--solver", "solver", SolverNames, "The method that integrates: bosh3, dopri5 or tsit5 (the default).", "NAME");

        public Option<double?> RelativeTolerance { get; } = Options.Positive("--rtol", "Relative tolerance of each step while learning. Default 1e-4.");

        public Option<string?> Report => _shared.Report;

        public Option<string?> Save => _shared.Save;

        public Option<int[]?> Seeds { get; } = Options.Seeds("--seeds", "Fits once for each seed and prints a table of errors instead of writing files, such as 0-4.");

        private static Option<string?> Name(string name, string description, string helpName) => new(name) { Description = description, HelpName = helpName };
    }
}
