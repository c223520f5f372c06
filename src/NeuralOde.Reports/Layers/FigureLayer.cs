namespace NeuralOde.Reports;

/// <summary>One thing drawn in a figure.</summary>
internal abstract class FigureLayer
{
    /// <summary>The name in the legend; null for none.</summary>
    public string? Name { get; init; }

    /// <summary>Whether it is drawn under the grid, clipped like <see cref="IsClipped"/>.</summary>
    public virtual bool IsBackdrop => false;

    /// <summary>Whether what reaches beyond the plot is cut off; a layer that is not clipped leaves out what lies beyond.</summary>
    public virtual bool IsClipped => true;

    /// <summary>The palette's color that tells it from other layers of its kind; null where it has none of its own.</summary>
    public virtual PaletteColor? OwnColor => null;

    /// <summary>The color bar that it needs, if any.</summary>
    public virtual (FigureAxis Axis, ColorRamp Ramp)? ColorKey => null;

    /// <summary>Adds its values to the axes' ranges.</summary>
    public abstract void Extend(Extent x, Extent y);

    /// <summary>Adds its values to the color bar's range.</summary>
    public virtual void ExtendColor(Extent color)
    {
    }

    /// <summary>Whether there is anything to see.</summary>
    public abstract bool HasData { get; }

    public abstract void Draw(Canvas canvas);

    /// <summary>Its numbers, as a table has them: what they are, where, and how much. None where it has no such numbers.</summary>
    public virtual IReadOnlyList<(string What, double[] Xs, double[] Values)> Columns => [];

    /// <summary>Whether its values are worth telling one by one.</summary>
    public virtual bool TellsValues => false;

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
        for (int i = 0; i < xs.Length; i++)
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
        for (int i = 0; i < xs.Length; i++)
        {
            if (double.IsFinite(xs[i]) && double.IsFinite(ys[i]))
            {
                x.Add(xs[i]);
                y.Add(ys[i]);
            }
        }
    }
}
