namespace NeuralOde.Equations.Fitting;

/// <summary>Quantiles of samples, linear between them (R's type 7).</summary>
internal static class Quantiles
{
    /// <param name="sorted">The samples, rising, at least one.</param>
    /// <param name="share">From 0 to 1.</param>
    public static double Of(ReadOnlySpan<double> sorted, double share)
    {
        double at = share * (sorted.Length - 1);
        int below = (int)Math.Floor(at), above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((at - below) * (sorted[above] - sorted[below]));
    }
}
