using NeuralOde.Experiments.Commands;
using NeuralOde.Persistence;
using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Times;

namespace NeuralOde.Cli.Fit;

/// <summary><c>neuralode fit</c>: learns dynamics from a table of one's own. What it does is in <see cref="FitRun"/>.</summary>
internal static class FitCommand
{
    /// <summary>How times are written (NeuralOde.Series.Times.TimeFormat).</summary>
    public static readonly string[] TimeFormatNames = ["auto", "number", "iso", "yyyymmdd"];

    /// <summary>The kinds of model.</summary>
    public static readonly string[] ModelNames = ["field", "latent"];

    /// <summary>What reads series for a latent model.</summary>
    public static readonly string[] EncoderNames = ["gru", "ode-rnn"];

    /// <summary>The solvers that choose their own steps, as observations at irregular times want it.</summary>
    public static readonly string[] SolverNames = ["bosh3", "dopri5", "tsit5"];

    public static CommandDescription Create()
    {
        var options = new FitOptions();
        return new CommandDescription
        {
            Name = "fit",
            Summary = "Learns dynamics from series in a CSV file: irregular times, missing values and several series are welcome.",
            Arguments = [options.Data],
            Examples =
            [
                ("neuralode fit hare-lynx.csv --time Year --log Hare,Lynx --hold-out 5 --report fit.html --save model.safetensors", "Two species, learned as logarithms; the last five years are kept for the test."),
                ("neuralode forecast model.safetensors --until 1940 --step 1 --out forecast.csv", "Continues what was learned."),
                ("neuralode fit Theoph.csv --time Time --series Subject --states conc --hidden-states 2 --report fit.html", "Twelve subjects, one of two or three amounts measured: the others are hidden states."),
                ("neuralode fit hare-lynx.csv --time Year --log Hare,Lynx --hold-out 5 --seeds 0-4", "How much the result hangs on chance: a table over seeds."),
                ("neuralode fit Theoph.csv --model latent --time Time --series Subject --states conc --report fit.html --save latent.safetensors", "What the subjects have in common, learned by a latent model: it forecasts subjects that it has never seen, with bands."),
                ("neuralode fit JapaneseVowels_TRAIN.ts --model latent --test JapaneseVowels_TEST.ts --report vowels.html", "Tells speakers apart: a classifier of labelled series."),
            ],
            Notes =
            [
                "The file: a header that names the columns, then a row a time. Comma, semicolon or tab; # comment lines; an empty field or NA is a missing value, which is left out of the loss. Times rise within a series and need not be evenly spaced; they are numbers, ISO dates, or dates of eight digits with --time-format yyyymmdd. Dates become days.",
                "The model: dz/dt = f(z), where z holds the state columns, standardized, and any hidden states. The same z always moves the same way, so a single column that rises and falls again needs --hidden-states (something unseen) or --time-dependent (something that acts by the clock). Each series' initial state is learned, because the first observation is noisy as well.",
                "The latent model (--model latent) is for many short series of one kind: a network reads what is known of a series and infers a latent state, which follows dz/dt = f(z); values are a view of it with learned noise (latent ODE). It needs no initial states, so it forecasts series that it has never seen, with bands in which the next observation lies with a probability of 90 %, if the model is right: how many held-out values they hold is printed. From labelled series in a .ts file it learns a classifier.",
                "The test: the last part of each series is held out; neither training nor any choice sees it. The error on it stands beside that of the naive forecast, the last value seen. Once you trust the settings, --hold-out none learns from everything.",
                "What it cannot do: outside influences such as doses are not inputs here, and what happens beyond the range of the data is a guess, held near that range.",
                "Ctrl+C stops training, keeps the best model and still writes the files; the exit code is then 130. It is 2 where the command line or the file is wrong, and 1 where training fails.",
            ],
            Groups =
            [
                ("Kind of model", [options.Model]),
                ("Data", [options.Time, options.TimeFormat, options.States, options.Series, options.Log, options.HoldOut]),
                ("Model and training",
                [
                    options.TimeDependent,
                    options.HiddenStates,
                    options.Hidden,
                    options.Regularization,
                    options.Iterations,
                    options.LearningRate,
                    options.Seed,
                    options.Solver,
                    options.RelativeTolerance,
                ]),
                ("With --model latent only", [options.Latent, options.Units, options.Encoder, options.Covariates, options.Samples, options.Test, options.Out]),
                ("Output", [options.Report, options.Save, options.Seeds]),
            ],
            Run = (context, parsed) => Start(context, parsed, options),
        };
    }

    private static int Start(CommandContext context, CommandValues parsed, FitOptions options) =>
        parsed.GetValue(options.Model) == "latent" ? LatentFitRun.Start(context, parsed, options) : FitRun.Start(context, parsed, options);

    /// <summary>The options of <c>fit</c>.</summary>
    internal sealed class FitOptions
    {
        private readonly SharedOptions _shared = new(solver: "tsit5", iterations: "3000, with --model latent 1500, for classes 600", learningRate: "0.02, with --model latent 0.01, for classes 0.005", report: "none");

        public CommandOption<string> Data { get; } = new("DATA.csv", "The table to learn from, or a .ts file of labelled series.") { ValueName = "DATA.csv", IsRequired = true };

        public CommandOption<string?> Model { get; } = Options.Choice("--model", "kind of model", ModelNames, "field (the default): dynamics of the columns themselves, and an initial state for each series. latent: what many series have in common, with forecasts of unseen ones, bands, and classes.", "NAME");

        public CommandOption<long?> Latent { get; } = Options.Whole("--latent", 1, 1_000, "Components of the latent state. Default 4, for classes 16.");

        public CommandOption<long?> Units { get; } = Options.Whole("--units", 1, 10_000, "Units of the encoder. Default 32, for classes 100.");

        public CommandOption<string?> Encoder { get; } = Options.Choice("--encoder", "encoder", EncoderNames, "What reads the series: gru (the default), or ode-rnn, whose state moves between observations.", "NAME");

        public CommandOption<string?> Covariates { get; } = Options.Text("--covariates", "Columns of numbers that are constant over each series, such as a subject's weight: further inputs of the encoder.", "A,B");

        public CommandOption<long?> Samples { get; } = Options.Whole("--samples", 1, 100_000, "Latent states drawn for a forecast. Default 200.");

        public CommandOption<string?> Test { get; } = Options.Text("--test", "Labelled series to classify, of the form of those learned from.", "FILE.ts");

        public CommandOption<string?> Out { get; } = Options.Text("--out", "Writes the forecast of the held-out part with its bands.", "FILE.csv");

        public CommandOption<string?> Time { get; } = Options.Text("--time", "The column of times. Default: the one named time, t, date or year.", "COLUMN");

        public CommandOption<string?> TimeFormat { get; } = Options.Choice("--time-format", "time format", TimeFormatNames, "How times are written: number, iso, yyyymmdd, or auto, which tells numbers from ISO dates (the default).", "NAME");

        public CommandOption<string?> States { get; } = Options.Text("--states", "The columns to learn, joined by commas. Default: every column of numbers that has no other part.", "A,B");

        public CommandOption<string?> Series { get; } = Options.Text("--series", "The column that tells series apart, such as a subject. Default: all rows are one series.", "COLUMN");

        public CommandOption<string?> Log { get; } = Options.Text("--log", "State columns that are learned as logarithms: positive ones that vary by factors.", "A,B");

        public CommandOption<string?> HoldOut { get; } = Options.Text("--hold-out", "What is kept for the test at the end of each series: a number of observations, a fraction such as 0.2 (the default), or none (also 0).", "N");

        public CommandOption<bool> TimeDependent { get; } = Options.Flag("--time-dependent", "Lets the dynamics depend on time too: dz/dt = f(t, z).");

        public CommandOption<long?> HiddenStates { get; } = Options.Whole("--hidden-states", 0, 1_000, "Components of the state that are never observed. Default 0.");

        public CommandOption<int[]?> Hidden { get; } = Options.WholeList("--hidden", "The widths of the network's hidden layers. Default 16, with --model latent 32.");

        public CommandOption<double?> Regularization { get; } = Options.Positive("--regularization", "How strongly weights are drawn to zero: the noise's variance over the weights', standardized. More for noisy data, less for clean. Default 0.2.");

        public CommandOption<long?> Iterations => _shared.Iterations;

        public CommandOption<double?> LearningRate => _shared.LearningRate;

        public CommandOption<long?> Seed => _shared.Seed;

        public CommandOption<string?> Solver { get; } = Options.Choice("--solver", "solver", SolverNames, "The method that integrates: bosh3, dopri5 or tsit5 (the default).", "NAME");

        public CommandOption<double?> RelativeTolerance { get; } = Options.Positive("--rtol", "Relative tolerance of each step while learning. Default 1e-4, with --model latent 1e-3.");

        public CommandOption<string?> Report => _shared.Report;

        public CommandOption<string?> Save => _shared.Save;

        public CommandOption<int[]?> Seeds { get; } = Options.Seeds("--seeds", "Fits once for each seed and prints a table of errors instead of writing files, such as 0-4.");
    }
}
