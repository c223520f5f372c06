namespace NeuralOde.Tensors.Kernels;

/// <summary>1 where x &gt; y, 0 elsewhere.</summary>
internal readonly struct GreaterOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x, TVector y) where TVector : struct, ISimdVector<TVector, T> => TVector.LessThan(y, x) & TVector.Constant(1);
}

/// <summary>1 where x ≥ y, 0 elsewhere.</summary>
internal readonly struct GreaterOrEqualOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x, TVector y) where TVector : struct, ISimdVector<TVector, T> => TVector.LessThanOrEqual(y, x) & TVector.Constant(1);
}

/// <summary>1 where x &lt; y, 0 elsewhere.</summary>
internal readonly struct LessOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x, TVector y) where TVector : struct, ISimdVector<TVector, T> => TVector.LessThan(x, y) & TVector.Constant(1);
}

/// <summary>1 where x ≤ y, 0 elsewhere.</summary>
internal readonly struct LessOrEqualOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x, TVector y) where TVector : struct, ISimdVector<TVector, T> => TVector.LessThanOrEqual(x, y) & TVector.Constant(1);
}

/// <summary>1 where x = y, 0 elsewhere (NaN equals nothing).</summary>
internal readonly struct EqualOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x, TVector y) where TVector : struct, ISimdVector<TVector, T> => TVector.Equal(x, y) & TVector.Constant(1);
}

/// <summary>The Heaviside step: 1 where x &gt; 0, 0 elsewhere.</summary>
internal readonly struct StepOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T> => TVector.LessThan(TVector.Constant(0), x) & TVector.Constant(1);
}

/// <summary>whenTrue where the condition is not zero (NaN is not), whenFalse elsewhere.</summary>
internal readonly struct WhereOperator<T> : ITernaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector condition, TVector whenTrue, TVector whenFalse) where TVector : struct, ISimdVector<TVector, T>
        => TVector.Select(TVector.Equal(condition, TVector.Constant(0)), whenFalse, whenTrue);
}
