using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting;

/// <summary>A set of series as methods for single components read it.</summary>
internal sealed class ForecastData
{
    private readonly Dictionary<string, int> _indices;

    private ForecastData(TimeSeriesSet set, TimeGrid grid, IReadOnlyList<ComponentData> components)
    {
        Grid = grid;
        Components = components;
        _indices = set.Series.Select(static (x, index) => (x.Id, index)).ToDictionary(StringComparer.Ordinal);
    }

    public TimeGrid Grid { get; }

    public IReadOnlyList<ComponentData> Components { get; }

    /// <exception cref="SeriesException">A component has no value at all.</exception>
    public static ForecastData Of(TimeSeriesSet set, ForecastOptions options)
    {
        ArgumentNullException.ThrowIfNull(set);
        foreach ((string name, double low, double high) in options.Bounds)
        {
            ArgumentException.ThrowIf(!set.Components.Contains(name), $"There are bounds of '{name}', and no component of that name.", nameof(options));
            ArgumentException.ThrowIf(!(low < high), $"The bounds of '{name}' are {low} and {high}; the lower one must be below the upper one.", nameof(options));
        }

        CheckInputs(set);
        var grid = new TimeGrid(set);
        double? given = options.Period is { } period ? grid.ToSteps(period) : null;
        return new ForecastData(set, grid, [.. Enumerable.Range(0, set.Components.Count).Select(c =>
        {
            string name = set.Components[c];
            ComponentSeries[] series = [.. set.Series.Select(x => ComponentSeries.Of(x, c, grid))];
            SeriesException.ThrowIf(
                Array.TrueForAll(series, static x => x.Count == 0), SeriesReason.NoTrainingValue, $"The component '{name}' has no value in the part that is learned from.");
            double? found = given is null ? SeasonFinder.Find(series, grid) : given >= 2 ? given : null;
            double[] candidates = given is not null ? found is null ? [] : [found.Value]
                : [.. (found is null ? [] : (double[])[found.Value]).Concat(grid.NaturalPeriods).Distinct()];
            (double low, double high) = options.Bounds.Any(x => x.Component == name) && options.Bounds.Last(x => x.Component == name) is var bounds ? (bounds.Low, bounds.High)
                : (Array.TrueForAll(series, static x => Array.TrueForAll(x.Values, static value => value >= 0)) ? 0 : double.NegativeInfinity, double.PositiveInfinity);
            return new ComponentData(name, series, found, candidates, low, high);
        })]);
    }

    /// <summary>An input that is missing beside an observation would be a number that nobody gave.</summary>
    private static void CheckInputs(TimeSeriesSet set)
    {
        foreach (TimeSeries series in set.Series)
        {
            for (int i = 0; i < series.InputValues.Length; i++)
            {
                int row = i / series.Inputs;
                SeriesException.ThrowIf(
                    !double.IsFinite(series.InputValues[i]) && series.IsObserved(row), SeriesReason.InputMissing,
                    $"The input '{set.Inputs[i % series.Inputs]}' has no value at {set.Time.Name} = {set.Time.Text(series.Times[row])}"
                        + $"{(series.Id.Length == 0 ? "" : $" of series '{series.Id}'")}.");
            }
        }
    }

    /// <summary>The place of a series.</summary>
    public int IndexOf(string id) => _indices.TryGetValue(id, out int index) ? index
        : throw new ArgumentException($"The series '{id}' was not in the training set.");
}
