using NeuralOde.Cli.Solve;
using NeuralOde.Equations;
using NeuralOde.Equations.Data;
using NeuralOde.Equations.Export;
using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Formulas;
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
            Seed = (int)options.Settings.Apply(SeriesFitOptions.Settings, new SeriesFitOptions(), parsed).Seed,
            Profiles = !parsed.GetValue(options.NoProfiles),
            Spread = context.Processes is { Size: > 1 } ? (count, work) => SharedWork.Run(context, count, work) : null,
        };
        EquationData? heldOut = null;
        var bands = new BandOptions { Seed = settings.Seed };
        if (options.Settings.Apply(FitDataOptions.Settings, new FitDataOptions { HoldOut = null }, parsed).HoldOut is { } rule)
        {
            (read, heldOut) = read.HoldOut(rule);
            rivalData = rivalData?.HoldOut(rule).Training;
            bands = bands with { Until = heldOut.LastTime };
        }

        FormulaSearchResult? formula = null;
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
        Print(context.Out, fit);
        PredictedValue[] predicted = heldOut is null || !fit.HasBands ? [] : [.. fit.Predict(heldOut, bands)];
        if (heldOut is not null)
        {
            PrintHeldOut(context.Out, predicted, bands.Level);
        }

        if (rival is not null)
        {
            PrintComparison(context.Out, fit, EquationFitter.Fit(rival, rivalData!, settings with { Profiles = false }, null, context.CancellationToken));
        }

        OutputFiles.Write(context, "model with its estimates", save, path => AtomicFile.WriteText(path, fit.FittedModel.ToString()));
        OutputFiles.Write(context, "measured and fitted values", output, path => AtomicFile.WriteText(path, text => WriteValues(text, fit, predicted, bands)));
        bool isTable = string.Equals(Path.GetExtension(metrics), ".csv", StringComparison.OrdinalIgnoreCase);
        OutputFiles.Write(
            context, "numbers", metrics, path => AtomicFile.Write(path, stream => EquationFitNumbers.Write(stream, fit, isTable)));
        OutputFiles.Write(context, "C# class", export, path => AtomicFile.WriteText(path, CSharpExport.Write(fit.FittedModel, className)));
        OutputFiles.Write(context, "report", report, path => AtomicFile.WriteText(path, EquationFitReport.Create(fit, predicted, bands, data, context.CommandLine, formula).ToHtml()));
        return ExitCode.Success;
    }

    private static void RefuseOthers(CommandValues parsed, FitCommand.FitOptions options)
    {
        CommandOption[] own =
        [
            options.Equations, options.Starts, options.Where, options.Formula, options.Degree, options.NoProfiles, options.Metrics, options.Compare,
            options.Report, options.Save, options.Out, options.Export,
            .. s_settings.Select(x => options.Settings[x]),
        ];
        IEnumerable<CommandOption> others = options.Settings.Groups(("", [options.Model, options.Test, options.Seeds, options.Grid, options.Figure, options.Title, options.Unit])).SelectMany(
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

    /// <summary>A number to six digits, or nothing where there is none.</summary>
    internal static string Number(double value) => double.IsFinite(value) ? value.ToString("G6", CultureInfo.InvariantCulture) : "";

    /// <summary>Such as "0.54 ± 0.0549".</summary>
    private static void Print(TextWriter text, EquationFit fit)
    {
        bool hasSeries = fit.Estimates.Any(static x => x.Series.Length > 0);
        static string Error(ParameterEstimate x) => x.StandardError is > 0 ? "± " + Short(x.StandardError) : x.AtBound != 0 ? "at its bound" : "± ?";
        string[][] rows = [.. fit.Estimates.Where(static x => !x.IsWeight).Select(static x => (string[])[x.Series, x.Name, Number(x.Value), Error(x)])];
        int[] widths = [.. Enumerable.Range(0, 4).Select(i => rows.Max(x => x[i].Length))];
        foreach (string[] row in rows)
        {
            text.WriteLine($"{(hasSeries ? row[0].PadRight(widths[0]) + "  " : "")}{row[1].PadRight(widths[1])}  {row[2].PadLeft(widths[2])}  {row[3]}");
        }

        text.WriteLine();
        string kind = fit.HasPriors ? "modes with priors" : "maximum likelihood";
        text.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{fit.ValueCount} values, {fit.ParameterCount} parameters, {kind}: -log L {fit.NegativeLogLikelihood:0.###}, AIC {fit.Aic:0.###}, BIC {fit.Bic:0.###}"));
        foreach ((string parameter, double shrinkage) in fit.Shrinkages)
        {
            text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Shrinkage of {parameter}: {100 * shrinkage:0} %"));
        }

        foreach ((string observable, double square) in fit.RootMeanSquares)
        {
            text.WriteLine($"Root mean square of {observable}: {Number(square)}");
        }

        text.WriteLine(
            fit.Shrinkages.Count > 0 ? "Population: first-order conditional estimation with interaction; standard errors from second differences of its likelihood."
            : fit.Model.LeastSquares
            ? "Standard errors: expected information, n - p degrees of freedom."
            : "Standard errors: observed information (second derivatives), where it is positive definite.");
        // Of many series only what is worth a sentence.
        string[] verdicts =
        [
            .. fit.Estimates.Where(x => x.Words.Length > 0 && !(hasSeries && x is { AtBound: 0, Profile.Verdict: Verdict.Identifiable }))
                .Select(static x => x.Series.Length > 0 ? $"{x.Series}: {x.Words}" : x.Words),
        ];
        if (verdicts.Length > 0)
        {
            text.WriteLine();
            foreach (string verdict in verdicts)
            {
                text.WriteLine(verdict);
            }
        }

        if (fit.Optima.Count > 0)
        {
            text.WriteLine();
            text.WriteLine("Optima (-log posterior or likelihood, and starts that led there): "
                + string.Join("; ", fit.Optima.Take(8).Select(static x => string.Create(CultureInfo.InvariantCulture, $"{x.Value:0.###} ({x.Count})"))));
        }

        foreach (string note in fit.Notes)
        {
            text.WriteLine("Note: " + note);
        }
    }

    /// <summary>Two models beside each other, where they are fitted to the same values.</summary>
    private static void PrintComparison(TextWriter text, EquationFit fit, EquationFit other)
    {
        text.WriteLine();
        foreach (EquationFit x in (EquationFit[])[fit, other])
        {
            text.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Path.GetFileName(x.Model.Name)}: {x.ParameterCount} parameters, -log L {x.NegativeLogLikelihood:0.###}, AIC {x.Aic:0.###}, BIC {x.Bic:0.###}"));
        }

        if (fit.ValueCount != other.ValueCount)
        {
            text.WriteLine($"The models are fitted to {fit.ValueCount} and {other.ValueCount} values, so their criteria cannot be compared.");
            return;
        }

        EquationFit better = fit.Aic <= other.Aic ? fit : other;
        text.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"By AIC {Path.GetFileName(better.Model.Name)} is the better model, by {Math.Abs(fit.Aic - other.Aic):0.##}; ")
            + string.Create(CultureInfo.InvariantCulture, $"by BIC the difference is {Math.Abs(fit.Bic - other.Bic):0.##} for ")
            + $"{Path.GetFileName((fit.Bic <= other.Bic ? fit : other).Model.Name)}.");
    }

    internal static string Short(double value) => double.IsFinite(value) ? value.ToString("G3", CultureInfo.InvariantCulture) : "";

    /// <summary>How well values that were held out are predicted, and how many lie within their bands.</summary>
    private static void PrintHeldOut(TextWriter text, PredictedValue[] predicted, double level)
    {
        text.WriteLine();
        if (predicted.Length == 0)
        {
            text.WriteLine("Held out: there are no bands, because the data do not determine the parameters, or these vary between series.");
        }

        foreach (IGrouping<string, PredictedValue> group in predicted.GroupBy(static x => x.Observable))
        {
            PredictedValue[] values = [.. group];
            double square = Math.Sqrt(values.Average(static x => (x.Measured - x.Predicted) * (x.Measured - x.Predicted)));
            int inside = values.Count(static x => x.IsInside);
            text.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Held out: {inside} of {values.Length} values of {group.Key} ({100.0 * inside / values.Length:0} %) lie within their {100 * level:0.#} % bands; "
                    + $"root mean square {Number(square)}."));
        }
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
