using NeuralOde.Series.Tables;

namespace NeuralOde.Cli.Fit;

/// <summary><c>neuralode fit</c>: learns dynamics from a table of one's own. What it does is in <see cref="FitRun"/>.</summary>
internal static class FitCommand
{
    private static readonly string[] s_network = ["time-dependent", "hidden-states", "hidden", "regularization", "iterations", "learning-rate", "solver", "rtol"];

    public static CommandDescription Create() => new()
    {
        Name = "fit",
        Summary = "Learns to forecast series in a CSV file: irregular times, missing values and several series are supported.",
        Examples =
        [
            (
                "neuralode fit air-passengers.csv --time Month --report fit.html --save model.safetensors",
                "Compares methods, averages what works, and says how good that is beside simple forecasts."),
            (
                "neuralode fit hare-lynx.csv --time Year --log Hare,Lynx --hold-out 5 --report fit.html --save model.safetensors",
                "Two species, learned as logarithms; the last five years are held out to test."),
            ("neuralode forecast model.safetensors --until 1940 --step 1 --out forecast.csv", "Continues what was learned."),
            (
                "neuralode fit theophylline.csv --time Time --series Subject --states Concentration --hidden-states 2 --report fit.html",
                "Twelve subjects, one of two or three amounts measured: the others are hidden states."),
            (
                "neuralode fit hare-lynx.csv --time Year --log Hare,Lynx --hold-out 5 --seeds 0-4 --save ensemble.safetensors",
                "How much the result depends on the seed: a table, and one model of all five."),
            (
                "neuralode fit hare-lynx.csv --time Year --log Hare,Lynx --hold-out 5 --grid hidden=8:16 --grid hidden-states=0:1",
                "Four combinations of settings: a table."),
            (
                "neuralode fit theophylline.csv --model latent --time Time --series Subject --states Concentration --report fit.html --save latent.safetensors",
                "What the subjects have in common, learned by a latent model: it forecasts subjects that it has never seen, with bands."),
            (
                "neuralode fit hare-lynx.csv --equations hare-lynx.ode --time Year --report fit.html",
                "Equations of your own: estimates with standard errors, profiles, and what the data determine."),
            ("neuralode fit JapaneseVowels_TRAIN.ts --model latent --test JapaneseVowels_TEST.ts --report vowels.html", "Classifies labeled series: which speaker is it?"),
        ],
        Notes =
        [
            "The file: a header that names the columns, then one row per time, also compressed by gzip, a Parquet file, or - for the standard input. Comma, semicolon, "
                + "tab, bar or blanks; # comment lines; decimal points or commas; an empty field or NA is a missing value, which is left out of the loss. "
                + "Times need not be evenly spaced; they are numbers, dates of many kinds, seconds since 1970, or dates of eight digits with --time-format "
                    + "yyyymmdd. Dates become days. "
                + "Assumptions are printed, and what can be read in two ways is an error.",
            "By default several methods are tried at rolling origins: linear dynamics with hidden states in continuous time (trend, season, cycles), and on regular grids "
                + "exponential smoothing and ARIMA models; several short series also by curves of known forms. What does not fail is averaged. "
                + "Columns without a negative value are never forecast below 0. Bands of 50, 80 and 95 % are calibrated at the origins. "
                + "The table shows the errors on the held-out part beside those of simple forecasts; better is said only of what beats the best of them.",
            "A network (--quick, --model field): dz/dt = f(z), where z holds the state columns, standardized, and any hidden states. "
                + "Equal z always move in the same way, so a single column that rises and falls again needs --hidden-states (something unseen) or --time-dependent "
                + "(something that depends on time). Each series' initial state is learned, because the first observation is noisy as well.",
            "The latent model (--model latent) is for many short series of one kind: a network reads the observations of a series and infers a latent state, "
                + "which follows dz/dt = f(z); the observed values are a function of it with learned noise (latent ODE). "
                + "It needs no initial states, so it forecasts series that it has never seen, with bands in which the next observation lies with a probability of "
                + "90 %, if the model is right: the share of held-out values within them is printed. From labeled series in a .ts file it learns a classifier.",
            "The test: the last part of each series is held out; neither training nor model selection uses it. "
                + "Its error is printed beside that of the naive forecast, the last observed value. Once you trust the settings, --hold-out none learns from everything.",
            "Equations (--equations): a text file with known equations whose parameters are estimated by maximum likelihood, or with priors as modes; "
                + "doses, inputs and covariates are columns of the table, and parameters may be shared or differ by series. "
                + "--save writes the model with its estimates. docs/equations.md has the language.",
            "Inputs (--inputs): columns that act from outside and are known ahead. The automatic choice tries its linear dynamics with and without them, and leaves out what does "
                + "not help. Rows after the last observation hold their later values, or a table that 'forecast --inputs' reads.",
            "Limits: doses are for --equations alone, and the dynamics beyond the range of the data are a guess, held near that range.",
            "Several processes: 'mpirun -n 8 neuralode fit ... --seeds 0-63' shares the seeds or the points of --grid, and the table is the same; the starts of "
                + "--equations --starts and the training "
                + "steps of --model latent are shared likewise. docs/cluster.md says more.",
            "Ctrl+C stops training, keeps the best model and still writes the files; the exit code is then 130. "
                + "It is 2 if the command line or the file is wrong, and 1 if training fails.",
        ],
        SharingAdvice = "Processes share the seeds of --seeds, the points of --grid, the starts of --starts, and the training steps of --model latent.",
        Body = Body,
    };

    private static CommandBody Body()
    {
        var options = new FitOptions();
        return new CommandBody
        {
            Arguments = [options.Data],
            Groups =
            [
                ("Kind of model", [options.Quick, options.Model, options.Equations, options.TimeLimit]),
                .. options.Settings.Groups(
                    ("Data", [options.Known.Period, options.Known.Bounds]),
                    ("With --model latent only", [options.Test]),
                    ("With --equations only", [options.Starts, options.Stages, options.Where, options.Formula, options.Degree, options.NoProfiles, options.Compare,
                    options.Subjects, options.Export]),
                    ("Output", [options.Report, options.Save, options.Out, options.Metrics, options.Figure, options.Title, options.Unit, options.Scales,
                    options.Seeds, options.Grid]))
                    .OrderBy(static x => x.Title is "Output" ? 2 : x.Title.StartsWith("With ", StringComparison.Ordinal) ? 1 : 0),
            ],
            IsShared = parsed => parsed.IsGiven(options.Seeds) || parsed.IsGiven(options.Grid) || parsed.IsGiven(options.Starts) || parsed.GetValue(options.Model) == "latent",
            Run = (context, parsed) => Start(context, parsed, options),
        };
    }

    private static int Start(CommandContext context, CommandValues parsed, FitOptions options)
    {
        string? model = parsed.GetValue(options.Model);
        CommandException.ThrowIf(
            parsed.IsGiven(options.Settings["inputs"])
                && (model is not null || parsed.GetValue(options.Quick) || parsed.GetValue(options.Equations) is not null || AsksForNetwork(parsed, options)),
            "--inputs is for the automatic choice. Omit it or the options of another kind of model; --equations names its inputs in the model.");
        CommandException.ThrowIf(
            parsed.GetValue(options.Quick) && (model is not null and not "field" || parsed.GetValue(options.Equations) is not null),
            "--quick fits one network of the columns. Omit it, or --model and --equations.");
        return parsed.GetValue(options.Equations) is not null ? EquationFitRun.Start(context, parsed, options)
            : model == "latent" ? LatentFitRun.Start(context, parsed, options)
            : model == "field" || parsed.GetValue(options.Quick) || AsksForNetwork(parsed, options) ? FitRun.Start(context, parsed, options)
            : AutomaticFitRun.Start(context, parsed, options);
    }

    /// <summary>Whether an option was given that only a single fit of a network has.</summary>
    private static bool AsksForNetwork(CommandValues parsed, FitOptions options) =>
        parsed.IsGiven(options.Seeds) || parsed.IsGiven(options.Grid) || s_network.Any(x => parsed.IsGiven(options.Settings[x]));

    /// <summary>Refuses files whose endings say that something else is in them.</summary>
    internal static void CheckEndings(string? report, string? save, string? output, string? metrics) => OutputFiles.CheckEndings(
        ("--report", report, [".html", ".htm"]), ("--save", save, [".safetensors"]), ("--out", output, [".csv"]), ("--metrics", metrics, [".json"]));

    /// <summary>The options of <c>fit</c>.</summary>
    internal sealed class FitOptions
    {
        private readonly OutputOptions _output = new("none");

        public SettingOptions Settings { get; } = new SettingOptions()
            .Add(TimeSeriesOptions.Settings, ("", new()))
            .Add(CsvOptions.Settings, ("", new()))
            .Add(WideOptions.Settings, ("", new()))
            .Add(FitDataOptions.Settings, ("", new()), ("with --equations", new() { HoldOut = null }))
            .Add(SeriesFitOptions.Settings, ("", new()))
            .Add(LatentFitOptions.Settings, ("with --model latent", LatentFitOptions.ForSeries), ("for classes", LatentFitOptions.ForClasses))
            .Add(LatentForecastOptions.Settings, ("", new()));

        public CommandOption<string?> Data { get; } = new("DATA.csv", "The table to learn from (.gz too, - for the standard input), or a .ts file of labeled series.")
        {
            ValueName = "DATA.csv",
            IsRequired = true,
        };

        public CommandOption<string?> Model { get; } = Options.Choice(
            "--model",
            "kind of model",
            ["field", "latent"],
            "field: a network for the dynamics of the columns themselves, and an initial state for each series; also where an option of the network is given. "
                + "latent: what many series have in common, with forecasts of unseen ones, bands, and classes.",
            "NAME");

        public CommandOption<bool> Quick { get; } = Options.Flag(
            "--quick", "Fits one network in about a second, as --model field does, instead of comparing methods.");

        public CommandOption<double?> TimeLimit { get; } = Options.Positive(
            "--time-limit", "The most seconds that the automatic choice may take; when they are over it ends with an error. Default: no limit.", "S");

        public KnownBeforehand Known { get; } = new();

        public CommandOption<string?> Equations { get; } = Options.Text(
            "--equations", "Fits your own equations instead, a text file with a model: estimates, standard errors, and which parameters the data determine.", "MODEL.ode");

        public CommandOption<long?> Starts { get; } = Options.Whole(
            "--starts", 1, 100_000, "How many starts to search from: the model's own, and others spread within the bounds. Default 1, or 12 where the model has unknown terms.");

        public CommandOption<long?> Stages { get; } = Options.Whole(
            "--stages", 1, 100, "For oscillations and long series: each search fits the first part of every series, then more, and last all, in so many stages. Default 1.");

        public CommandOption<string?> Where { get; } = Options.Text("--where", "Uses the rows whose column has this text, such as set=estimation.", "COLUMN=TEXT");

        public CommandOption<bool> Formula { get; } = Options.Flag("--formula", "Finds a formula for the unknown terms of the model, and fits that in their place.");

        public CommandOption<long?> Degree { get; } = Options.Whole("--degree", 1, 6, "With --formula: the highest degree of the products in it. Default 3.");

        public CommandOption<string?> Compare { get; } = Options.Text("--compare", "Fits a rival model as well, and compares the two by AIC and BIC.", "OTHER.ode");

        public CommandOption<string?> Subjects { get; } = Options.Text(
            "--subjects",
            "Other series of the same population, where parameters vary between series: estimates their own values, and with --hold-out forecasts their last ones.",
            "OTHER.csv");

        public CommandOption<bool> NoProfiles { get; } = Options.Flag("--no-profiles", "Skips the likelihood profiles and the verdicts.");

        public CommandOption<string?> Metrics { get; } = Options.Text(
            "--metrics", "Writes the numbers behind the report as JSON; with --equations, estimates and errors also as a table in CSV, by the file's ending.", "FILE.json|csv");

        public CommandOption<string?> Export { get; } = Options.Text(
            "--export", "Writes the fitted model as a C# class without dependencies, named after the file: derivatives, doses, a solver.", "Name.cs");

        public CommandOption<string?> Figure { get; } = FigureFile.Option();

        public CommandOption<string?> Title { get; } = FigureLabels.TitleOption();

        public CommandOption<string?> Unit { get; } = FigureLabels.UnitOption();

        public CommandOption<string?> Scales { get; } = FigureLabels.ScalesOption();

        public CommandOption<string?> Test { get; } = Options.Text("--test", "Labeled series to classify, in the same format as the training series.", "FILE.ts");

        public CommandOption<string?> Out { get; } = Options.Text(
            "--out", "Writes the forecast of the held-out part with its bands, or measured and fitted values (--quick, --equations).", "FILE.csv");

        public CommandOption<string?> Report => _output.Report;

        public CommandOption<string?> Save => _output.Save;

        public CommandOption<int[]?> Seeds { get; } = Options.Seeds(
            "--seeds", "Fits a network once for each seed, such as 0-4, and prints a table of errors; --save, --report, --out and --metrics are then of the ensemble.");

        public CommandOption<string[]?> Grid { get; } = new(
            "--grid", "Fits a network at all combinations of values of settings, one --grid for each setting, and prints a table of errors.")
        {
            ValueName = "NAME=A:B",
            MostTimes = 20,
        };
    }
}
