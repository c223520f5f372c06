using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Vectors;

/// <summary>Powers of two made in the exponent bits.</summary>
internal static class PowerOfTwo
{
    /// <summary>x·2ⁿ in two multiplications: the first is exact, so only the second rounds, even where the result is subnormal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Scale<TVector, T>(TVector x, TVector n)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector half = TVector.Truncate(n * TVector.Constant(0.5));
        return x * FromInteger<TVector, T>(half) * FromInteger<TVector, T>(n - half);
    }

    /// <summary>2ⁿ for an integer n within the range of normal exponents.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector FromInteger<TVector, T>(TVector n) where TVector : struct, ISimdVector<TVector, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => FromRounded<TVector, T>(n + RoundingShift<TVector, T>());

    /// <summary>2ⁿ from n + <see cref="RoundingShift"/>, whose low bits are the integer n.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector FromRounded<TVector, T>(TVector shifted)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => TVector.AddBits(TVector.ShiftLeftBits(shifted, typeof(T) == typeof(float) ? 23 : 52), TVector.Constant(1));

    /// <summary>1.5·2ᵖ with p the number of fraction bits: adding it rounds to an integer, which then stands in the low bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector RoundingShift<TVector, T>() where TVector : struct, ISimdVector<TVector, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => TVector.Constant(typeof(T) == typeof(float) ? 12582912.0 : 6755399441055744.0);
}
