
namespace NeuralOde.Series.Models;

/// <summary>Everything about a <see cref="SeriesField"/> but its weights.</summary>
internal sealed record SeriesFieldShape
{
    /// <summary>The box reaches this part of the training data's range beyond it, on each side.</summary>
    private const double Margin = 0.25;

    /// <summary>Hidden components are drawn to the scale of standardized ones, which rarely leave ±2.</summary>
    private const double HiddenBound = 3;

    /// <summary>Observed components, at least 1.</summary>
    public required int Components { get; init; }

    /// <summary>Components that are never observed.</summary>
    public required int HiddenStates { get; init; }

    /// <summary>The latest time that training sees, in model time; null where the dynamics do not depend on time.</summary>
    public required double? ClockSpan { get; init; }

    /// <summary>Widths of the network's hidden layers.</summary>
    public required IReadOnlyList<int> Widths { get; init => field = ValueList.From(value); }

    /// <summary>The lower corner of the box in which the dynamics are learned, <c>[learned states]</c>, standardized.</summary>
    public required IReadOnlyList<double> Low { get; init => field = ValueList.From(value); }

    /// <summary>Its upper corner.</summary>
    public required IReadOnlyList<double> High { get; init => field = ValueList.From(value); }

    public bool HasClock => ClockSpan is not null;

    /// <summary>Observed and hidden components: those whose initial values are learned.</summary>
    public int LearnedStates => Components + HiddenStates;

    /// <summary>All components, the clock included.</summary>
    public int StateLength => LearnedStates + (HasClock ? 1 : 0);

    /// <summary>The layout for standardized training data.</summary>
    public static SeriesFieldShape For(TimeSeriesSet training, int hiddenStates, bool timeDependent, IReadOnlyList<int> widths)
    {
        int components = training.Components.Count;
        double[] low = new double[components + hiddenStates], high = new double[low.Length];
        Array.Fill(low, -HiddenBound);
        Array.Fill(high, HiddenBound);
        for (int c = 0; c < components; c++)
        {
            double[] values = [.. training.Series.SelectMany(one => Enumerable.Range(0, one.Count).Select(point => one[point, c])).Where(double.IsFinite)];

            // A component that never changes still needs room.
            double margin = Math.Max(Margin * (values.Max() - values.Min()), Margin);
            (low[c], high[c]) = (values.Min() - margin, values.Max() + margin);
        }

        // The earliest training time is 0 in model time.
        return new SeriesFieldShape
        {
            Components = components,
            HiddenStates = hiddenStates,
            ClockSpan = timeDependent ? training.Series.Max(static one => one.Times[^1]) : null,
            Widths = widths,
            Low = low,
            High = high,
        };
    }
}
