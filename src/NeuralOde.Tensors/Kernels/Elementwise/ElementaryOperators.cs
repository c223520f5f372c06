namespace NeuralOde.Tensors.Kernels;

/// <summary>eˣ.</summary>
internal readonly struct ExpOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T> => Exponential.Exp<TVector, T>(x);
}

/// <summary>eˣ − 1, accurate near zero.</summary>
internal readonly struct Expm1Operator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T> => Exponential.Expm1<TVector, T>(x);
}

/// <summary>ln x: −∞ at either zero, NaN below.</summary>
internal readonly struct LogOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T> => Logarithm.Log<TVector, T>(x);
}

/// <summary>ln(1 + x), accurate near zero: −∞ at −1, NaN below.</summary>
internal readonly struct Log1pOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T> => Logarithm.Log1p<TVector, T>(x);
}

/// <summary>sin x, x in radians.</summary>
internal readonly struct SinOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T> => Trigonometry.Sin<TVector, T>(x);
}

/// <summary>cos x, x in radians.</summary>
internal readonly struct CosOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T> => Trigonometry.Cos<TVector, T>(x);
}

/// <summary>xʸ with the special cases of IEEE 754 pow; one lane at a time.</summary>
internal readonly struct PowerOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x, TVector y) where TVector : struct, ISimdVector<TVector, T> => Lanes.Map<TVector, T, ScalarPower>(x, y);

    private readonly struct ScalarPower : IScalarFunction2<T>
    {
        public static T Invoke(T x, T y) => T.Pow(x, y);
    }
}
