namespace NeuralOde.Solvers;

/// <summary>The transposes of the differences: products at the places where the field was evaluated. Increments count as constants.</summary>
internal sealed partial class OneSidedDifferences<T>
{
    /// <summary>Transposes <see cref="ByState"/>.</summary>
    /// <param name="field">Vector-Jacobian product.</param>
    /// <param name="t">Time.</param>
    /// <param name="z">State.</param>
    /// <param name="f">f(t, z).</param>
    /// <param name="h">Length of the step.</param>
    /// <param name="tolerances">What changes of a component are measured by.</param>
    /// <param name="cotangent">Cotangent of ∂f/∂z, dense or banded as that is.</param>
    /// <param name="stateBar">The cotangent of z is added here, but for what comes by f.</param>
    /// <param name="valueBar">The cotangent of f is added here.</param>
    /// <param name="timeBar">The cotangent of t is added here.</param>
    /// <returns>Number of products.</returns>
    public int TransposeByState(
        IVectorJacobianProduct<T> field,
        double t,
        ReadOnlySpan<T> z,
        ReadOnlySpan<T> f,
        double h,
        Tolerances tolerances,
        SquareMatrix<T> cotangent,
        Span<T> stateBar,
        Span<T> valueBar,
        ref double timeBar)
    {
        int n = stateLength;
        int groups = cotangent.ColumnGroupCount;
        Span<T> bar = _first.AsSpan(0, n), product = _second.AsSpan(0, n);
        SetIncrements(z, f, h, tolerances);
        z[..n].CopyTo(_moved);
        for (int group = 0; group < groups; group++)
        {
            for (int times = 1; times <= (IsSecondOrder ? 2 : 1); times++)
            {
                bar.Clear();
                for (int j = group; j < n; j += groups)
                {
                    double factor = times == 2 ? -0.5 : IsSecondOrder ? 2 : 1;
                    T weight = T.CreateTruncating(factor / _increments[j]);
                    (int first, int last) = cotangent.RowsOf(j);
                    for (int i = first; i <= last; i++)
                    {
                        bar[i] = cotangent[i, j] * weight;
                        valueBar[i] -= bar[i];
                    }
                }

                Move(z, group, groups, times);
                timeBar += field.Evaluate(t, _moved, bar, product);
                Add(product, stateBar);
            }

            Move(z, group, groups, 0);
        }

        return IsSecondOrder ? 2 * groups : groups;
    }

    /// <summary>Transposes <see cref="ByTime"/>, also where it found that nothing changes: a derivative by a parameter may differ from zero there.</summary>
    /// <param name="field">Vector-Jacobian product.</param>
    /// <param name="t">Time.</param>
    /// <param name="h">Length of the step.</param>
    /// <param name="z">State.</param>
    /// <param name="cotangent">Cotangent of ∂f/∂t.</param>
    /// <param name="stateBar">The cotangent of z is added here, but for what comes by f(t, z).</param>
    /// <param name="valueBar">The cotangent of f(t, z) is added here.</param>
    /// <param name="times">The cotangents of the times of the step's start and end are added here.</param>
    /// <returns>Number of products.</returns>
    public int TransposeByTime(
        IVectorJacobianProduct<T> field,
        double t,
        double h,
        ReadOnlySpan<T> z,
        ReadOnlySpan<T> cotangent,
        Span<T> stateBar,
        Span<T> valueBar,
        ref (double Start, double End) times)
    {
        double first = FirstTime(t, h), a = first - t;
        if (a == 0)
        {
            return 0;
        }

        if (!IsSecondOrder)
        {
            TransposeAt(field, first, a / h, 1 / a, z, cotangent, stateBar, valueBar, ref times);
            return 1;
        }

        double second = first + a, b = second - t;
        TransposeAt(field, first, a / h, b / (a * (b - a)), z, cotangent, stateBar, valueBar, ref times);
        TransposeAt(field, second, b / h, -a / (b * (b - a)), z, cotangent, stateBar, valueBar, ref times);
        return 2;
    }

    /// <summary>Transposes <c>weight · (f(time, z) − f(t, z))</c>.</summary>
    private void TransposeAt(
        IVectorJacobianProduct<T> field,
        double time,
        double share,
        double weight,
        ReadOnlySpan<T> z,
        ReadOnlySpan<T> cotangent,
        Span<T> stateBar,
        Span<T> valueBar,
        ref (double Start, double End) times)
    {
        Span<T> bar = _first.AsSpan(0, stateLength), product = _second.AsSpan(0, stateLength);
        T factor = T.CreateTruncating(weight);
        for (int i = 0; i < bar.Length; i++)
        {
            bar[i] = factor * cotangent[i];
            valueBar[i] -= bar[i];
        }

        double timeBar = field.Evaluate(time, z, bar, product);
        times.Start += (1 - share) * timeBar;
        times.End += share * timeBar;
        Add(product, stateBar);
    }

    private static void Add(ReadOnlySpan<T> values, Span<T> sum)
    {
        for (int i = 0; i < values.Length; i++)
        {
            sum[i] += values[i];
        }
    }
}
