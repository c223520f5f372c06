namespace NeuralOde.Tensors.Kernels;

/// <summary>The activation of a linear layer: x itself.</summary>
internal readonly struct IdentityOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T> => x;
}
