namespace NeuralOde.Tensors.Kernels;

/// <summary>An associative combination of elements, with its neutral element.</summary>
internal interface IReduction<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The element that changes nothing.</summary>
    static abstract T Identity { get; }

    static abstract T Combine(T a, T b);

    static abstract TVector Combine<TVector>(TVector a, TVector b) where TVector : struct, ISimdVector<TVector, T>;

    /// <summary>All lanes combined, halves folded onto each other.</summary>
    static abstract T Fold<TVector>(TVector a) where TVector : struct, ISimdVector<TVector, T>;
}
