using System.Numerics;

namespace NeuralOde.Solvers.Tests;

/// <summary>
/// A nonlinear, time-dependent problem whose solution is known: z = (cos 3t, sin 3t), and solutions nearby approach it.
/// Its error is close to an integral of a derivative of the solution, and a quarter of a period lies between the two, so that both never nearly vanish together: orders show early.
/// </summary>
internal sealed class KnownField<T> : IVectorField<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static double[] Solution(double t) => [Math.Cos(3 * t), Math.Sin(3 * t)];

    public static T[] Initial(double t) => [.. Solution(t).Select(T.CreateTruncating)];

    public static double Error(double t, ReadOnlySpan<T> z)
    {
        double[] exact = Solution(t);
        double sum = 0;
        for (int i = 0; i < exact.Length; i++)
        {
            double error = exact[i] - double.CreateTruncating(z[i]);
            sum += error * error;
        }

        return Math.Sqrt(sum);
    }

    public void Evaluate(double t, ReadOnlySpan<T> z, Span<T> dz)
    {
        T cos = T.CreateTruncating(Math.Cos(3 * t)), sin = T.CreateTruncating(Math.Sin(3 * t));
        T first = cos - z[0], second = sin - z[1], three = T.CreateTruncating(3), half = T.CreateTruncating(0.5);
        dz[0] = (-three * sin) + T.Sin(first + (half * second));
        dz[1] = (three * cos) + T.Sin(second - (half * first));
    }
}
