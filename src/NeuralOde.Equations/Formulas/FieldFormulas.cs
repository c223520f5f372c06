using NeuralOde.Equations.Data;
using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Language;
using NeuralOde.Series.Models;
using NeuralOde.Series.Tables;

namespace NeuralOde.Equations.Formulas;

/// <summary>A formula for how fast a component of a learned field changes, by regression on the field alone.</summary>
/// <param name="Component">The component.</param>
/// <param name="Formula">The formula, with its coefficients.</param>
/// <param name="Count">Number of terms.</param>
/// <param name="Error">The root mean square of formula minus field along the learned trajectories, relative to the field's.</param>
public sealed record RegressedFormula(string Component, string Formula, int Count, double Error);

/// <summary>
/// Formulas for a field that was learned without equations (<see cref="SeriesModel"/>): sparse regression over the states that its trajectories pass, and, where there are
/// data, a fit of the formulas to these in the field's place.
/// </summary>
public static class FieldFormulas
{
    private const int PointsPerSeries = 120;
    private const int MostPoints = 4000;

    /// <summary>A field as a model whose derivatives are unknown terms of all components; hidden ones are called hidden1, hidden2.</summary>
    /// <param name="field">The field.</param>
    /// <returns>The model. Components that were learned as logarithms have log-normal noise, the others normal noise.</returns>
    public static EquationModel ModelOf(SeriesModel field)
    {
        ArgumentNullException.ThrowIfNull(field);
        string[] names = NamesOf(field);
        NameExpression[] arguments =
        [
            .. names.Select(static x => new NameExpression(0, x)),
            .. field.IsTimeDependent ? [new NameExpression(0, "t")] : Array.Empty<NameExpression>(),
        ];
        IReadOnlyList<FieldPoint> points = field.PointsAlongPaths(2);
        List<Statement> statements = [.. names.Select(x => new DerivativeStatement(0, x, new CallExpression(0, "unknown", arguments, [])))];
        for (int i = 0; i < names.Length; i++)
        {
            bool isLog = i < field.Components.Count && field.Scaling.Components[i].IsLog;
            double start = points.Where((_, k) => k % 2 == 0).Average(x => x.State[i]);
            statements.Add(new InitialStatement(0, names[i], Number(start), new Modifiers { Lower = isLog ? Number(0) : null, IsPerSeries = field.Paths.Count > 1 }));
        }

        foreach ((string name, int i) in field.Components.Select(static (x, i) => (x, i)))
        {
            string noise = field.Scaling.Components[i].IsLog ? "lognormal" : "normal";
            statements.Add(new ObserveStatement(0, [(name, null)], new CallExpression(0, noise, [], []), null, null));
        }

        return EquationModel.Parse(ModelPrinter.Print(statements), "field");
    }

    /// <summary>Regression alone: for each component and number of terms the best formula.</summary>
    /// <param name="field">The field.</param>
    /// <param name="options">Which terms; see there for the defaults.</param>
    /// <returns>The formulas, by component and then number of terms.</returns>
    /// <exception cref="ModelTextException">A term of the user's own is not an expression of the components.</exception>
    public static IReadOnlyList<RegressedFormula> Regress(SeriesModel field, FormulaSearchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(field);
        options ??= new FormulaSearchOptions();
        options.Check();
        EquationModel model = ModelOf(field);
        TermLibrary[] libraries = Sampled(model, field, options);
        List<RegressedFormula> found = [];
        for (int k = 0; k < libraries.Length; k++)
        {
            TermLibrary library = libraries[k];
            library.AddScaledTerms(options);
            foreach (int[] set in library.Rank(options.MostTerms, 1).OrderBy(static x => x.Length))
            {
                double[] coefficients = library.Coefficients(set);
                Expression? sum = null;
                for (int i = 0; i < set.Length; i++)
                {
                    Expression product = library.Product(set[i], Number(double.Parse(FitWords.Number(coefficients[i]), System.Globalization.CultureInfo.InvariantCulture)));
                    sum = sum is null ? product : new InfixExpression(0, "+", sum, product);
                }

                found.Add(new RegressedFormula(model.States[k], ModelPrinter.Print(sum!), set.Length, library.RelativeError(set, coefficients)));
            }
        }

        return found;
    }

    /// <summary>Formulas that are fitted to data in the field's place, the smallest within a tolerance of the best by BIC.</summary>
    /// <param name="field">The field.</param>
    /// <param name="table">The data that it was learned from, or others of the same columns.</param>
    /// <param name="columns">Which columns are the times and the series.</param>
    /// <param name="options">Which terms; see there for the defaults.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The formula chosen and the best of each size.</returns>
    /// <exception cref="EquationDataException">The table does not have the field's columns.</exception>
    /// <exception cref="EquationFitException">No formula can be fitted.</exception>
    public static FormulaSearchResult Find(
        SeriesModel field, CsvTable table, EquationDataOptions? columns = null, FormulaSearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(table);
        options ??= new FormulaSearchOptions();
        options.Check();
        EquationModel model = ModelOf(field);
        var data = EquationData.FromTable(table, model, columns ?? new EquationDataOptions { TimeColumn = field.Scaling.Time.Name, SeriesColumn = field.SeriesName });
        return FormulaSearch.Choose(model, data, options, Sampled(model, field, options), cancellationToken);
    }

    private static string[] NamesOf(SeriesModel field)
        => [.. field.Components, .. Enumerable.Range(1, field.HiddenStates).Select(static i => FormattableString.Invariant($"hidden{i}"))];

    private static TermLibrary[] Sampled(EquationModel model, SeriesModel field, FormulaSearchOptions options)
    {
        TermLibrary[] libraries = TermLibrary.Of(model, options);
        int count = Math.Clamp(MostPoints / Math.Max(1, field.Paths.Count), 10, PointsPerSeries);
        foreach (FieldPoint point in field.PointsAlongPaths(count))
        {
            double[] arguments = [.. point.State, .. field.IsTimeDependent ? [point.Time] : Array.Empty<double>()];
            for (int k = 0; k < libraries.Length; k++)
            {
                libraries[k].Add(point.Time, arguments, point.Velocity[k]);
            }
        }

        return libraries;
    }

    private static Expression Number(double value) => value < 0 ? new PrefixExpression(0, "-", new NumberExpression(0, -value)) : new NumberExpression(0, value);
}
