namespace NeuralOde.Reports;

/// <summary>What a layer draws on: the scales, the place of the plot, and the colors of values.</summary>
internal sealed record Canvas(Markup Out, Scale X, Scale Y)
{
    /// <summary>Color bars' range and ramp; null where no layer is colored by a value.</summary>
    public (Domain Domain, ColorRamp Ramp)? Color { get; init; }

    /// <summary>Bars that share a place stand side by side: which one is drawn.</summary>
    public int BarIndex { get; init; }

    /// <summary>Bars that share a place stand side by side: how many there are.</summary>
    public int BarCount { get; init; } = 1;

    /// <summary>Whether values are told where a pointer rests on them.</summary>
    public bool TellsValues { get; init; }

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
        double place = (domain.Transform(value) - domain.Low) / domain.Span;
        return Math.Clamp((int)(place * ColorRamp.Steps), 0, ColorRamp.Steps - 1);
    }
}
