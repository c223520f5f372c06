namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// The exponential and its relatives: x = n·ln 2 + r with |r| ≤ ½ ln 2, then eʳ − 1 = r + r²·p(r) with a minimax polynomial p, then the scale 2ⁿ.
/// </summary>
internal static class Exponential
{
    private const double Log2E = 1.4426950408889634;

    /// <summary>eˣ over the whole range: overflow to +∞, gradual underflow through the subnormals to 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp<TVector, T>(TVector x) where TVector : struct, ISimdVector<TVector, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Just beyond where the result is +∞, so that 2ⁿ stays within reach of the scaling.
        x = TVector.MinNative(TVector.Constant(typeof(T) == typeof(float) ? 89 : 710), x);
        return ExpNonPositive<TVector, T>(x);
    }

    /// <summary>eˣ for x ≤ 0 (and up to where it overflows, no further).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector ExpNonPositive<TVector, T>(TVector x)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x = TVector.MaxNative(TVector.Constant(typeof(T) == typeof(float) ? -104 : -746), x);
        TVector q = ReducedExpm1<TVector, T>(x, out TVector shifted);
        return TVector.ScaleByPowerOfTwo(TVector.Constant(1) + q, shifted - PowerOfTwo.RoundingShift<TVector, T>());
    }

    /// <summary>eˣ − 1 over the whole range; a zero keeps its sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Expm1<TVector, T>(TVector x) where TVector : struct, ISimdVector<TVector, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool single = typeof(T) == typeof(float);
        TVector clamped = TVector.MinNative(TVector.Constant(single ? 89 : 710), TVector.MaxNative(TVector.Constant(single ? -40 : -60), x));
        TVector q = ReducedExpm1<TVector, T>(clamped, out TVector shifted);

        // Half the result, because 2ⁿ alone overflows a little before eˣ does; where n = 0, q is the result, and halving could lose a subnormal's last bit.
        TVector one = TVector.Constant(1);
        TVector halfScale = PowerOfTwo.FromRounded<TVector, T>(shifted - one);
        TVector half = TVector.MultiplyAdd(halfScale, q, halfScale - TVector.Constant(0.5));
        TVector result = TVector.Select(TVector.Equal(shifted, PowerOfTwo.RoundingShift<TVector, T>()), q, half + half);
        return result | (x & TVector.Constant(-0.0));
    }

    /// <summary>eˣ − 1 for |x| small enough that 2ⁿ is a normal number (|x| ≤ 87 in single precision, 708 in double); the sign of a zero is lost.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Expm1Moderate<TVector, T>(TVector x)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector q = ReducedExpm1<TVector, T>(x, out TVector shifted);
        TVector scale = PowerOfTwo.FromRounded<TVector, T>(shifted);
        return TVector.MultiplyAdd(scale, q, scale - TVector.Constant(1));
    }

    /// <summary>eˣ − 1 for x ≤ 0, −1 from where it rounds to that; the sign of a zero is lost.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Expm1NonPositive<TVector, T>(TVector x)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Expm1Moderate<TVector, T>(TVector.MaxNative(TVector.Constant(typeof(T) == typeof(float) ? -40 : -60), x));

    /// <summary>eʳ − 1 for the reduced argument r = x − n·ln 2, with n + <see cref="PowerOfTwo.RoundingShift"/> in <paramref name="shifted"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ReducedExpm1<TVector, T>(TVector x, out TVector shifted)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector shift = PowerOfTwo.RoundingShift<TVector, T>();
        shifted = TVector.MultiplyAdd(x, TVector.Constant(Log2E), shift);
        TVector n = shifted - shift;

        // ln 2 in two parts of full precision: the first subtraction is exact.
        // p approximates (eʳ − 1 − r)/r² with a relative error of eʳ − 1 below 2⁻³¹ (single) and 2⁻⁶¹ (double): Remez exchange at 60 digits.
        if (typeof(T) == typeof(float))
        {
            TVector r = FusedArithmetic.Cancel<TVector, T>(n, TVector.Constant(0.6931471824645996), x);
            r = TVector.NegateMultiplyAdd(n, TVector.Constant(-1.9046542121259336e-09), r);
            TVector p = Polynomial.Evaluate<TVector, T>(
                r, 0.5, 0.1666666716337204, 0.04166635498404503, 0.008333273231983185, 0.001394104678183794, 0.00019914258155040443);
            return TVector.MultiplyAdd(p, r * r, r);
        }
        else
        {
            TVector r = FusedArithmetic.Cancel<TVector, T>(n, TVector.Constant(0.6931471805599453), x);
            r = TVector.NegateMultiplyAdd(n, TVector.Constant(2.3190468138462996e-17), r);
            TVector p = Polynomial.Continue<TVector, T>(
                Polynomial.Evaluate<TVector, T>(r, 2.48015873608582e-05, 2.755724406867427e-06, 2.7557242520795483e-07, 2.510908825242361e-08, 2.0924513102673162e-09),
                r,
                0.5,
                0.16666666666666677,
                0.0416666666666667,
                0.008333333333321582,
                0.0013888888888866668,
                0.00019841269886258835);
            return TVector.MultiplyAdd(p, r * r, r);
        }
    }
}
