namespace NeuralOde.Tensors.Kernels;

/// <summary>A step of a recurrent layer over a batch: all spans are dense, <c>[batch, …]</c>.</summary>
internal readonly ref struct GateBatch<T> where T : unmanaged
{
    /// <summary>Units of the layer.</summary>
    public required int Hidden { get; init; }

    /// <summary>The gates, worked on in place: [batch, blocks · units].</summary>
    public required Span<T> Gates { get; init; }

    /// <summary>For each sample, 0 where it keeps its state; empty where no sample is masked.</summary>
    public ReadOnlySpan<T> Mask { get; init; }

    /// <summary>The states before the step.</summary>
    public required ReadOnlySpan<T> Previous { get; init; }

    /// <summary>The states after the step; in the backward pass their cotangents, which become those of the states before it.</summary>
    public required Span<T> Next { get; init; }

    /// <summary>The cells before the step; empty where there are none.</summary>
    public ReadOnlySpan<T> PreviousCell { get; init; }

    /// <summary>The cells after the step; in the backward pass their cotangents.</summary>
    public Span<T> NextCell { get; init; }

    /// <summary>The cells after the step, in the backward pass.</summary>
    public ReadOnlySpan<T> Cell { get; init; }
}
