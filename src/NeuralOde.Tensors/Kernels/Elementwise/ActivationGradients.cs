namespace NeuralOde.Tensors.Kernels;

/// <summary>The pullback of y = tanh x from its output: g(1 − y²).</summary>
internal readonly struct TanhGradientOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector g, TVector y) where TVector : struct, ISimdVector<TVector, T>
        => g * TVector.NegateMultiplyAdd(y, y, TVector.Constant(1));
}

/// <summary>The pullback of y = 1/(1 + e⁻ˣ) from its output: g·y(1 − y).</summary>
internal readonly struct SigmoidGradientOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector g, TVector y) where TVector : struct, ISimdVector<TVector, T> => g * TVector.NegateMultiplyAdd(y, y, y);
}

/// <summary>The pullback of the exponential linear unit (α = 1) from its output y: g where y &gt; 0, g(y + 1) elsewhere.</summary>
internal readonly struct EluGradientOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector g, TVector y) where TVector : struct, ISimdVector<TVector, T>
        => TVector.Select(TVector.LessThan(TVector.Constant(0), y), g, TVector.MultiplyAdd(g, y, g));
}

/// <summary>The pullback of the scaled exponential linear unit from its output y: λg where y &gt; 0, g(y + λα) elsewhere.</summary>
internal readonly struct SeluGradientOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector g, TVector y) where TVector : struct, ISimdVector<TVector, T>
        => g * TVector.Select(
            TVector.LessThan(TVector.Constant(0), y), TVector.Constant(SeluOperator<T>.Scale), y + TVector.Constant(SeluOperator<T>.NegativeScale));
}

/// <summary>The pullback of max(x, 0) from its input or its output: g where it is positive, 0 elsewhere.</summary>
internal readonly struct ReluGradientOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector g, TVector y) where TVector : struct, ISimdVector<TVector, T> => TVector.LessThan(TVector.Constant(0), y) & g;
}

/// <summary>The pullback of ln(1 + eˣ) from its input: g/(1 + e⁻ˣ).</summary>
internal readonly struct SoftplusGradientOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector g, TVector x) where TVector : struct, ISimdVector<TVector, T> => g * SigmoidOperator<T>.Invoke(x);
}

/// <summary>The pullback of x/(1 + e⁻ˣ) from its input, with s = 1/(1 + e⁻ˣ): g·s(1 + x(1 − s)).</summary>
internal readonly struct SiluGradientOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector g, TVector x) where TVector : struct, ISimdVector<TVector, T>
    {
        // Where e^(−|x|) has underflowed the derivative is 0 or 1: clamped there, infinite arguments give no ∞·0.
        x = TVector.MaxNative(TVector.Constant(-800), TVector.MinNative(TVector.Constant(800), x));
        TVector s = SigmoidOperator<T>.Invoke(x);
        TVector one = TVector.Constant(1);
        return g * (s * TVector.MultiplyAdd(x, one - s, one));
    }
}

/// <summary>The pullback of x·Φ(x) from its input: g·(Φ(x) + x·φ(x)).</summary>
internal readonly struct GeluGradientOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector g, TVector x) where TVector : struct, ISimdVector<TVector, T>
    {
        x = ErrorFunction.Clamp<TVector, T>(x);
        TVector probability = ErrorFunction.Normal<TVector, T>(x, out TVector density);
        return g * TVector.MultiplyAdd(x, density, probability);
    }
}

/// <summary>The pullback of the tanh form of x·Φ(x) from its input, with s = 1/(1 + e⁻ʷ) and w = 2√(2/π)(x + 0.044715x³): g·(s + x·s(1 − s)·w′).</summary>
internal readonly struct GeluTanhGradientOperator<T> : IBinaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector g, TVector x) where TVector : struct, ISimdVector<TVector, T>
    {
        x = ErrorFunction.Clamp<TVector, T>(x);
        TVector factor = TVector.Constant(2 * 0.79788456080286535588);
        TVector square = TVector.Constant(0.044715) * (x * x);
        TVector one = TVector.Constant(1);
        TVector s = SigmoidOperator<T>.Invoke(factor * TVector.MultiplyAdd(square, x, x));
        TVector slope = factor * TVector.MultiplyAdd(TVector.Constant(3), square, one);
        return g * (s * TVector.MultiplyAdd(x * slope, one - s, one));
    }
}
