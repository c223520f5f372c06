using System.Numerics;

namespace NeuralOde.Solvers.Tests;

/// <summary>A nonlinear, time-dependent problem whose solution is known: z = (exp(sin t), 1 / (1 + t²)).</summary>
internal sealed class KnownField<T> : IVectorField<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static double[] Solution(double t) => [Math.Exp(Math.Sin(t)), 1 / (1 + (t * t))];

    public static T[] Initial(double t) => [.. Solution(t).Select(T.CreateTruncating)];

    public static double Error(double t, ReadOnlySpan<T> z)
    {
        double[] exact = Solution(t);
        double error = 0;
        for (int i = 0; i < exact.Length; i++)
        {
            error = Math.Max(error, Math.Abs(exact[i] - double.CreateTruncating(z[i])));
        }

        return error;
    }

    public void Evaluate(double t, ReadOnlySpan<T> z, Span<T> dz)
    {
        dz[0] = z[0] * T.CreateTruncating(Math.Cos(t));
        dz[1] = T.CreateTruncating(-2 * t) * z[1] * z[1];
    }
}
