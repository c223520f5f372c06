namespace NeuralOde.Tensors.Kernels;

/// <summary>What the passes of a normalization read and write: dense tensors of one extent. A pass takes those that it names.</summary>
internal readonly ref struct NormalizationOperands<T> where T : unmanaged
{
    /// <summary>What is normalized together.</summary>
    public required NormalizationExtent Extent { get; init; }

    /// <summary>What keeps the root of a variance from 0.</summary>
    public double Epsilon { get; init; }

    /// <summary>The elements.</summary>
    public required ReadOnlySpan<T> X { get; init; }

    /// <summary>The cotangents of the normalized elements.</summary>
    public ReadOnlySpan<T> Cotangent { get; init; }

    /// <summary>Means, then variances, of all sets.</summary>
    public ReadOnlySpan<T> Moments { get; init; }

    /// <summary>One for each channel.</summary>
    public ReadOnlySpan<T> Scale { get; init; }

    /// <summary>One for each channel.</summary>
    public ReadOnlySpan<T> Shift { get; init; }

    /// <summary>What <see cref="NormalizationColumnSums.Invoke{T}(in NormalizationOperands{T})"/> gave.</summary>
    public ReadOnlySpan<T> Sums { get; init; }

    /// <summary>The result.</summary>
    public required Span<T> Destination { get; init; }

    /// <summary>Throws where a span is shorter than its part of the extent; parts that a pass does not read have the length 0 here.</summary>
    /// <param name="results">Elements of the result.</param>
    /// <param name="channels">Channels of the scale.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public void Require(int results, int channels)
    {
        StridedExtent.Require(X.Length, [Extent.Length], "x");
        StridedExtent.Require(Destination.Length, [results], "destination");
        StridedExtent.Require(Moments.Length, [2 * Extent.Sets], "moments");
        StridedExtent.Require(Scale.Length, [channels], "scale");
    }
}
