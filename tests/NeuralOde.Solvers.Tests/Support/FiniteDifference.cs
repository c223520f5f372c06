namespace NeuralOde.Solvers.Tests;

/// <summary>Central differences of fourth order. With ε = 1e-3 and functions and derivatives of order one, truncation is about ε⁴/30 and round-off about 1e-16/ε: both near 1e-13.</summary>
internal static class FiniteDifference
{
    public static double[] Gradient(Func<double[], double> function, double[] at, double epsilon = 1e-3)
    {
        var gradient = new double[at.Length];
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

    /// <summary>Within 1e-9 of the largest component: room for factors of up to about 1e4 over the estimate above from higher derivatives.</summary>
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
}
