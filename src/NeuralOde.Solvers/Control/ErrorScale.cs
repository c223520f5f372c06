using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>Measures errors of states: <c>sqrt(Σ (e_i / (atol + rtol max(|z_i|, |z⁺_i|)))² / count)</c> over the components of a norm.</summary>
/// <param name="tolerances">rtol and atol.</param>
/// <param name="norm">Which components count.</param>
internal sealed class ErrorScale(Tolerances tolerances, ErrorNorm norm)
{
    public Tolerances Tolerances { get; } = tolerances;

    public ErrorNorm Norm { get; } = norm;

    /// <summary>The norm of a combination of rows.</summary>
    /// <param name="rows">Memory that the rows lie in.</param>
    /// <param name="terms">The combination.</param>
    /// <param name="before">Row of the state before.</param>
    /// <param name="after">Row of the state after.</param>
    public unsafe double Measure<T>(RowMemory<T> rows, in BoundTerms<T> terms, int before, int after)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
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

    /// <summary>The norm of a combination of few rows that is not bound beforehand.</summary>
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
