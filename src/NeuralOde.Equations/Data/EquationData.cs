using NeuralOde.Equations.Simulation;
using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Tables;

namespace NeuralOde.Equations.Data;

/// <summary>A measured value.</summary>
/// <param name="Observable">Which observable of the model.</param>
/// <param name="Time">Which of the series' times.</param>
/// <param name="Value">The value.</param>
/// <param name="Line">Its line in the file.</param>
internal readonly record struct Observation(int Observable, int Time, double Value, int Line);

/// <summary>One series: what acts on it, and what was measured.</summary>
internal sealed record SeriesObservations(SeriesInput Input, double[] Times, Observation[] Values);

/// <summary>A table as a model reads it: series with doses, inputs, covariates and measured values.</summary>
public sealed class EquationData
{
    private readonly IReadOnlyList<SeriesObservations> _series;

    internal EquationData(string name, IReadOnlyList<SeriesObservations> series, IReadOnlyList<string> notes)
    {
        Name = name;
        _series = series;
        Notes = notes;
    }

    /// <summary>The table's name.</summary>
    public string Name { get; }

    /// <summary>The series' names, in the order in which they appear.</summary>
    public IReadOnlyList<string> SeriesNames => [.. _series.Select(static x => x.Input.Name)];

    /// <summary>Number of measured values.</summary>
    public int Count => _series.Sum(static x => x.Values.Length);

    /// <summary>The last time at which a value was measured; not a number where there is none.</summary>
    public double LastTime => _series.Where(static x => x.Times.Length > 0).Select(static x => x.Times[^1]).DefaultIfEmpty(double.NaN).Max();

    /// <summary>What was left out, in words.</summary>
    public IReadOnlyList<string> Notes { get; }

    internal IReadOnlyList<SeriesObservations> Series => _series;

    /// <summary>Reads a table for a model.</summary>
    /// <param name="table">The table.</param>
    /// <param name="model">The model: its observables, inputs, covariates and doses are columns.</param>
    /// <param name="options">Which columns are what.</param>
    /// <returns>The data.</returns>
    /// <exception cref="EquationDataException">The table does not have what the model needs.</exception>
    /// <exception cref="TableException">A field that is no number where one is needed.</exception>
    public static EquationData FromTable(CsvTable table, EquationModel model, EquationDataOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(model);
        return new EquationDataReader(table, model.Bound, options ?? new EquationDataOptions()).Read();
    }

    /// <summary>Solves a model for each series of a table: with its doses, inputs and covariates. Measured values are not needed.</summary>
    /// <param name="table">The table.</param>
    /// <param name="model">The model.</param>
    /// <param name="solve">Until when, and how.</param>
    /// <param name="options">Which columns are what.</param>
    /// <returns>The series' names, each with its solution.</returns>
    /// <exception cref="EquationDataException">The table does not have what the model needs.</exception>
    /// <exception cref="EquationSolveException">A solve failed.</exception>
    public static IReadOnlyList<(string Series, EquationSolution Solution)> Solve(
        CsvTable table, EquationModel model, EquationSolveOptions solve, EquationDataOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(solve);
        IReadOnlyList<SeriesInput> inputs = new EquationDataReader(table, model.Bound, options ?? new EquationDataOptions()).ReadInputs();
        return [.. inputs.Select(x => (x.Name, EquationSolver.Solve(model, solve, x)))];
    }

    /// <summary>Sets the last measured values of each series aside, to compare forecasts with. Doses, inputs and covariates stay in both parts.</summary>
    /// <param name="rule">Which; it counts the times at which a series has measured values.</param>
    /// <returns>What is learned from, and what was set aside, both with all series.</returns>
    /// <exception cref="EquationDataException">A series would have no value left to learn from.</exception>
    public (EquationData Training, EquationData HeldOut) HoldOut(HoldOut rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        var training = new List<SeriesObservations>();
        var heldOut = new List<SeriesObservations>();
        foreach (SeriesObservations series in _series)
        {
            int first = series.Times.Length - rule.CountOf(series.Times);
            if (first < 1 && series.Times.Length > 0)
            {
                throw new EquationDataException(
                    EquationDataReason.Nothing,
                    $"{(series.Input.Name.Length == 0 ? "The series" : $"Series '{series.Input.Name}'")} has values at {series.Times.Length} times; "
                        + $"holding out {rule} would leave none to learn from.",
                    "Hold out less, or leave the series out.");
            }

            training.Add(series with { Times = series.Times[..first], Values = [.. series.Values.Where(x => x.Time < first)] });
            heldOut.Add(series with { Times = series.Times[first..], Values = [.. series.Values.Where(x => x.Time >= first).Select(x => x with { Time = x.Time - first })] });
        }

        return (new EquationData(Name, training, Notes), new EquationData(Name, heldOut, Notes));
    }

    /// <summary>The first part of each series, by its times.</summary>
    /// <param name="share">How much of the time from a series' start to its last value.</param>
    internal EquationData First(double share) => new(Name, [.. _series.Select(series =>
    {
        double end = series.Times.Length == 0 ? 0 : series.Input.Start + (share * (series.Times[^1] - series.Input.Start));
        int count = series.Times.Count(x => x <= end);
        return series with { Times = series.Times[..count], Values = [.. series.Values.Where(x => x.Time < count)] };
    })], Notes);

    /// <summary>The data of one series.</summary>
    internal EquationData Only(int series) => new(Name, [_series[series]], Notes);
}
