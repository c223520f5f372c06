using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>The terms of a combination where a kernel finds them: <c>Σ_j Weights[j] · (Rows + Offsets[Indices[j]])</c>.</summary>
/// <remarks>Addresses without owners: whoever makes one keeps the memory pinned and reachable while a kernel runs.</remarks>
/// <param name="rows">Start of the memory that the rows lie in.</param>
/// <param name="offsets">Where each row starts, from <paramref name="rows"/>.</param>
/// <param name="indices">For each term, which of <paramref name="offsets"/> is meant.</param>
/// <param name="weights">For each term, its weight.</param>
/// <param name="count">Number of terms.</param>
internal readonly unsafe struct BoundTerms<T>(T* rows, nint* offsets, int* indices, T* weights, int count)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public readonly T* Rows = rows;
    public readonly nint* Offsets = offsets;
    public readonly int* Indices = indices;
    public readonly T* Weights = weights;
    public readonly int Count = count;

    /// <summary>The same terms of each row's part from an element on.</summary>
    public BoundTerms<T> From(nint element) => new(Rows + element, Offsets, Indices, Weights, Count);

    /// <summary>Some of the terms.</summary>
    public BoundTerms<T> Slice(int first, int length) => new(Rows, Offsets, Indices + first, Weights + first, length);
}
