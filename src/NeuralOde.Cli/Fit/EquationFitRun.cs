using NeuralOde.Cli.Solve;
using NeuralOde.Equations;
using NeuralOde.Equations.Data;
using NeuralOde.Equations.Export;
using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Formulas;
using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Tables;

namespace NeuralOde.Cli.Fit;

/// <summary>What <c>neuralode fit --equations</c> does.</summary>
internal static class EquationFitRun
{
    private static readonly string[] s_settings = ["time", "series", "seed", "hold-out"];

    public static int Start(CommandContext context, CommandValues parsed, FitCommand.FitOptions options)
    {
        RefuseOthers(parsed, options);
        string data = parsed.GetValue(options.Data)!, equations = parsed.GetValue(options.Equations)!;
        string? report = parsed.GetValue(options.Report), save = parsed.GetValue(options.Save), output = parsed.GetValue(options.Out), metrics = parsed.GetValue(options.Metrics);
        string? export = parsed.GetValue(options.Export);
        OutputFiles.Check(data, ("--report", report), ("--save", save), ("--out", output), ("--metrics", metrics), ("--export", export));
        OutputFiles.CheckEndings(("--report", report, [".html", ".htm"]), ("--save", save, [".ode"]), ("--out", output, [".csv"]), ("--metrics", metrics, [".json", ".csv"]),
            ("--export", export, [".cs"]));
        string className = Path.GetFileNameWithoutExtension(export ?? "FittedModel.cs");
        CommandException.ThrowIf(
            !(char.IsAsciiLetterUpper(className.FirstOrDefault()) && className.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_')),
            $"--export names the class after the file: letters, digits and _, the first one a capital, such as Warfarin.cs; got '{export}'.");
        TimeSeriesOptions columns = options.Settings.Apply(TimeSeriesOptions.Settings, new TimeSeriesOptions(), parsed);
        EquationModel model = ModelFiles.Load(equations);
        var columnsOf = new EquationDataOptions { TimeColumn = columns.TimeColumn, SeriesColumn = columns.SeriesColumn, Where = Where(parsed.GetValue(options.Where)) };
        CsvTable table = ModelFiles.Table(data);
        var read = EquationData.FromTable(table, model, columnsOf);
        EquationModel? rival = parsed.GetValue(options.Compare) is { } path ? ModelFiles.Load(path) : null;
        EquationData? rivalData = rival is null ? null : EquationData.FromTable(table, rival, columnsOf);
        foreach (string note in read.Notes)
        {
            context.Error.WriteLine(note);
        }

        var settings = new EquationFitOptions
        {
            Starts = (int?)parsed.GetValue(options.Starts),
            Stages = (int)(parsed.GetValue(options.Stages) ?? 1),
            Seed = (int)options.Settings.Apply(SeriesFitOptions.Settings, new SeriesFitOptions(), parsed).Seed,
            Profiles = !parsed.GetValue(options.NoProfiles),
            Spread = context.Processes is { Size: > 1 } ? (count, work) => SharedWork.Run(context, count, work) : null,
        };
        EquationData? heldOut = null;
        var bands = new BandOptions { Seed = settings.Seed };
        HoldOut? rule = options.Settings.Apply(FitDataOptions.Settings, new FitDataOptions { HoldOut = null }, parsed).HoldOut;
        if (rule is not null)
        {
            (read, heldOut) = read.HoldOut(rule);
            rivalData = rivalData?.HoldOut(rule).Training;
            bands = bands with { Until = heldOut.LastTime };
        }

        FormulaSearchResult? formula = null;
        EquationData? subjectData = null, subjectsHeldOut = null;
        if (parsed.GetValue(options.Subjects) is { } others)
        {
            CommandException.ThrowIf(!model.HasPopulation, "--subjects needs parameters that vary between series, such as 'CL = 3 > 0 varies 0.3'.");
            subjectData = EquationData.FromTable(ModelFiles.Table(others, "--subjects"), model, columnsOf);
            if (rule is not null)
            {
                (subjectData, subjectsHeldOut) = subjectData.HoldOut(rule);
            }
        }

        if (parsed.GetValue(options.Formula))
        {
            CommandException.ThrowIf(!model.HasUnknownTerms, "--formula needs a model with unknown terms, such as x' = -k*x + unknown(x).");
            var search = new FormulaSearchOptions { Degree = (int)(parsed.GetValue(options.Degree) ?? 3), Fit = settings };
            formula = FormulaSearch.Find(model, read, search, context.CancellationToken);
            FormulaText.Print(context.Out, formula);
            model = formula.Chosen.Fit.FittedModel;
            settings = settings with { Starts = 1 };
        }

        EquationFit fit = EquationFitter.Fit(model, read, settings, null, context.CancellationToken);
        EquationFitText.Print(context.Out, fit);
        PredictedValue[] predicted = heldOut is null || !fit.HasBands ? [] : [.. fit.Predict(heldOut, bands)];
        if (heldOut is not null)
        {
            EquationFitText.PrintHeldOut(context.Out, predicted, bands.Level);
        }

        if (subjectData is not null)
        {
            EquationFit subjects = fit.ForSubjects(subjectData);
            EquationFitText.PrintSubjects(context.Out, subjects);
            if (subjectsHeldOut is not null)
            {
                PredictedValue[] forecast = subjects.HasBands ? [.. subjects.Predict(subjectsHeldOut, bands)] : [];
                EquationFitText.PrintHeldOut(context.Out, forecast, bands.Level, "Other series, held out");
            }
        }

        if (rival is not null)
        {
            EquationFitText.PrintComparison(context.Out, fit, EquationFitter.Fit(rival, rivalData!, settings with { Profiles = false }, null, context.CancellationToken));
        }

        OutputFiles.Write(context, "model with its estimates", save, path => AtomicFile.WriteText(path, fit.FittedModel.ToString()));
        OutputFiles.Write(context, "measured and fitted values", output, path => AtomicFile.WriteText(path, text => WriteValues(text, fit, predicted, bands)));
        bool isTable = string.Equals(Path.GetExtension(metrics), ".csv", StringComparison.OrdinalIgnoreCase);
        OutputFiles.Write(
            context, "numbers", metrics, path => AtomicFile.Write(path, stream => EquationFitNumbers.Write(stream, fit, isTable)));
        OutputFiles.Write(context, "C# class", export, path => AtomicFile.WriteText(path, CSharpExport.Write(fit.FittedModel, className)));
        OutputFiles.Write(context, "report", report, path => AtomicFile.WriteText(path, EquationFitReport.Create(fit, predicted, bands, data, context.CommandLine,
            formula).ToHtml()));
        return ExitCode.Success;
    }

    private static void RefuseOthers(CommandValues parsed, FitCommand.FitOptions options)
    {
        CommandOption[] own =
        [
            options.Equations, options.Starts, options.Stages, options.Where, options.Formula, options.Degree, options.NoProfiles, options.Metrics, options.Compare,
            options.Report, options.Save, options.Out, options.Export, options.Subjects,
            .. s_settings.Select(x => options.Settings[x]),
        ];
        IEnumerable<CommandOption> others = options.Settings.Groups(("", [options.Model, options.Test, options.Seeds, options.Grid, options.Figure, options.Title,
            options.Unit])).SelectMany(
            static x => x.Options);
        LatentFitRun.Refuse(parsed, "does not go with --equations", others.Except(own));
    }

    /// <summary>A column and its text, which select rows.</summary>
    internal static (string Column, string Text)? Where(string? text)
    {
        if (text is null)
        {
            return null;
        }

        int at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0 ? (text[..at].Trim(), text[(at + 1)..].Trim()) : throw new CommandException($"--where takes a column and its text, such as set=estimation; got '{text}'.");
    }

    /// <summary>All values; with bands where there are any.</summary>
    private static void WriteValues(TextWriter text, EquationFit fit, PredictedValue[] predicted, BandOptions bands)
    {
        IReadOnlyList<PredictedValue> known = fit.HasBands ? fit.Predict(fit.Data, bands) : [];
        var csv = new CsvWriter(text, ["series", "observable", "time", "measured", "fitted", "residual", "lower", "upper", "held_out"]);
        for (int i = 0; i < fit.Values.Count; i++)
        {
            FittedValue x = fit.Values[i];
            (double lower, double upper) = i < known.Count ? (known[i].Lower, known[i].Upper) : (double.NaN, double.NaN);
            csv.Add(x.Series).Add(x.Observable).Add(x.Time).Add(x.Measured).Add(x.Fitted).Add(x.Residual).Add(lower).Add(upper).Add(0.0).EndRow();
        }

        foreach (PredictedValue x in predicted)
        {
            csv.Add(x.Series).Add(x.Observable).Add(x.Time).Add(x.Measured).Add(x.Predicted).Add(double.NaN).Add(x.Lower).Add(x.Upper).Add(1.0).EndRow();
        }
    }
}
