using NeuralOde.Equations.Data;
using NeuralOde.Equations.Fitting;

namespace NeuralOde.Cli.Fit;

/// <summary>What a fit of equations prints.</summary>
internal static class EquationFitText
{
    /// <summary>A number to six digits, or nothing where there is none.</summary>
    public static string Number(double value) => double.IsFinite(value) ? value.ToString("G6", CultureInfo.InvariantCulture) : "";

    /// <summary>Such as "0.54 ± 0.0549".</summary>
    public static void Print(TextWriter text, EquationFit fit)
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

        foreach ((string parameter, IReadOnlyList<double> times, IReadOnlyList<double> values) in fit.Walks)
        {
            text.WriteLine();
            text.WriteLine($"{parameter} with time: {string.Join(", ", times.Zip(values, static (t, v) => $"{Number(v)} at {Number(t)}"))}");
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
    public static void PrintComparison(TextWriter text, EquationFit fit, EquationFit other)
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

    public static string Short(double value) => double.IsFinite(value) ? value.ToString("G3", CultureInfo.InvariantCulture) : "";

    /// <summary>The values of series that were not fitted, given what was measured of them.</summary>
    public static void PrintSubjects(TextWriter text, EquationFit subjects)
    {
        text.WriteLine();
        text.WriteLine("Other series, given their values: the modes of their parameters.");
        string[] names = [.. subjects.Individuals.Select(static x => x.Name).Distinct()];
        foreach (string series in subjects.Data.SeriesNames)
        {
            int count = subjects.Values.Count(x => x.Series == series);
            string values = string.Join(", ", names.Select(name => $"{name} = {Number(subjects.Individuals.First(x => x.Name == name && x.Series == series).Value)}"));
            text.WriteLine($"{series}: {values} ({(count == 1 ? "1 value" : $"{count} values")})");
        }
    }

    /// <summary>How well values that were held out are predicted, and how many lie within their bands.</summary>
    public static void PrintHeldOut(TextWriter text, PredictedValue[] predicted, double level, string what = "Held out")
    {
        text.WriteLine();
        if (predicted.Length == 0)
        {
            text.WriteLine($"{what}: there are no bands, because the data do not determine the parameters.");
        }

        foreach (IGrouping<string, PredictedValue> group in predicted.GroupBy(static x => x.Observable))
        {
            PredictedValue[] values = [.. group];
            double square = Math.Sqrt(values.Average(static x => (x.Measured - x.Predicted) * (x.Measured - x.Predicted)));
            int inside = values.Count(static x => x.IsInside);
            text.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: {inside} of {values.Length} values of {group.Key} ({100.0 * inside / values.Length:0} %) lie within their {100 * level:0.#} % bands; "
                    + $"root mean square {Number(square)}."));
        }
    }
}
