using System.Runtime.Intrinsics.Arm;

namespace NeuralOde.Tensors.Kernels;

/// <summary>tanh x.</summary>
internal readonly struct TanhOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T>
    {
        // tanh|x| = m/(m + 2) with m = e^(2|x|) − 1 keeps full relative accuracy near zero; beyond the clamp it rounds to 1.
        TVector magnitude = TVector.MinNative(TVector.Constant(typeof(T) == typeof(float) ? 9.1 : 19.1), TVector.Abs(x));
        TVector m = Exponential.Expm1Moderate<TVector, T>(magnitude + magnitude);
        return (m / (m + TVector.Constant(2))) | (x & TVector.Constant(-0.0));
    }
}

/// <summary>1/(1 + e⁻ˣ), accurate in both tails.</summary>
internal readonly struct SigmoidOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T>
    {
        TVector e = Exponential.ExpNonPositive<TVector, T>(-TVector.Abs(x));
        TVector one = TVector.Constant(1);
        return TVector.Select(TVector.LessThan(x, TVector.Constant(0)), e, one) / (one + e);
    }
}

/// <summary>The exponential linear unit with α = 1 (Clevert, Unterthiner and Hochreiter, 2016): x where x &gt; 0, eˣ − 1 elsewhere.</summary>
internal readonly struct EluOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T>
    {
        TVector zero = TVector.Constant(0);
        TVector negative = Exponential.Expm1NonPositive<TVector, T>(TVector.MinNative(zero, x));
        return TVector.Select(TVector.LessThanOrEqual(zero, x), x, negative);
    }
}

/// <summary>The scaled exponential linear unit (Klambauer et al., 2017): λx where x &gt; 0, λα(eˣ − 1) elsewhere.</summary>
internal readonly struct SeluOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>λ, of equation 14 there to twice its digits: the fixed point of mean 0 and variance 1.</summary>
    public const double Scale = 1.0507009873554804934193349852946;

    /// <summary>λα.</summary>
    public const double NegativeScale = Scale * 1.6732632423543772848170429916717;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T>
    {
        TVector zero = TVector.Constant(0);
        TVector negative = TVector.Constant(NegativeScale) * Exponential.Expm1NonPositive<TVector, T>(TVector.MinNative(zero, x));
        return TVector.Select(TVector.LessThanOrEqual(zero, x), TVector.Constant(Scale) * x, negative);
    }
}

/// <summary>max(x, 0), NaN where x is.</summary>
internal readonly struct ReluOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // One instruction on x64, which keeps -0. ARM's maximum of 0 and -0 is 0, so that there it takes two for the same bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T> => AdvSimd.IsSupported
        ? TVector.Select(TVector.LessThan(x, TVector.Constant(0)), TVector.Constant(0), x)
        : TVector.MaxNative(TVector.Constant(0), x);
}

/// <summary>ln(1 + eˣ), without overflow and accurate in both tails.</summary>
internal readonly struct SoftplusOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T>
    {
        TVector e = Exponential.ExpNonPositive<TVector, T>(-TVector.Abs(x));
        return TVector.MaxNative(TVector.Constant(0), x) + Logarithm.Log1pOfUnit<TVector, T>(e);
    }
}

/// <summary>x/(1 + e⁻ˣ), also called swish.</summary>
internal readonly struct SiluOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T> => x * SigmoidOperator<T>.Invoke(x);
}

/// <summary>The error function.</summary>
internal readonly struct ErfOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T> => ErrorFunction.Erf<TVector, T>(x);
}

/// <summary>The Gaussian error linear unit (Hendrycks and Gimpel, 2016): x·Φ(x) with the normal distribution function Φ.</summary>
internal readonly struct GeluOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T>
        => TVector.MaxNative(TVector.Constant(typeof(T) == typeof(float) ? -15 : -39), x) * ErrorFunction.Normal<TVector, T>(x, out _);
}

/// <summary>The Gaussian error linear unit in its tanh form (Hendrycks and Gimpel, 2016): ½x(1 + tanh u) with u = √(2/π)(x + 0.044715x³).</summary>
internal readonly struct GeluTanhOperator<T> : IUnaryOperator<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector x) where TVector : struct, ISimdVector<TVector, T>
    {
        // ½(1 + tanh u) = 1/(1 + e^(−2u)) does not cancel in the negative tail.
        TVector cubic = TVector.MultiplyAdd(TVector.Constant(0.044715) * (x * x), x, x);
        return x * SigmoidOperator<T>.Invoke(TVector.Constant(2 * 0.79788456080286535588) * cubic);
    }
}
