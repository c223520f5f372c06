namespace NeuralOde.Reports;

/// <summary>Gathers the range of the values that an axis can show.</summary>
internal sealed class Extent(FigureAxis axis)
{
    // Beyond these a double's range, difference or power of ten would overflow or lose its digits.
    private const double Largest = 1e300;
    private const double Smallest = 1e-300;
    private double _low = double.PositiveInfinity;
    private double _high = double.NegativeInfinity;
    private readonly List<double> _edges = [];

    public bool IsEmpty => !(_low <= _high);

    /// <summary>Takes a value, in the axis's unit, unless the axis cannot show it.</summary>
    public void Add(double value)
    {
        if (!Shows(axis, value))
        {
            return;
        }
        if (Math.Abs(value) < Smallest)
        {
            value = 0;
        }
        if (axis.IsLogarithmic)
        {
            value = Math.Log10(value);
        }
        _low = Math.Min(_low, value);
        _high = Math.Max(_high, value);
    }

    /// <summary>Takes all values.</summary>
    public void Add(IReadOnlyList<double> values)
    {
        foreach (double value in values)
        {
            Add(value);
        }
    }

    /// <summary>Takes a value beyond which there is no margin if it ends the range: the foot of a bar, the edge of a heat map.</summary>
    public void AddEdge(double value)
    {
        if (Shows(axis, value))
        {
            Add(value);
            _edges.Add(axis.IsLogarithmic ? Math.Log10(value) : value);
        }
    }

    /// <summary>Takes the places of the axis's categories, if it has any.</summary>
    public void AddCategories()
    {
        if (axis.Categories.Count > 0)
        {
            AddEdge(-0.5);
            AddEdge(axis.Categories.Count - 0.5);
        }
    }

    /// <summary>Whether an axis can place a value at all.</summary>
    public static bool Shows(FigureAxis axis, double value) => Math.Abs(value) <= Largest && (!axis.IsLogarithmic || value >= Smallest);

    /// <summary>The range to show, in the axis's transformed coordinate (the decimal logarithm on a logarithmic axis).</summary>
    public Domain ToDomain(double margin)
    {
        double? fixedLow = End(axis.Min, nameof(FigureAxis.Min));
        double? fixedHigh = End(axis.Max, nameof(FigureAxis.Max));
        if (axis.Min < axis.Max && fixedLow >= fixedHigh)
        {
            // Both lie beyond what an axis can show, on the same side: the data decide.
            (fixedLow, fixedHigh) = (null, null);
        }
        ArgumentException.ThrowIf(fixedLow >= fixedHigh, $"The axis \"{axis.Label}\" has Min {axis.Min} and Max {axis.Max}; Min must be below Max.");
        foreach (double value in axis.Include)
        {
            Add(value);
        }
        (double from, double to) = IsEmpty ? (fixedLow ?? (fixedHigh - 1) ?? 0, fixedHigh ?? (fixedLow + 1) ?? 1) : (_low, _high);
        if (to - from <= 1e-9 * Math.Max(Math.Abs(from), Math.Abs(to)))
        {
            // One value only: room around it, so that a flat line lies in the middle.
            double room = axis.IsLogarithmic ? 0.5 : from == 0 ? 1 : 0.1 * Math.Abs(from);
            (from, to) = (from - room, to + room);
        }
        else
        {
            double room = margin * (to - from);
            (from, to) = (_edges.Contains(from) ? from : from - room, _edges.Contains(to) ? to : to + room);
        }
        from = fixedLow ?? from;
        to = fixedHigh ?? to;
        if (from >= to)
        {
            (from, to) = fixedLow is not null ? (from, from + Step(from)) : (to - Step(to), to);
        }
        return new Domain(axis.IsLogarithmic, from, to);
    }

    private double Step(double value) => axis.IsLogarithmic || value == 0 ? 1 : 0.1 * Math.Abs(value);

    private double? End(double? value, string name)
    {
        if (value is not double end)
        {
            return null;
        }
        bool possible = double.IsFinite(end) && (!axis.IsLogarithmic || end > 0);
        end = Math.Clamp(end, axis.IsLogarithmic ? Smallest : -Largest, Largest);
        return possible
            ? axis.IsLogarithmic ? Math.Log10(end) : end
            : throw new ArgumentException($"The axis \"{axis.Label}\" has {name} {value}; it must be finite{(axis.IsLogarithmic ? " and positive" : "")}.");
    }
}
