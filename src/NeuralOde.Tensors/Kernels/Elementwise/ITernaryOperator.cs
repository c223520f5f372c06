namespace NeuralOde.Tensors.Kernels;

/// <summary>A function of three vectors, lane by lane, written once for every width.</summary>
internal interface ITernaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    static abstract TVector Invoke<TVector>(TVector x, TVector y, TVector z) where TVector : struct, ISimdVector<TVector, T>;
}
