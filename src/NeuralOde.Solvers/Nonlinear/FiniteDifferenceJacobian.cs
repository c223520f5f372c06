using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>The Jacobian by forward differences: one evaluation of the field per column, or per group of columns that share no row of the band.</summary>
/// <remarks>
/// A. R. Curtis, M. J. D. Powell, J. K. Reid, "On the estimation of sparse Jacobian matrices", <i>IMA Journal of Applied Mathematics</i> 13 (1974), for the groups;
/// increments as in CVODE: <c>max(sqrt(ε) |z_j|, 1000 |h| ε n ‖f‖ (atol + rtol |z_j|))</c>, so that what a component that is zero does is not lost in the round-off of f.
/// </remarks>
/// <param name="length">Number of components of the state.</param>
/// <param name="quadratureLength">Number of quadratures, which the field writes behind the state's derivative.</param>
internal sealed class FiniteDifferenceJacobian<T>(int length, int quadratureLength = 0)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly double s_epsilon = double.CreateTruncating(T.BitIncrement(T.One) - T.One);

    private readonly T[] _moved = new T[length];
    private readonly T[] _derivative = new T[length + quadratureLength];
    private readonly T[] _increments = new T[length];

    /// <param name="field">Field.</param>
    /// <param name="t">Time.</param>
    /// <param name="z">State.</param>
    /// <param name="f">f(t, z).</param>
    /// <param name="h">Length of the step that the Jacobian is for.</param>
    /// <param name="tolerances">What changes of a component are measured by.</param>
    /// <param name="destination">Destination; every element is overwritten.</param>
    /// <param name="withAlgebraic">
    /// Whether some of the equations are algebraic. What a component does in them must not be lost in the round-off of the others, however short the step, so that
    /// increments are at least 1e-3 √ε of the largest component.
    /// </param>
    /// <returns>Number of evaluations.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Evaluate(
        IVectorField<T> field, double t, ReadOnlySpan<T> z, ReadOnlySpan<T> f, double h, Tolerances tolerances, SquareMatrix<T> destination, bool withAlgebraic = false)
    {
        int groups = destination.ColumnGroupCount;
        double root = Math.Sqrt(s_epsilon);
        double share = 1000 * Math.Abs(h) * s_epsilon * length * Norm(z, f, tolerances);
        double smallest = withAlgebraic ? 1e-3 * root * Largest(z) : 0;
        destination.Clear();
        z.CopyTo(_moved);
        for (int group = 0; group < groups; group++)
        {
            for (int j = group; j < length; j += groups)
            {
                // Away from zero in the direction of the field, where the solution is going anyway.
                double magnitude = Math.Abs(double.CreateTruncating(z[j]));
                double weight = tolerances.Absolute + (tolerances.Relative * magnitude);
                double least = Math.Max(root * magnitude, Math.Max(smallest, share > 0 ? share * weight : root * weight));

                // A component that is zero and has no absolute tolerance has no scale of its own.
                T size = T.CreateTruncating(least > 0 ? least : root * (Largest(z) is > 0 and double largest ? largest : 1));
                _moved[j] = z[j] + (f[j] < T.Zero ? -size : size);
                _increments[j] = _moved[j] - z[j];
            }

            field.Evaluate(t, _moved, _derivative);
            for (int j = group; j < length; j += groups)
            {
                (int first, int last) = destination.RowsOf(j);
                for (int i = first; i <= last; i++)
                {
                    destination[i, j] = (_derivative[i] - f[i]) / _increments[j];
                }

                _moved[j] = z[j];
            }
        }

        return groups;
    }

    private static double Largest(ReadOnlySpan<T> z)
    {
        double largest = 0;
        foreach (T value in z)
        {
            largest = Math.Max(largest, Math.Abs(double.CreateTruncating(value)));
        }

        return largest;
    }

    private static double Norm(ReadOnlySpan<T> z, ReadOnlySpan<T> f, Tolerances tolerances)
    {
        double sum = 0;
        for (int i = 0; i < z.Length; i++)
        {
            double unit = tolerances.Absolute + (tolerances.Relative * Math.Abs(double.CreateTruncating(z[i])));
            double ratio = unit > 0 ? double.CreateTruncating(f[i]) / unit : 0;
            sum += ratio * ratio;
        }

        return Math.Sqrt(sum / z.Length);
    }
}
