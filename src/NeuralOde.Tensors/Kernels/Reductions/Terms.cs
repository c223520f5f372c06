namespace NeuralOde.Tensors.Kernels;

/// <summary>x.</summary>
internal readonly struct ElementTerm<T> : ITerm<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Operands => 1;

    public static bool IsLong => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Invoke<TVector>(TVector x, TVector y, TVector z) where TVector : struct, ISimdVector<TVector, T> => x;
}

/// <summary>x².</summary>
internal readonly struct SquareTerm<T> : ITerm<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Operands => 1;

    public static bool IsLong => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Invoke<TVector>(TVector x, TVector y, TVector z) where TVector : struct, ISimdVector<TVector, T> => x * x;
}

/// <summary>x·y.</summary>
internal readonly struct ProductTerm<T> : ITerm<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Operands => 2;

    public static bool IsLong => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Invoke<TVector>(TVector x, TVector y, TVector z) where TVector : struct, ISimdVector<TVector, T> => x * y;
}

/// <summary>e^(x − shift).</summary>
internal readonly struct ShiftedExpTerm<T>(T shift) : ITerm<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Operands => 1;

    public static bool IsLong => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Invoke<TVector>(TVector x, TVector y, TVector z) where TVector : struct, ISimdVector<TVector, T>
        => Exponential.Exp<TVector, T>(x - TVector.Create(shift));
}

/// <summary>(x/(absolute + relative·max(|y|, |z|)))²: an error x beside the states y and z it lies between.</summary>
internal readonly struct ScaledErrorTerm<T>(T absolute, T relative) : ITerm<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Operands => 3;

    public static bool IsLong => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Invoke<TVector>(TVector x, TVector y, TVector z) where TVector : struct, ISimdVector<TVector, T>
    {
        TVector size = TVector.Max(TVector.Abs(y), TVector.Abs(z));
        TVector scaled = x / TVector.MultiplyAdd(TVector.Create(relative), size, TVector.Create(absolute));
        return scaled * scaled;
    }
}
