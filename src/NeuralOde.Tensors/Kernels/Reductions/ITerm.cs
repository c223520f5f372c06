namespace NeuralOde.Tensors.Kernels;

/// <summary>What is reduced at each index: the element itself, its square, a product …</summary>
internal interface ITerm<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How many of the three operands there are, 1 to 3.</summary>
    static abstract int Operands { get; }

    /// <summary>Whether the term takes so many operations that it is better made one vector at a time, into a buffer, than a block at a time.</summary>
    static abstract bool IsLong { get; }

    TVector Invoke<TVector>(TVector x, TVector y, TVector z) where TVector : struct, ISimdVector<TVector, T>;
}
