using NeuralOde.Series.Tables;

namespace NeuralOde.Cli.Evaluate;

/// <summary><c>neuralode evaluate</c>: what a careful user wants to see before trusting a forecast. What it does is in <see cref="EvaluateRun"/>.</summary>
internal static class EvaluateCommand
{
    public static CommandDescription Create() => new()
    {
        Name = "evaluate",
        Summary = "Compares forecasts of a table with what came: from several origins, by a model and by simple baselines.",
        Examples =
        [
            ("neuralode evaluate hare-lynx.csv --time Year", "Three origins, the last fifth from the last one; a table of all methods for each column."),
            ("neuralode evaluate sales.csv --time month --horizon 12 --origins 5 --report evaluation.html", "A year ahead from five origins, with a page of pictures."),
            ("neuralode evaluate hare-lynx.csv --time Year --methods field,drift --hidden-states 1 --log Hare,Lynx", "Two methods, one of them with settings of its own."),
            (
                "neuralode evaluate patients.csv --time Time --series Subject --model latent.safetensors --out forecasts.csv",
                "A saved model on other series, and every forecast with its bands."),
        ],
        Notes =
        [
            "Each method learns from what is before an origin alone, and forecasts what is after it. MASE is the mean absolute error of the median over the mean "
                + "absolute change from "
                + "one value to the next in the part that was learned from, or from season to season where there is one: below 1 is better than the naive forecast one step ahead. "
                + "Of a band of 80 %, 80 % of the values should lie inside. The score of a band is its mean width, and a fine for each value outside, "
                + "over the same mean change: lower is better.",
            "A saved latent model is kept as it is, and infers the states of the series from what is before each origin; it may have seen the table before. Of a "
                + "saved model of the columns "
                + "themselves, the size and the logarithms are taken, and it is learned anew before each origin.",
            "Several processes: 'mpirun -n 8 neuralode evaluate ...' shares the methods and origins; the tables and files are the same. docs/cluster.md says more.",
            "The exit code is 0 whatever the result; it is 2 if the command line or the file is wrong.",
        ],
        Body = Body,
    };

    private static CommandBody Body()
    {
        var options = new EvaluateCommandOptions();
        return new CommandBody
        {
            Arguments = [options.Data],
            Groups = [.. options.Settings.Groups(
                ("Evaluation", [options.Methods, options.Model]),
                ("Output", [options.Out, options.Metrics, options.Report]))
                .OrderBy(static x => x.Title switch { "Evaluation" => 0, "Output" => 3, _ => x.Title.StartsWith("With ", StringComparison.Ordinal) ? 2 : 1 })],
            IsShared = static _ => true,
            Run = (context, parsed) => EvaluateRun.Start(context, parsed, options),
        };
    }

    /// <summary>The options of <c>evaluate</c>.</summary>
    internal sealed class EvaluateCommandOptions
    {
        public SettingOptions Settings { get; } = new SettingOptions()
            .Add(EvaluateOptions.Settings, ("", new()))
            .Add(TimeSeriesOptions.Settings, ("", new()))
            .Add(CsvOptions.Settings, ("", new()))
            .Add(WideOptions.Settings, ("", new()))
            .Add(SeriesFitOptions.Settings, ("", new()))
            .Add(LatentFitOptions.Settings, ("for latent models", LatentFitOptions.ForSeries))
            .Add(LatentForecastOptions.Settings, ("", new()));

        public CommandOption<string?> Data { get; } = new("DATA.csv", "The table (.gz too, - for the standard input).") { ValueName = "DATA.csv", IsRequired = true };

        public CommandOption<string?> Methods { get; } = Options.Text(
            "--methods",
            $"The methods to compare, joined by commas, of {string.Join(", ", EvaluateMethods.Names)}. Default: all but latent.",
            "NAME,NAME");

        public CommandOption<string?> Model { get; } = Options.Text("--model", "A model that 'neuralode fit --save' wrote, to be compared with the others.", "MODEL.safetensors");

        public CommandOption<string?> Out { get; } = Options.Text(
            "--out", "Writes every forecast value: method, origin, series, time, component, what was observed, the median and the bands.", "FILE.csv");

        public CommandOption<string?> Metrics { get; } = Options.Text("--metrics", "Writes all scores as JSON.", "FILE.json");

        public CommandOption<string?> Report { get; } = Options.Text("--report", "The file for the report: one HTML page that works offline and without scripts.", "FILE.html");
    }
}
