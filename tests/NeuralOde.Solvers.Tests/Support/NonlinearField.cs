using System.Numerics;

namespace NeuralOde.Solvers.Tests;

/// <summary>
/// A nonlinear, time-dependent field with three parameters:
/// z0' = p0 z1 cos t, z1' = −sin z0 − p1 z1 + t z2 / 4, z2' = z0 z1 − p2 z2. Copies of it can be stacked for longer states.
/// </summary>
internal sealed class NonlinearField<T> : IVectorField<T>, ISecondDerivative<T>, IJacobian<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public double[] Parameters { get; init; } = [0.8, 0.3, 0.5];

    public double[] ParameterGradient { get; } = new double[3];

    public double Earliest { get; private set; } = double.PositiveInfinity;

    public double Latest { get; private set; } = double.NegativeInfinity;

    public int Evaluations { get; private set; }

    public void Evaluate(double t, ReadOnlySpan<T> z, Span<T> dz)
    {
        See(t);
        Evaluations++;
        T p0 = Of(Parameters[0]), p1 = Of(Parameters[1]), p2 = Of(Parameters[2]), quarter = Of(t / 4), cos = Of(Math.Cos(t));
        for (int i = 0; i < z.Length; i += 3)
        {
            dz[i] = p0 * z[i + 1] * cos;
            dz[i + 1] = -T.Sin(z[i]) - (p1 * z[i + 1]) + (quarter * z[i + 2]);
            dz[i + 2] = (z[i] * z[i + 1]) - (p2 * z[i + 2]);
        }
    }

    public double Evaluate(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> zGradient)
    {
        See(t);
        T p0 = Of(Parameters[0]), p1 = Of(Parameters[1]), p2 = Of(Parameters[2]), quarter = Of(t / 4), cos = Of(Math.Cos(t));
        double time = 0;
        for (int i = 0; i < z.Length; i += 3)
        {
            zGradient[i] = (-a[i + 1] * T.Cos(z[i])) + (a[i + 2] * z[i + 1]);
            zGradient[i + 1] = (a[i] * p0 * cos) - (a[i + 1] * p1) + (a[i + 2] * z[i]);
            zGradient[i + 2] = (a[i + 1] * quarter) - (a[i + 2] * p2);
            ParameterGradient[0] += double.CreateTruncating(a[i] * z[i + 1] * cos);
            ParameterGradient[1] -= double.CreateTruncating(a[i + 1] * z[i + 1]);
            ParameterGradient[2] -= double.CreateTruncating(a[i + 2] * z[i + 2]);
            time += double.CreateTruncating((a[i + 1] * z[i + 2] / Of(4)) - (a[i] * p0 * z[i + 1] * Of(Math.Sin(t))));
        }

        return time;
    }

    public void Evaluate(double t, ReadOnlySpan<T> z, SquareMatrix<T> destination)
    {
        for (int i = 0; i < z.Length; i += 3)
        {
            destination[i, i + 1] = Of(Parameters[0] * Math.Cos(t));
            (destination[i + 1, i], destination[i + 1, i + 1], destination[i + 1, i + 2]) = (-T.Cos(z[i]), -Of(Parameters[1]), Of(t / 4));
            (destination[i + 2, i], destination[i + 2, i + 1], destination[i + 2, i + 2]) = (z[i + 1], z[i], -Of(Parameters[2]));
        }
    }

    public double EvaluateSecond(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> a, ReadOnlySpan<T> v, Span<T> zGradient)
    {
        double time = 0;
        for (int i = 0; i < z.Length; i += 3)
        {
            zGradient[i] = (a[i + 1] * T.Sin(z[i]) * v[i]) + (a[i + 2] * v[i + 1]);
            zGradient[i + 1] = a[i + 2] * v[i];
            zGradient[i + 2] = T.Zero;
            ParameterGradient[0] += double.CreateTruncating(a[i] * v[i + 1] * Of(Math.Cos(t)));
            ParameterGradient[1] -= double.CreateTruncating(a[i + 1] * v[i + 1]);
            ParameterGradient[2] -= double.CreateTruncating(a[i + 2] * v[i + 2]);
            time += double.CreateTruncating((a[i + 1] * v[i + 2] / Of(4)) - (a[i] * Of(Parameters[0] * Math.Sin(t)) * v[i + 1]));
        }

        return time;
    }

    /// <summary>The problem of the field, with its Jacobian for methods whose formula contains it: differences would limit how well a gradient can be compared.</summary>
    public OdeProblem<T> ProblemFor(OdeSolver solver) => new(this) { Jacobian = solver is Rosenbrock ? this : null };

    private static T Of(double value) => T.CreateTruncating(value);

    private void See(double t)
    {
        Earliest = Math.Min(Earliest, t);
        Latest = Math.Max(Latest, t);
    }
}
