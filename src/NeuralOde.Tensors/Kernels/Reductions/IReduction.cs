using System.Numerics;

namespace NeuralOde.Tensors.Kernels;

/// <summary>An associative combination of elements, with its neutral element.</summary>
internal interface IReduction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The element that changes nothing.</summary>
    static abstract T Identity { get; }

    static abstract T Combine(T a, T b);

    static abstract TVector Combine<TVector>(TVector a, TVector b)
        where TVector : struct, ISimdVector<TVector, T>;

    /// <summary>All lanes combined, halves folded onto each other.</summary>
    static abstract T Fold<TVector>(TVector a)
        where TVector : struct, ISimdVector<TVector, T>;
}

/// <summary>What is reduced at each index: the element itself, its square, a product …</summary>
internal interface ITerm<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How many of the three operands there are, 1 to 3.</summary>
    static abstract int Operands { get; }

    TVector Invoke<TVector>(TVector x, TVector y, TVector z)
        where TVector : struct, ISimdVector<TVector, T>;
}
