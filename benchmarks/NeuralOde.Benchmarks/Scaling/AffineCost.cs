namespace NeuralOde.Benchmarks.Scaling;

/// <summary>A cost that is fixed and one for each unit of the work: <c>t = a + b·n</c>.</summary>
/// <param name="Fixed">a.</param>
/// <param name="PerUnit">b.</param>
internal readonly record struct AffineCost(double Fixed, double PerUnit)
{
    /// <summary>The cost that has the least squares of relative deviations, with no negative part.</summary>
    /// <param name="units">Units, all positive.</param>
    /// <param name="times">Times, all positive.</param>
    public static AffineCost Fit(IReadOnlyList<double> units, IReadOnlyList<double> times)
    {
        // Normal equations of (a + b·n) / t = 1.
        double aa = 0, ab = 0, bb = 0, a = 0, b = 0;
        for (int i = 0; i < units.Count; i++)
        {
            (double one, double n) = (1 / times[i], units[i] / times[i]);
            aa += one * one;
            ab += one * n;
            bb += n * n;
            a += one;
            b += n;
        }

        double determinant = (aa * bb) - (ab * ab);
        (double constant, double slope) = determinant > 1e-12 * aa * bb ? (((a * bb) - (b * ab)) / determinant, ((aa * b) - (ab * a)) / determinant) : (0, b / bb);
        return constant < 0 ? new(0, b / bb) : slope < 0 ? new(a / aa, 0) : new(constant, slope);
    }

    /// <summary>The cost of some units.</summary>
    public double Of(double units) => Fixed + (PerUnit * units);
}
