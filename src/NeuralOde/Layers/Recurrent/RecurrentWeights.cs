namespace NeuralOde.Layers.Recurrent;

/// <summary>The values of a recurrent layer's parameters.</summary>
internal readonly ref struct RecurrentWeights<T>(ReadOnlySpan<T> input, ReadOnlySpan<T> hidden, ReadOnlySpan<T> inputBias, ReadOnlySpan<T> hiddenBias)
    where T : unmanaged
{
    public readonly ReadOnlySpan<T> Input = input;
    public readonly ReadOnlySpan<T> Hidden = hidden;
    public readonly ReadOnlySpan<T> InputBias = inputBias;
    public readonly ReadOnlySpan<T> HiddenBias = hiddenBias;
}

/// <summary>Where the gradients of a recurrent layer's parameters are written.</summary>
internal readonly ref struct RecurrentGradients<T>(Span<T> input, Span<T> hidden, Span<T> inputBias, Span<T> hiddenBias) where T : unmanaged
{
    public readonly Span<T> Input = input;
    public readonly Span<T> Hidden = hidden;
    public readonly Span<T> InputBias = inputBias;
    public readonly Span<T> HiddenBias = hiddenBias;
}
