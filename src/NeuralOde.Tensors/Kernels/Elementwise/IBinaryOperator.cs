namespace NeuralOde.Tensors.Kernels;

/// <summary>A function of two vectors, lane by lane, written once for every width.</summary>
internal interface IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    static abstract TVector Invoke<TVector>(TVector x, TVector y) where TVector : struct, ISimdVector<TVector, T>;
}
