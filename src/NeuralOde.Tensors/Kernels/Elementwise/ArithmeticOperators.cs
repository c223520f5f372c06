namespace NeuralOde.Tensors.Kernels;

/// <summary>−x.</summary>
internal readonly struct NegateOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T> => -x;
}

/// <summary>|x|.</summary>
internal readonly struct AbsOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T> => TVector.Abs(x);
}

/// <summary>The sign of x as −1 or 1; a zero keeps its sign and NaN stays NaN.</summary>
internal readonly struct SignOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T> =>
        TVector.Select(TVector.LessThan(TVector.Constant(0), TVector.Abs(x)), TVector.Constant(1) | (x & TVector.Constant(-0.0)), x);
}

/// <summary>x².</summary>
internal readonly struct SquareOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T> => x * x;
}

/// <summary>x³, as (x·x)·x.</summary>
internal readonly struct CubeOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T> => x * x * x;
}

/// <summary>√x, correctly rounded.</summary>
internal readonly struct SqrtOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T> => TVector.Sqrt(x);
}

/// <summary>1/x, correctly rounded.</summary>
internal readonly struct ReciprocalOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T> => TVector.Constant(1) / x;
}

/// <summary>x + y.</summary>
internal readonly struct AddOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x, TVector y) where TVector : struct, ISimdVector<TVector, T> => x + y;
}

/// <summary>x − y.</summary>
internal readonly struct SubtractOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x, TVector y) where TVector : struct, ISimdVector<TVector, T> => x - y;
}

/// <summary>x·y.</summary>
internal readonly struct MultiplyOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x, TVector y) where TVector : struct, ISimdVector<TVector, T> => x * y;
}

/// <summary>x/y.</summary>
internal readonly struct DivideOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x, TVector y) where TVector : struct, ISimdVector<TVector, T> => x / y;
}

/// <summary>The larger of x and y: NaN where either is, and +0 above −0.</summary>
internal readonly struct MaximumOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x, TVector y) where TVector : struct, ISimdVector<TVector, T> => TVector.Max(x, y);
}

/// <summary>The smaller of x and y: NaN where either is, and −0 below +0.</summary>
internal readonly struct MinimumOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x, TVector y) where TVector : struct, ISimdVector<TVector, T> => TVector.Min(x, y);
}

/// <summary>x·y + z with one rounding.</summary>
internal readonly struct MultiplyAddOperator<T> : ITernaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x, TVector y, TVector z) where TVector : struct, ISimdVector<TVector, T> => TVector.MultiplyAdd(x, y, z);
}
