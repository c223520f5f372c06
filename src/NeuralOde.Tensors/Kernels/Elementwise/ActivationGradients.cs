using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Tensors.Kernels;

/// <summary>The pullback of y = tanh x from its output: g(1 − y²).</summary>
internal readonly struct TanhGradientOperator<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector g, TVector y)
        where TVector : struct, ISimdVector<TVector, T>
        => g * TVector.NegateMultiplyAdd(y, y, TVector.Constant(1));
}

/// <summary>The pullback of y = 1/(1 + e⁻ˣ) from its output: g·y(1 − y).</summary>
internal readonly struct SigmoidGradientOperator<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector g, TVector y)
        where TVector : struct, ISimdVector<TVector, T>
        => g * TVector.NegateMultiplyAdd(y, y, y);
}

/// <summary>The pullback of the exponential linear unit (α = 1) from its output y: g where y &gt; 0, g(y + 1) elsewhere.</summary>
internal readonly struct EluGradientOperator<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector g, TVector y)
        where TVector : struct, ISimdVector<TVector, T>
        => TVector.Select(TVector.LessThan(TVector.Constant(0), y), g, TVector.MultiplyAdd(g, y, g));
}

/// <summary>The pullback of max(x, 0) from its input or its output: g where it is positive, 0 elsewhere.</summary>
internal readonly struct ReluGradientOperator<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector g, TVector y)
        where TVector : struct, ISimdVector<TVector, T>
        => TVector.LessThan(TVector.Constant(0), y) & g;
}

/// <summary>The pullback of ln(1 + eˣ) from its input: g/(1 + e⁻ˣ).</summary>
internal readonly struct SoftplusGradientOperator<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Invoke<TVector>(TVector g, TVector x)
        where TVector : struct, ISimdVector<TVector, T>
        => g * SigmoidOperator<T>.Invoke(x);
}
