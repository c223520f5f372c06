namespace NeuralOde.Reports;

/// <summary>What a layer draws on: the scales, the place of the plot, and the colours of values.</summary>
internal sealed record Canvas(Markup Out, Scale X, Scale Y)
{
    /// <summary>Colour bars' range and ramp; null where no layer is coloured by a value.</summary>
    public (Domain Domain, ColorRamp Ramp)? Color { get; init; }

    /// <summary>Bars that share a place stand side by side: which one is drawn.</summary>
    public int BarIndex { get; init; }

    /// <summary>Bars that share a place stand side by side: how many there are.</summary>
    public int BarCount { get; init; } = 1;

    /// <summary>Points shrink a little in small plots.</summary>
    public double PointScale => X.To - X.From < 320 ? 0.75 : 1;

    public double Left => X.From;

    public double Right => X.To;

    public double Top => Y.To;

    public double Bottom => Y.From;

    /// <summary>Whether a point lies within the plot.</summary>
    public bool Holds(double x, double y) => X.Holds(x) && Y.Holds(y);

    /// <summary>The ramp's step for a value, or −1 where it has none.</summary>
    public int ColorStep(double value)
    {
        if (Color is not var (domain, _) || !double.IsFinite(value) || (domain.IsLogarithmic && value <= 0))
        {
            return -1;
        }
        var place = (domain.Transform(value) - domain.Low) / domain.Span;
        return Math.Clamp((int)(place * ColorRamp.Steps), 0, ColorRamp.Steps - 1);
    }
}

/// <summary>A legend's entry: a name, and a swatch of 26 by 12 drawn from a left middle point.</summary>
/// <param name="Name">The text.</param>
/// <param name="Key">Tells entries that look alike from others: entries with one name and key are shown once.</param>
/// <param name="DrawSwatch">Draws, given the place of the swatch's left middle.</param>
internal sealed record LegendEntry(string Name, string Key, Action<Markup, double, double> DrawSwatch)
{
    public const double SwatchWidth = 26;
}

/// <summary>One thing drawn in a figure.</summary>
internal abstract class FigureLayer
{
    /// <summary>The name in the legend; null for none.</summary>
    public string? Name { get; init; }

    /// <summary>Whether it is drawn under the grid, clipped like <see cref="IsClipped"/>.</summary>
    public virtual bool IsBackdrop => false;

    /// <summary>Whether what reaches beyond the plot is cut off; a layer that is not clipped leaves out what lies beyond.</summary>
    public virtual bool IsClipped => true;

    /// <summary>The colour bar that it needs, if any.</summary>
    public virtual (FigureAxis Axis, ColorRamp Ramp)? ColorKey => null;

    /// <summary>Adds its values to the axes' ranges.</summary>
    public abstract void Extend(Extent x, Extent y);

    /// <summary>Adds its values to the colour bar's range.</summary>
    public virtual void ExtendColor(Extent color)
    {
    }

    /// <summary>Whether there is anything to see.</summary>
    public abstract bool HasData { get; }

    public abstract void Draw(Canvas canvas);

    /// <summary>Its entry in the legend, without a name for an unnamed layer.</summary>
    public virtual LegendEntry? Legend => null;

    /// <summary>A phrase for readers who do not see it.</summary>
    public abstract string Describe();

    protected string Quoted(string kind) => Name is null ? kind : $"{kind} \"{Name}\"";

    /// <summary>Copies the values, so that a figure does not change when a caller's array does.</summary>
    public static double[] Copy(IReadOnlyList<double> values, string name)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        return [.. values];
    }

    /// <summary>Copies values that go with others.</summary>
    public static double[] Copy(IReadOnlyList<double> values, string name, int count, string other)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        return values.Count == count ? [.. values]
            : throw new ArgumentException($"{name} has {values.Count} values and {other} has {count}; they must be as many.", name);
    }

    protected static bool AnyPair(double[] xs, double[] ys)
    {
        for (var i = 0; i < xs.Length; i++)
        {
            if (double.IsFinite(xs[i]) && double.IsFinite(ys[i]))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Extends both axes by the pairs that can be shown: a missing y does not stretch the x axis.</summary>
    protected static void ExtendPairs(double[] xs, double[] ys, Extent x, Extent y)
    {
        for (var i = 0; i < xs.Length; i++)
        {
            if (double.IsFinite(xs[i]) && double.IsFinite(ys[i]))
            {
                x.Add(xs[i]);
                y.Add(ys[i]);
            }
        }
    }
}
