using System.Runtime.InteropServices;
using NeuralOde.Series.Models;
using NeuralOde.Series.Scaling;

namespace NeuralOde.Cli.Fit;

/// <summary>Fits of a network with several seeds, or at the points of a grid of settings: a table, and of several seeds an ensemble.</summary>
internal static class FitTable
{
    /// <summary>Refuses files that a table does not write.</summary>
    /// <exception cref="CommandException">One was asked for.</exception>
    public static void CheckFiles(CommandValues parsed, FitCommand.FitOptions options)
    {
        bool hasSeeds = parsed.IsGiven(options.Seeds), hasGrid = parsed.IsGiven(options.Grid);
        CommandException.ThrowIf(
            (hasSeeds || hasGrid) && parsed.IsGiven(options.Figure),
            "--seeds and --grid draw no single figure. Omit --figure, or choose one --seed; --report has figures of the ensemble.");
        CommandException.ThrowIf(
            hasGrid && ((CommandOption[])[options.Report, options.Save, options.Out]).Any(parsed.IsGiven),
            "--grid prints a table of different models. Omit --report, --save and --out, and fit again with the settings that you choose; --metrics writes the table.");
    }

    /// <summary>Fits, prints the table, and writes what was asked for.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(CommandContext context, CommandValues parsed, FitCommand.FitOptions options, FitData data)
    {
        CommandException.ThrowIf(
            data.Split.Scored is null, "--seeds and --grid compare errors on what is held out, and nothing is held out. Give --hold-out a number or a fraction.");
        int[] seeds = parsed.GetValue(options.Seeds) ?? [];
        if (!parsed.IsGiven(options.Grid))
        {
            SeriesFitOptions settings = options.Settings.Apply(SeriesFitOptions.Settings, new SeriesFitOptions(), parsed);
            return RunTable.Print(
                context,
                seeds,
                seed => Row(context, data, settings with { Seed = seed }),
                rows => Summarize(context, rows),
                ended => Finish(context, parsed, options, data, ended));
        }

        string[] names = [.. SeriesFitOptions.Settings.Where(static x => x.Group is not null).SelectMany(static x => x.Inputs).Select(static x => x.Name)];
        (string Label, SeriesFitOptions Settings)[] runs =
        [
            .. SettingGrid.Of(parsed.GetValue(options.Grid) ?? [], options.Settings, names, parsed).SelectMany(point =>
            {
                SeriesFitOptions settings = options.Settings.Apply(SeriesFitOptions.Settings, new SeriesFitOptions(), point.Values);
                return seeds.Length == 0 ? [(point.Label, settings)] : seeds.Select(x => ($"{point.Label} seed={x}", settings with { Seed = x }));
            }),
        ];
        int width = runs.Max(static x => x.Label.Length);
        return RunTable.Print(
            context,
            "settings",
            "runs",
            [.. runs.Select(x => x.Label.PadRight(Math.Max(width, "settings".Length)))],
            i => Row(context, data, runs[i].Settings) with { Payload = [] },
            _ => context.Out.WriteLine("The smallest of several errors flatters its settings: it was chosen by them. Try them on data that are not in this table."),
            ended => WriteMetrics(context, parsed, options, ended, null));
    }

    /// <summary>The medians of error and ratio, below those of the naive forecast, which no seed changes.</summary>
    internal static void Summarize(CommandContext context, IReadOnlyList<RunRow> rows) => context.Out.WriteLine(
        $"median {ProgressText.Number(Median.Of(rows.Select(static x => x.Values[0]))),8} {ProgressText.Number(rows[0].Values[1]),9} "
            + $"{ProgressText.Fixed(Median.Of(rows.Select(static x => x.Values[2])), 3),9}");

    private static RunRow Row(CommandContext context, FitData data, SeriesFitOptions settings)
    {
        FitOutcome outcome = FitRun.Fit(context, data, settings, static work => work(null));
        if (outcome.Fit.WasCanceled)
        {
            throw new OperationCanceledException(context.CancellationToken);
        }

        ErrorRow row = outcome.Pooled!;
        return new RunRow(
            $"Root-mean-square error of {row.Count} held-out values, {row.Scale} scale",
            "     error     naive     ratio   training error   seconds",
            string.Create(
                CultureInfo.InvariantCulture,
                $" {ProgressText.Number(row.Model),9} {ProgressText.Number(row.Naive),9} {ProgressText.Fixed(row.Ratio, 3),9} "
                    + $"{ProgressText.Number(outcome.Fit.TrainingError),16} {outcome.Fit.Elapsed.TotalSeconds,9:0.00}"),
            row.Model,
            row.Naive,
            row.Ratio,
            outcome.Fit.TrainingError,
            outcome.Fit.Elapsed.TotalSeconds)
        {
            Payload = Bytes(outcome),
        };
    }

    /// <summary>The ensemble of the models that did not fail, and its files.</summary>
    private static void Finish(CommandContext context, CommandValues parsed, FitCommand.FitOptions options, FitData data, IReadOnlyList<EndedRun> ended)
    {
        byte[][] runs = [.. ended.Where(static x => x.Row is not null).Select(static x => x.Row!.Payload)];
        if (runs.Length == 0)
        {
            WriteMetrics(context, parsed, options, ended, null);
            return;
        }

        var outcome = new EnsembleOutcome(
            data, [.. runs.Select(x => Forecast(data, x))], () => new SeriesEnsemble([.. runs.Select(x => Model(data, x))]), Model(data, runs[0]).Scaling, ended);
        context.Out.WriteLine(
            $"The mean of {InWords.Counted(runs.Length, "forecast", "forecasts")}: error {ProgressText.Number(outcome.Errors.Pooled.Model)}, "
                + $"{ProgressText.Fixed(outcome.Errors.Pooled.Ratio, 3)} times the naive one.");
        OutputFiles.Write(context, "ensemble", parsed.GetValue(options.Save), path => outcome.Ensemble.Save(path));
        OutputFiles.Write(context, "forecast of the held-out part", parsed.GetValue(options.Out), path => outcome.Forecast.Table().WriteCsv(path));
        WriteMetrics(context, parsed, options, ended, outcome);
        OutputFiles.Write(
            context, "report", parsed.GetValue(options.Report), path => AtomicFile.WriteText(path, EnsembleReport.Create(outcome, context.CommandLine).ToHtml()));
    }

    private static void WriteMetrics(CommandContext context, CommandValues parsed, FitCommand.FitOptions options, IReadOnlyList<EndedRun> ended, EnsembleOutcome? outcome) =>
        OutputFiles.Write(context, "metrics", parsed.GetValue(options.Metrics), path => MetricsFile.WriteJson(path, EnsembleReport.Json(ended, outcome, context.CommandLine)));

    /// <summary>The forecast of the held-out part, then the model's file: models are loaded only where they are needed.</summary>
    private static byte[] Bytes(FitOutcome outcome)
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".safetensors");
        try
        {
            outcome.Fit.Model.Save(path);
            return [.. outcome.Forecast!.Series.SelectMany(static x => MemoryMarshal.AsBytes(x.Values).ToArray()), .. File.ReadAllBytes(path)];
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static TimeSeriesSet Forecast(FitData data, byte[] bytes)
    {
        TimeSeriesSet at = data.Split.Scored!.HeldOut;
        int start = 0;
        return at.WithSeries([.. at.Series.Select(x =>
        {
            TimeSeries series = x.WithValues(MemoryMarshal.Cast<byte, double>(bytes.AsSpan(start, x.Values.Length * sizeof(double))));
            start += x.Values.Length * sizeof(double);
            return series;
        })]);
    }

    private static SeriesModel Model(FitData data, byte[] bytes)
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".safetensors");
        try
        {
            File.WriteAllBytes(path, bytes[(sizeof(double) * data.Split.Scored!.HeldOut.Series.Sum(static x => x.Values.Length))..]);
            return SeriesModel.Load(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}

/// <summary>An ensemble with the errors of its forecast of the held-out part.</summary>
internal sealed class EnsembleOutcome
{
    private readonly Lazy<SeriesEnsemble> _ensemble;

    public EnsembleOutcome(
        FitData data, IReadOnlyList<TimeSeriesSet> forecasts, Func<SeriesEnsemble> ensemble, Standardization scaling, IReadOnlyList<EndedRun> runs)
    {
        (Data, Runs) = (data, runs);
        _ensemble = new Lazy<SeriesEnsemble>(ensemble);
        Forecast = EnsembleForecast.Of(forecasts, scaling);
        Errors = HeldOutErrors.Of(data.Set, data.Split.Scored!, Forecast.Mean, scaling);
    }

    public FitData Data { get; }

    /// <summary>The models, loaded when they are asked for.</summary>
    public SeriesEnsemble Ensemble => _ensemble.Value;

    /// <summary>The runs, those that failed among them.</summary>
    public IReadOnlyList<EndedRun> Runs { get; }

    /// <summary>The forecast of the held-out part.</summary>
    public EnsembleForecast Forecast { get; }

    /// <summary>Its errors.</summary>
    public HeldOutErrors Errors { get; }
}
