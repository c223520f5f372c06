namespace NeuralOde.Series;

/// <summary>
/// One series of observations: rising times, and at each a value for every component, some of which may be missing. Immutable.
/// </summary>
public sealed class TimeSeries
{
    private readonly double[] _times;
    private readonly double[] _values;
    private readonly bool[] _observed;
    private readonly double[] _covariates;
    private readonly double[] _inputs;

    /// <summary>Makes a series from copies of its numbers.</summary>
    /// <param name="id">What tells the series from others of its set; may be empty where it is alone.</param>
    /// <param name="times">Finite and strictly increasing; at least one.</param>
    /// <param name="values">Shape <c>[times, components]</c>, row-major: finite, or NaN where a value is missing.</param>
    /// <param name="covariates">What is constant over the series, such as a subject's weight, a value a covariate; finite.</param>
    /// <param name="inputs">What acts on the system from outside, such as doses; shape <c>[times, inputs]</c>, row-major; finite, or NaN where none is given.</param>
    /// <exception cref="ArgumentException">The numbers are not as described.</exception>
    public TimeSeries(
        string id, ReadOnlySpan<double> times, ReadOnlySpan<double> values, ReadOnlySpan<double> covariates = default, ReadOnlySpan<double> inputs = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentException.ThrowIf(times.IsEmpty, $"Series '{id}' has no times; there must be at least one.", nameof(times));
        for (int i = 0; i < times.Length; i++)
        {
            ArgumentException.ThrowIf(
                !double.IsFinite(times[i]) || (i > 0 && times[i] <= times[i - 1]),
                $"Series '{id}' has the time {times[i]:R} at index {i}; times must be finite and strictly increasing.", nameof(times));
        }

        Id = id;
        Components = RowLength(values, times.Length, id, nameof(values));
        Inputs = RowLength(inputs, times.Length, id, nameof(inputs));
        foreach (double covariate in covariates)
        {
            ArgumentException.ThrowIf(!double.IsFinite(covariate), $"Series '{id}' has the covariate {covariate:R}; covariates must be finite.", nameof(covariates));
        }

        _times = times.ToArray();
        _values = values.ToArray();
        _inputs = inputs.ToArray();
        _covariates = covariates.ToArray();
        _observed = Array.ConvertAll(_values, value => !double.IsNaN(value));
    }

    /// <summary>What tells the series from others of its set.</summary>
    public string Id { get; }

    /// <summary>The number of times.</summary>
    public int Count => _times.Length;

    /// <summary>The number of components of the state.</summary>
    public int Components { get; }

    /// <summary>The number of inputs.</summary>
    public int Inputs { get; }

    /// <summary>The times, strictly increasing.</summary>
    public ReadOnlySpan<double> Times => _times;

    /// <summary>The values, shape <c>[Count, Components]</c>, row-major; NaN where one is missing.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>The mask of <see cref="Values"/>, of the same shape: whether each value is there.</summary>
    public ReadOnlySpan<bool> Observed => _observed;

    /// <summary>What is constant over the series, one value per covariate.</summary>
    public ReadOnlySpan<double> Covariates => _covariates;

    /// <summary>The inputs' values, shape <c>[Count, Inputs]</c>, row-major; NaN where none is given.</summary>
    public ReadOnlySpan<double> InputValues => _inputs;

    /// <summary>One value; NaN where it is missing.</summary>
    /// <param name="point">The index of the time.</param>
    /// <param name="component">The index of the component.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such point or component.</exception>
    public double this[int point, int component] => (uint)component < (uint)Components
        ? _values[(point * Components) + component]
        : throw new IndexOutOfRangeException($"There are {Components} components; {component} is none of them.");

    /// <summary>Whether any component has a value at a time.</summary>
    /// <param name="point">The index of the time.</param>
    /// <returns>Whether one has.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such point.</exception>
    public bool IsObserved(int point) => _observed.AsSpan(point * Components, Components).Contains(true);

    /// <summary>How many values of a component are there.</summary>
    /// <param name="component">The index of the component.</param>
    /// <returns>From 0 to <see cref="Count"/>.</returns>
    /// <exception cref="IndexOutOfRangeException">There is no such component.</exception>
    public int ObservedCount(int component)
    {
        int count = 0;
        for (int point = 0; point < Count; point++)
        {
            count += double.IsNaN(this[point, component]) ? 0 : 1;
        }

        return count;
    }

    /// <summary>A part of the series, by index.</summary>
    /// <param name="start">The first point.</param>
    /// <param name="count">The number of points; at least one.</param>
    /// <returns>A series of the same id and covariates.</returns>
    /// <exception cref="ArgumentException">The part is empty or not inside the series.</exception>
    public TimeSeries Slice(int start, int count)
    {
        ArgumentException.ThrowIf(start < 0 || count < 1 || count > Count - start, $"Series '{Id}' has {Count} points; {count} from {start} on are not a part of it.");
        return new TimeSeries(
            Id, _times.AsSpan(start, count), _values.AsSpan(start * Components, count * Components), _covariates, _inputs.AsSpan(start * Inputs, count * Inputs));
    }

    /// <summary>The same times and covariates with other values, such as a forecast at the times of the observations.</summary>
    /// <param name="values">Shape <c>[Count, components]</c>, row-major: finite, or NaN.</param>
    /// <returns>A new series.</returns>
    /// <exception cref="ArgumentException">The values do not fit.</exception>
    public TimeSeries WithValues(ReadOnlySpan<double> values) => new(Id, _times, values, _covariates, _inputs);

    private static int RowLength(ReadOnlySpan<double> values, int rows, string id, string parameter)
    {
        ArgumentException.ThrowIf(
            values.Length % rows != 0, $"Series '{id}' has {values.Length} {parameter} for {rows} times; there must be the same number at every time.", parameter);
        for (int i = 0; i < values.Length; i++)
        {
            ArgumentException.ThrowIf(
                double.IsInfinity(values[i]), $"Series '{id}' has an infinity in {parameter} at index {i}; they must be finite, or NaN where one is missing.", parameter);
        }

        return values.Length / rows;
    }
}
