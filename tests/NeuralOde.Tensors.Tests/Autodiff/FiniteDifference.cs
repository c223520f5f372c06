namespace NeuralOde.Tensors.Tests.Autodiff;

/// <summary>Derivatives of a scalar function of many numbers by central differences, each with a bound on its own error.</summary>
/// <remarks>
/// With h = ε^(1/3) the truncation error h²·|f'''|/6 and the rounding error of the function's value over h are of one size.
/// The third derivative is itself measured, with the step ε^(1/5) that suits it; doubling the bound covers the rest of the series.
/// A value is taken to carry at most 64 roundings of the magnitude that the caller gives.
/// </remarks>
internal static class FiniteDifference
{
    private const double Epsilon = 2.220446049250313e-16;
    private const double Roundings = 64;
    private static readonly double s_first = Math.Pow(2, -17);
    private static readonly double s_third = Math.Pow(2, -10);

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
