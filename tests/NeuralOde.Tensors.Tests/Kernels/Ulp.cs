namespace NeuralOde.Tensors.Tests.Kernels;

/// <summary>Errors in units in the last place of the exact result.</summary>
internal static class Ulp
{
    /// <summary>The error of a single against a double; 0 if both are NaN, or if both overflow to one infinity.</summary>
    public static double Error(float actual, double exact)
    {
        if (double.IsNaN(exact))
        {
            return float.IsNaN(actual) ? 0 : double.PositiveInfinity;
        }

        float rounded = (float)exact;
        if (actual == rounded)
        {
            // Right to the last bit; also the overflow to infinity.
            return float.IsInfinity(rounded) ? 0 : Math.Abs(actual - exact) / Spacing(rounded);
        }

        return Math.Abs(actual - exact) / Spacing(float.IsInfinity(rounded) ? float.MaxValue : rounded);
    }

    /// <summary>The error of a double against a double-double.</summary>
    public static double Error(double actual, DoubleDouble exact)
    {
        double magnitude = Math.Abs(exact.High);
        return Math.Abs(((DoubleDouble)actual - exact).High) / (Math.BitIncrement(magnitude) - magnitude);
    }

    private static double Spacing(float value)
    {
        float magnitude = Math.Abs(value);
        return magnitude == float.MaxValue ? (double)magnitude - MathF.BitDecrement(magnitude) : (double)MathF.BitIncrement(magnitude) - magnitude;
    }
}
