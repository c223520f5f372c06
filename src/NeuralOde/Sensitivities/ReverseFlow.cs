namespace NeuralOde.Sensitivities;

/// <summary>Compares a state that was integrated backward in time with the one that was stored on the way forward.</summary>
internal static class ReverseFlow
{
    /// <summary>The drift from which nothing is left of a gradient.</summary>
    public const double Worthless = 0.5;

    /// <summary>The drift from which a gradient is to be doubted where nothing but round-off should make one.</summary>
    public const double MostDrift = 1e-3;

    /// <summary>The largest difference, relative to the largest component of the state or of its movement in the interval.</summary>
    /// <param name="returned">The state that came back.</param>
    /// <param name="stored">The state that was stored where it came back.</param>
    /// <param name="start">The state that was stored where it set out.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Drift<T>(ReadOnlySpan<T> returned, ReadOnlySpan<T> stored, ReadOnlySpan<T> start)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T difference = T.Zero, size = T.Zero;
        for (int i = 0; i < returned.Length; i++)
        {
            T astray = T.Abs(returned[i] - stored[i]), moved = T.Abs(start[i] - stored[i]), magnitude = T.Abs(stored[i]);
            difference = astray > difference ? astray : difference;
            size = moved > size ? moved : size;
            size = magnitude > size ? magnitude : size;
        }

        return difference == T.Zero ? 0 : double.CreateTruncating(difference / size);
    }

    /// <summary>The drift from which a gradient is to be doubted: a hundred tolerances, or what equal steps cannot help.</summary>
    public static double Suspicious(StepSizeControl steps) => steps is AdaptiveSteps adaptive ? Math.Clamp(100 * adaptive.RelativeTolerance, 1e-3, 0.1) : 0.01;

    /// <summary>Whether nothing is left of the gradient, where the steps were to hold a tolerance.</summary>
    public static bool IsWorthless(double drift, StepSizeControl steps) => steps is AdaptiveSteps && !(drift < Worthless);

    /// <summary>The warning.</summary>
    /// <param name="drift">How far the state went astray.</param>
    /// <param name="from">Where the solve set out.</param>
    /// <param name="to">Where it came back to.</param>
    /// <param name="advice">What to take instead.</param>
    public static GradientWarning Warning(double drift, double from, double to, string advice) => new(
        GradientWarningReason.ReverseFlow,
        string.Create(
            CultureInfo.InvariantCulture,
            $"Integrated backward from t = {from:R} to t = {to:R}, the state missed the stored one by {drift:0.0e+0} of its size: the field's flow cannot be "
                + $"reversed there, and the adjoint gradient is off."),
        advice,
        drift);
}
