using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>Measures errors of states: <c>sqrt(Σ (e_i / (atol + rtol max(|z_i|, |z⁺_i|)))² / count)</c> over the components of a norm.</summary>
/// <param name="tolerances">rtol and atol.</param>
/// <param name="norm">Which components count, and how.</param>
internal sealed class ErrorMeasure(Tolerances tolerances, ErrorNorm norm)
{
    // The kernel serves one positive tolerance and the usual norm; for the rest each component's error is kept.
    private readonly bool _needsErrors = norm.Function is not null || tolerances is not { AbsoluteByComponent: null, Absolute: > 0 };
    private double[]? _errors = norm.Function is null && tolerances is { AbsoluteByComponent: null, Absolute: > 0 } ? null : new double[norm.Length];
    private readonly double[]? _absolute = tolerances.AbsoluteByComponent?.ToArray();

    public Tolerances Tolerances { get; } = tolerances;

    public ErrorNorm Norm { get; } = norm;

    /// <summary>Whether measuring keeps the error of each component, for <see cref="Worst"/>.</summary>
    public bool KeepsErrors
    {
        get => _errors is not null;
        set => _errors = value || _needsErrors ? _errors ?? new double[Norm.Length] : null;
    }

    /// <summary>The component with the largest of the errors that were measured last, if they were kept.</summary>
    /// <param name="share">Its share of the sum of their squares.</param>
    /// <returns>Index into the state; −1 where no error is finite and positive.</returns>
    public int Worst(out double share)
    {
        double sum = 0, largest = 0;
        int worst = -1;
        for (int i = 0; i < _errors!.Length; i++)
        {
            double square = _errors[i] * _errors[i];
            sum += square;
            (largest, worst) = square > largest ? (square, Norm.Start + i) : (largest, worst);
        }

        share = worst < 0 || !double.IsFinite(sum) ? double.NaN : largest / sum;
        return double.IsNaN(share) ? -1 : worst;
    }

    /// <summary>The norm of a combination of rows.</summary>
    /// <param name="rows">Memory that the rows lie in.</param>
    /// <param name="terms">The combination.</param>
    /// <param name="before">Row of the state before.</param>
    /// <param name="after">Row of the state after.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe double Measure<T>(RowMemory<T> rows, in BoundTerms<T> terms, int before, int after)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (_errors is not null)
        {
            return MeasureEach(rows, terms, before, after);
        }

        nint start = Norm.Start;
        double sum = ErrorKernel.SumOfSquares(
            terms.From(start),
            rows.AddressOf(before) + start,
            rows.AddressOf(after) + start,
            T.CreateTruncating(Tolerances.Absolute),
            T.CreateTruncating(Tolerances.Relative),
            Norm.Length);
        return Math.Sqrt(sum / Norm.Count);
    }

    /// <summary>Whether the norm counts the components of a state of this length, no others, and the kernel sees all of them in one vector.</summary>
    public bool CountsFirst<T>(int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Norm.Start == 0 && Norm.Length == length && length <= SimdWidths.Best.Lanes(Unsafe.SizeOf<T>());

    /// <summary>The same for states of few components.</summary>
    /// <typeparam name="T">Type of a number.</typeparam>
    /// <typeparam name="TComponents">Their number, where <see cref="CountsFirst"/>; 0 stands for any number.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe double Measure<T, TComponents>(RowMemory<T> rows, in BoundTerms<T> terms, int before, int after)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TComponents : struct, ITermCount
    {
        if (TComponents.Count == 0 || _errors is not null)
        {
            return Measure(rows, terms, before, after);
        }

        double sum = FewComponents.SumOfSquares<T, TComponents>(
            terms, rows.AddressOf(before), rows.AddressOf(after), T.CreateTruncating(Tolerances.Absolute), T.CreateTruncating(Tolerances.Relative));

        // By a number that the compiler knows, where it is that one.
        return Math.Sqrt(Norm.Count == TComponents.Count ? sum / TComponents.Count : sum / Norm.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe double MeasureEach<T>(RowMemory<T> rows, in BoundTerms<T> terms, int before, int after)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double sum = 0;
        for (int i = 0; i < _errors!.Length; i++)
        {
            nint component = Norm.Start + i;
            double error = 0;
            for (int j = 0; j < terms.Count; j++)
            {
                error += double.CreateTruncating(terms.Weights[j] * terms.Rows[terms.Offsets[terms.Indices[j]] + component]);
            }

            double magnitude = double.CreateTruncating(T.Max(T.Abs(rows.AddressOf(before)[component]), T.Abs(rows.AddressOf(after)[component])));
            double unit = (_absolute is null ? Tolerances.Absolute : _absolute[component]) + (Tolerances.Relative * magnitude);

            // A component that is zero and stays so has no scale, and no error either.
            error = error == 0 && unit == 0 ? 0 : error / unit;
            _errors[i] = error;
            sum += error * error;
        }

        return Norm.Function?.Invoke(_errors) ?? Math.Sqrt(sum / Norm.Count);
    }

    /// <summary>The norm of a combination of few rows that is not bound beforehand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe double Measure<T>(RowMemory<T> rows, ReadOnlySpan<int> indices, ReadOnlySpan<double> weights, double scale, int before, int after)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T* scaled = stackalloc T[weights.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            scaled[i] = T.CreateTruncating(scale * weights[i]);
        }

        fixed (int* index = indices)
        {
            return Measure(rows, new BoundTerms<T>(rows.Address, rows.OffsetsAddress, index, scaled, weights.Length), before, after);
        }
    }
}
