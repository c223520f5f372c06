namespace NeuralOde.Reports;

/// <summary>A range of an axis, in its transformed coordinate: the value, or its decimal logarithm.</summary>
/// <param name="IsLogarithmic">Whether the coordinate is a logarithm.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end, above <paramref name="Low"/>.</param>
internal readonly record struct Domain(bool IsLogarithmic, double Low, double High)
{
    public double Span => High - Low;

    public double Transform(double value) => IsLogarithmic ? Math.Log10(value) : value;

    public double Restore(double coordinate) => IsLogarithmic ? Math.Pow(10, coordinate) : coordinate;

    /// <summary>The same center, a wider span.</summary>
    public Domain Widened(double span)
    {
        // A span that is the same but for rounding keeps its ends exactly, and the ticks that lie on them.
        double more = 0.5 * (span - Span);
        return more <= 1e-9 * Span ? this : this with { Low = Low - more, High = High + more };
    }
}

/// <summary>Maps values to pixels and back.</summary>
/// <param name="Domain">The range shown.</param>
/// <param name="From">Pixel of the range's lower end.</param>
/// <param name="To">Pixel of the range's upper end; below <paramref name="From"/> for an axis that points up.</param>
internal readonly record struct Scale(Domain Domain, double From, double To)
{
    /// <summary>The pixel of a value.</summary>
    public double At(double value) => From + (Domain.Transform(value) - Domain.Low) / Domain.Span * (To - From);

    /// <summary>The value at a pixel.</summary>
    public double Invert(double pixel) => Domain.Restore(Domain.Low + (pixel - From) / (To - From) * Domain.Span);

    /// <summary>Whether a value has a pixel within the range, ends included.</summary>
    public bool Holds(double value) =>
        double.IsFinite(value) && (!Domain.IsLogarithmic || value > 0) && Domain.Transform(value) is var t && t >= Domain.Low && t <= Domain.High;

    /// <summary>Whether a value has a pixel at all.</summary>
    public bool Places(double value) => double.IsFinite(value) && (!Domain.IsLogarithmic || value > 0);

    /// <summary>Pixels for each unit of the transformed coordinate, positive.</summary>
    public double Density => Math.Abs(To - From) / Domain.Span;
}
