namespace NeuralOde.Tensors.Kernels;

/// <summary>Polynomials by Horner's rule, lowest coefficient first: the fewest operations, with the latency hidden by running several vectors.</summary>
internal static class Polynomial
{
    /// <summary>Horner's rule carried on: <paramref name="sum"/> is the polynomial of the coefficients above c5.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Continue<TVector, T>(TVector sum, TVector x, double c0, double c1, double c2, double c3, double c4, double c5)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        sum = TVector.MultiplyAdd(sum, x, TVector.Constant(c5));
        sum = TVector.MultiplyAdd(sum, x, TVector.Constant(c4));
        sum = TVector.MultiplyAdd(sum, x, TVector.Constant(c3));
        sum = TVector.MultiplyAdd(sum, x, TVector.Constant(c2));
        sum = TVector.MultiplyAdd(sum, x, TVector.Constant(c1));
        return TVector.MultiplyAdd(sum, x, TVector.Constant(c0));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Evaluate<TVector, T>(TVector x, double c0, double c1, double c2)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector sum = TVector.MultiplyAdd(TVector.Constant(c2), x, TVector.Constant(c1));
        return TVector.MultiplyAdd(sum, x, TVector.Constant(c0));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Evaluate<TVector, T>(TVector x, double c0, double c1, double c2, double c3)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector sum = TVector.MultiplyAdd(TVector.Constant(c3), x, TVector.Constant(c2));
        sum = TVector.MultiplyAdd(sum, x, TVector.Constant(c1));
        return TVector.MultiplyAdd(sum, x, TVector.Constant(c0));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Evaluate<TVector, T>(TVector x, double c0, double c1, double c2, double c3, double c4)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector sum = TVector.MultiplyAdd(TVector.Constant(c4), x, TVector.Constant(c3));
        sum = TVector.MultiplyAdd(sum, x, TVector.Constant(c2));
        sum = TVector.MultiplyAdd(sum, x, TVector.Constant(c1));
        return TVector.MultiplyAdd(sum, x, TVector.Constant(c0));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Evaluate<TVector, T>(TVector x, double c0, double c1, double c2, double c3, double c4, double c5)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector sum = TVector.MultiplyAdd(TVector.Constant(c5), x, TVector.Constant(c4));
        sum = TVector.MultiplyAdd(sum, x, TVector.Constant(c3));
        sum = TVector.MultiplyAdd(sum, x, TVector.Constant(c2));
        sum = TVector.MultiplyAdd(sum, x, TVector.Constant(c1));
        return TVector.MultiplyAdd(sum, x, TVector.Constant(c0));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Evaluate<TVector, T>(TVector x, double c0, double c1, double c2, double c3, double c4, double c5, double c6)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector sum = TVector.MultiplyAdd(TVector.Constant(c6), x, TVector.Constant(c5));
        sum = TVector.MultiplyAdd(sum, x, TVector.Constant(c4));
        sum = TVector.MultiplyAdd(sum, x, TVector.Constant(c3));
        sum = TVector.MultiplyAdd(sum, x, TVector.Constant(c2));
        sum = TVector.MultiplyAdd(sum, x, TVector.Constant(c1));
        return TVector.MultiplyAdd(sum, x, TVector.Constant(c0));
    }
}
