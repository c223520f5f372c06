namespace NeuralOde.Tensors.Kernels;

/// <summary>A function of one vector, lane by lane, written once for every width.</summary>
internal interface IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    static abstract TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T>;
}
