namespace NeuralOde.TestSupport;

/// <summary>Derivatives of a scalar function by central differences.</summary>
internal static class FiniteDifference
{
    private const double Epsilon = 2.220446049250313e-16;
    private const double Roundings = 64;
    private static readonly double s_first = Math.Pow(2, -17);
    private static readonly double s_third = Math.Pow(2, -10);

    /// <summary>
    /// Central differences of fourth order. With ε = 1e-3 and functions and derivatives of order one, truncation is about ε⁴/30 and round-off
    /// about 1e-16/ε: both near 1e-13.
    /// </summary>
    public static double[] Gradient(Func<double[], double> function, double[] at, double epsilon = 1e-3)
    {
        double[] gradient = new double[at.Length];
        for (int i = 0; i < at.Length; i++)
        {
            gradient[i] = ((8 * (Shifted(i, epsilon) - Shifted(i, -epsilon))) - (Shifted(i, 2 * epsilon) - Shifted(i, -2 * epsilon))) / (12 * epsilon);
        }

        return gradient;

        double Shifted(int i, double by)
        {
            double[] moved = [.. at];
            moved[i] += by;
            return function(moved);
        }
    }

    /// <summary>Within 1e-9 of the largest component: room for factors of up to about 1e4 over the estimate of <see cref="Gradient"/> from higher derivatives.</summary>
    public static void AssertClose(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double relative = 1e-9)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = 1e-3;
        foreach (double value in expected)
        {
            scale = Math.Max(scale, Math.Abs(value));
        }

        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= relative * scale, $"Component {i}: expected {expected[i]:R}, got {actual[i]:R}.");
        }
    }

    /// <summary>Compares a gradient by many inputs with central differences of second order, each within a bound on its own error.</summary>
    /// <remarks>
    /// With h = ε^(1/3) the truncation error h²·|f'''|/6 and the rounding error of the function's value over h are of one size.
    /// The third derivative is itself measured, with the step ε^(1/5) that suits it; doubling the bound covers the rest of the series.
    /// A value is taken to carry at most 64 roundings of the magnitude that the caller gives.
    /// </remarks>
    public static void AssertGradient(Func<double[][], double> function, double[][] at, double[][] gradient, double magnitude, string what)
    {
        for (int i = 0; i < at.Length; i++)
        {
            for (int k = 0; k < at[i].Length; k++)
            {
                double Along(double step)
                {
                    double[][] moved = [.. at];
                    moved[i] = [.. at[i]];
                    moved[i][k] += step;
                    return function(moved);
                }

                // Steps are powers of two, so that x ± h is exact but for an x with all bits in use: then the error is ε|x|·|f'|.
                double slope = (Along(s_first) - Along(-s_first)) / (2 * s_first);
                double third = (Along(2 * s_third) - (2 * Along(s_third)) + (2 * Along(-s_third)) - Along(-2 * s_third)) / (2 * s_third * s_third * s_third);
                double bound = (s_first * s_first * Math.Abs(third) / 3) + (Roundings * Epsilon * magnitude / s_first);
                Assert.True(
                    Math.Abs(slope - gradient[i][k]) <= bound,
                    FormattableString.Invariant($"{what}: derivative by element {k} of input {i} is {gradient[i][k]:R}, by finite differences {slope:R} within {bound:E2}."));
            }
        }
    }
}
