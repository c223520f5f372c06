namespace NeuralOde.Tensors.Kernels;

/// <summary>Where a transform reads vectors: element i of a row or column.</summary>
internal interface IVectorSource<TVector>
{
    TVector Load(int index);
}

/// <summary>Where a transform writes vectors.</summary>
internal interface IVectorSink<TVector>
{
    void Store(int index, TVector value);
}

/// <summary>
/// The matrices of Winograd's short convolutions F(m, r) in one dimension: y = Aᵀ[(G g) ⊙ (Bᵀ d)] for m outputs y, a kernel g of r and n = m + r − 1 inputs d.
/// In two dimensions each is applied to columns and then to rows.
/// </summary>
/// <remarks>
/// S. Winograd, Arithmetic Complexity of Computations (SIAM, 1980); A. Lavin and S. Gray, Fast Algorithms for Convolutional Neural Networks (CVPR 2016), for the layout by
/// products.
/// The transposes of the same matrices make the gradient of the kernel: Gᵀ[(A y') ⊙ (Bᵀ d)].
/// </remarks>
internal interface IWinogradTile
{
    /// <summary>m.</summary>
    static abstract int Outputs { get; }

    /// <summary>r: 3, or 2 for the phases of a kernel with stride 2.</summary>
    static abstract int Taps { get; }

    /// <summary>Bᵀ: n to n.</summary>
    static abstract void Input<T, TVector, TSource, TSink>(TSource d, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>;

    /// <summary>Aᵀ: n to m.</summary>
    static abstract void Output<T, TVector, TSource, TSink>(TSource x, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>;

    /// <summary>A: m to n.</summary>
    static abstract void Cotangent<T, TVector, TSource, TSink>(TSource y, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>;

    /// <summary>G: r to n.</summary>
    static abstract void Kernel<T, TVector, TSource, TSink>(TSource g, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>;

    /// <summary>Gᵀ: n to r.</summary>
    static abstract void KernelGradient<T, TVector, TSource, TSink>(TSource x, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>;
}
