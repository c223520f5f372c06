using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// The derivatives of a field by state and by time for methods whose formula contains them: one-sided differences of first order, or of second where the
/// tolerance asks for it.
/// </summary>
/// <remarks>
/// All on the side to which the solution is going, because a field may be undefined on the other. With increments of ε^(1/2) and ε^(1/3) truncation and
/// round-off are of one size, near ε^(1/2) and ε^(2/3). Columns that share no row of a band are evaluated together
/// (A. R. Curtis, M. J. D. Powell, J. K. Reid, <i>IMA Journal of Applied Mathematics</i> 13 (1974)).
/// </remarks>
/// <param name="stateLength">Number of components of the state.</param>
/// <param name="length">Number of elements that the field writes.</param>
internal sealed partial class OneSidedDifferences<T>(int stateLength, int length)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly double s_epsilon = double.CreateTruncating(T.BitIncrement(T.One) - T.One);
    private static readonly double s_root = Math.Sqrt(s_epsilon);
    private static readonly double s_cubeRoot = Math.Cbrt(s_epsilon);

    private readonly T[] _moved = new T[stateLength];
    private readonly T[] _first = new T[length];
    private readonly T[] _second = new T[length];
    private readonly double[] _increments = new double[stateLength];

    /// <summary>Whether differences are of second order.</summary>
    public bool IsSecondOrder { get; set; }

    /// <summary>
    /// Whether some of the equations are algebraic. What a component does in them must not be lost in the round-off of the others, however short the step,
    /// so that increments are at least a thousandth of the usual share of the largest component.
    /// </summary>
    public bool WithAlgebraic { get; set; }

    /// <summary>Writes ∂f/∂z.</summary>
    /// <param name="field">Field.</param>
    /// <param name="t">Time.</param>
    /// <param name="z">State.</param>
    /// <param name="f">f(t, z).</param>
    /// <param name="h">Length of the step that the derivative is for, signed.</param>
    /// <param name="tolerances">What changes of a component are measured by.</param>
    /// <param name="destination">Destination; every element is overwritten.</param>
    /// <returns>Number of evaluations.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int ByState(IVectorField<T> field, double t, ReadOnlySpan<T> z, ReadOnlySpan<T> f, double h, Tolerances tolerances, SquareMatrix<T> destination)
    {
        int n = stateLength, stride = destination.Stride;
        int shift = destination.Bandwidth is { } band ? band.Lower : 0, step = destination.Bandwidth is null ? stride : stride - 1;
        int groups = destination.ColumnGroupCount;
        Span<T> values = destination.Values;
        SetIncrements(z, f, h, tolerances);
        if (destination.Bandwidth is not null)
        {
            destination.Clear();
        }

        z[..n].CopyTo(_moved);
        for (int group = 0; group < groups; group++)
        {
            Move(z, group, groups, 1);
            field.Evaluate(t, _moved, _first);
            if (IsSecondOrder)
            {
                Move(z, group, groups, 2);
                field.Evaluate(t, _moved, _second);
            }

            for (int j = group; j < n; j += groups)
            {
                T once = T.CreateTruncating((IsSecondOrder ? 2 : 1) / _increments[j]), twice = T.CreateTruncating(0.5 / _increments[j]);
                (int first, int last) = destination.RowsOf(j);
                for (int i = first; i <= last; i++)
                {
                    T slope = (_first[i] - f[i]) * once;
                    values[(i * step) + j + shift] = IsSecondOrder ? slope - ((_second[i] - f[i]) * twice) : slope;
                }

                _moved[j] = z[j];
            }
        }

        return IsSecondOrder ? 2 * groups : groups;
    }

    /// <summary>Writes ∂f/∂t.</summary>
    /// <param name="field">Field.</param>
    /// <param name="t">Time.</param>
    /// <param name="h">Length of the step that follows, signed; no evaluation is beyond its end.</param>
    /// <param name="z">State.</param>
    /// <param name="f">f(t, z).</param>
    /// <param name="destination">Destination, <c>[stateLength]</c>; zero where the field does not depend on time there.</param>
    /// <returns>Number of evaluations: one where nothing changes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int ByTime(IVectorField<T> field, double t, double h, ReadOnlySpan<T> z, ReadOnlySpan<T> f, Span<T> destination)
    {
        double first = FirstTime(t, h);
        field.Evaluate(first, z, _first);
        if (f[..stateLength].SequenceEqual(_first.AsSpan(0, stateLength)) || first == t)
        {
            destination.Clear();
            return 1;
        }

        double a = first - t;
        if (!IsSecondOrder)
        {
            for (int i = 0; i < stateLength; i++)
            {
                destination[i] = (_first[i] - f[i]) * T.CreateTruncating(1 / a);
            }

            return 1;
        }

        double second = first + a, b = second - t;
        field.Evaluate(second, z, _second);
        T once = T.CreateTruncating(b / (a * (b - a))), twice = T.CreateTruncating(a / (b * (b - a)));
        for (int i = 0; i < stateLength; i++)
        {
            destination[i] = ((_first[i] - f[i]) * once) - ((_second[i] - f[i]) * twice);
        }

        return 2;
    }

    /// <summary>Where the difference by time first looks.</summary>
    private double FirstTime(double t, double h)
    {
        // Long enough for the difference of two doubles near t to be what was meant.
        double size = Math.Min(Math.Max((IsSecondOrder ? s_cubeRoot : s_root) * Math.Abs(h), 1e-12 * Math.Abs(t)), 0.5 * Math.Abs(h));
        return t + (h > 0 ? size : -size);
    }

    /// <summary>
    /// A share of the component, of its change over the step, or of its tolerance; and at least so much that round-off of f, times h, stays below a
    /// thousandth of the tolerance (as in CVODE).
    /// </summary>
    private void SetIncrements(ReadOnlySpan<T> z, ReadOnlySpan<T> f, double h, Tolerances tolerances)
    {
        double sum = 0, largest = 0, share = IsSecondOrder ? s_cubeRoot : s_root;
        for (int i = 0; i < stateLength; i++)
        {
            double unit = tolerances.Absolute + (tolerances.Relative * Math.Abs(double.CreateTruncating(z[i])));
            double ratio = unit > 0 ? double.CreateTruncating(f[i]) / unit : 0;
            sum += ratio * ratio;
            largest = Math.Max(largest, Math.Abs(double.CreateTruncating(z[i])));
        }

        double smallest = WithAlgebraic ? 1e-3 * share * largest : 0;
        double noise = 1000 * Math.Abs(h) * s_epsilon * Math.Sqrt(sum * stateLength);
        for (int j = 0; j < stateLength; j++)
        {
            double magnitude = Math.Abs(double.CreateTruncating(z[j])), slope = h * double.CreateTruncating(f[j]);
            double weight = tolerances.Absolute + (tolerances.Relative * magnitude);
            double size = Math.Max(Math.Max(smallest, share * Math.Max(magnitude, Math.Max(Math.Abs(slope), weight))), noise * weight);

            // A component that is zero and has no absolute tolerance has no scale of its own.
            size = size > 0 ? size : share * (largest > 0 ? largest : 1);
            T end = z[j] + T.CreateTruncating(slope < 0 ? -size : size);
            _increments[j] = double.CreateTruncating(end - z[j]);
        }
    }

    private void Move(ReadOnlySpan<T> z, int group, int groups, int times)
    {
        for (int j = group; j < stateLength; j += groups)
        {
            _moved[j] = z[j] + T.CreateTruncating(times * _increments[j]);
        }
    }
}
