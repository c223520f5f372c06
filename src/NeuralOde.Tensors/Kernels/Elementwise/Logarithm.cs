namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// The natural logarithm: x = 2ᵉ(1 + f) with 1 + f in [√½, √2), then ln x = e·ln 2 + ln(1 + f) with a minimax polynomial.
/// </summary>
internal static class Logarithm
{
    // The bits of √½: subtracting them carries the fraction's upper part into the exponent field, which centers 1 + f on 1.
    private const long SqrtHalfSingle = 0x3F3504F3;
    private const long SqrtHalfDouble = 0x3FE6A09E667F3BCD;

    /// <summary>ln x: exact special cases, subnormals in full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Log<TVector, T>(TVector x) where TVector : struct, ISimdVector<TVector, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool single = typeof(T) == typeof(float);
        TVector subnormal = TVector.LessThan(x, TVector.Constant(single ? 1.17549435e-38 : 2.2250738585072014e-308));
        TVector raised = TVector.Select(subnormal, x * TVector.Constant(single ? 4294967296.0 : 18446744073709551616.0), x);
        TVector exponent = SplitExponent<TVector, T>(raised, out TVector mantissa) - (subnormal & TVector.Constant(single ? 32 : 64));
        TVector log = LogOnePlus<TVector, T>(mantissa - TVector.Constant(1), exponent);
        return SpecialCases<TVector, T>(x, x, log);
    }

    /// <summary>ln(1 + x): exact special cases; a zero keeps its sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Log1p<TVector, T>(TVector x) where TVector : struct, ISimdVector<TVector, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector one = TVector.Constant(1);
        TVector sum = one + x;
        TVector exponent = SplitExponent<TVector, T>(sum, out TVector mantissa);

        // (1 + x)·2⁻ᵉ − 1 straight from x, so the rounding of 1 + x does not count; where x is so large that 1 is lost in it, from the sum.
        TVector scale = PowerOfTwo.FromInteger<TVector, T>(-exponent);
        TVector f = TVector.Select(
            TVector.LessThan(x, TVector.Constant(typeof(T) == typeof(float) ? 1073741824.0 : 1152921504606846976.0)),
            TVector.MultiplyAdd(x, scale, scale - one),
            mantissa - one);
        TVector log = LogOnePlus<TVector, T>(f, exponent) | (x & TVector.Constant(-0.0));
        return SpecialCases<TVector, T>(sum, x, log);
    }

    /// <summary>ln(1 + x) for x in [0, 1], or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Log1pOfUnit<TVector, T>(TVector x) where TVector : struct, ISimdVector<TVector, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // 1 + f stays within [1, √2) or [√½, 1] without looking at bits: halve above √2 − 1.
        TVector upper = TVector.LessThan(TVector.Constant(0.41421356237309503), x);
        TVector f = TVector.Select(upper, TVector.MultiplyAdd(x, TVector.Constant(0.5), TVector.Constant(-0.5)), x);
        return LogOnePlus<TVector, T>(f, upper & TVector.Constant(1));
    }

    /// <summary>The log where <paramref name="argument"/> is positive and finite; −∞ at zero, NaN below, and <paramref name="input"/> itself at +∞ and NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector SpecialCases<TVector, T>(TVector argument, TVector input, TVector log)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector zero = TVector.Constant(0);
        TVector finite = TVector.LessThan(argument, TVector.Constant(double.PositiveInfinity));
        TVector special = TVector.Select(TVector.LessThan(argument, zero), TVector.Constant(double.NaN), input);
        special = TVector.Select(TVector.Equal(argument, zero), TVector.Constant(double.NegativeInfinity), special);
        return TVector.Select(TVector.LessThan(zero, argument) & finite, log, special);
    }

    /// <summary>e and 1 + f of a positive normal x = 2ᵉ(1 + f).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector SplitExponent<TVector, T>(TVector x, out TVector mantissa)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool single = typeof(T) == typeof(float);
        int fractionBits = single ? 23 : 52;
        TVector offset = TVector.SubtractBits(x, TVector.FromBits(single ? SqrtHalfSingle : SqrtHalfDouble));
        TVector exponent = TVector.ShiftRightBits(offset, fractionBits);
        mantissa = TVector.SubtractBits(x, TVector.ShiftLeftBits(exponent, fractionBits));

        // An integer added to the bits of 1.5·2ᵖ is that number plus the integer.
        TVector shift = PowerOfTwo.RoundingShift<TVector, T>();
        return TVector.AddBits(exponent, shift) - shift;
    }

    /// <summary>e·ln 2 + ln(1 + f) for 1 + f in [√½, √2].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector LogOnePlus<TVector, T>(TVector f, TVector exponent)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Minimax polynomials by Remez exchange at 60 digits; ln 2 in two parts of full precision.
        if (typeof(T) == typeof(float))
        {
            // ln(1 + f) = f − f²/2 + f³·p(f), relative error 2⁻³⁰.
            TVector square = f * f;
            TVector p = Polynomial.Continue<TVector, T>(
                Polynomial.Evaluate<TVector, T>(f, 0.11872588098049164, -0.11790706217288971, 0.06917192786931992),
                f,
                0.3333331048488617,
                -0.24999986588954926,
                0.20002222061157227,
                -0.1666925847530365,
                0.14218714833259583,
                -0.12384209781885147);
            TVector tail = TVector.MultiplyAdd(square * f, p, exponent * TVector.Constant(-1.9046542121259336e-09));
            tail = TVector.MultiplyAdd(TVector.Constant(-0.5), square, tail);
            return FusedArithmetic.Cancel<TVector, T>(-exponent, TVector.Constant(0.6931471824645996), f + tail);
        }
        else
        {
            // With s = f/(2 + f): ln(1 + f) = 2 artanh s = f − (f²/2 − s(f²/2 + s²·R(s²))), relative error 2⁻⁵⁸; this form as in fdlibm's e_log.c (Sun Microsystems, 1993).
            TVector s = f / (TVector.Constant(2) + f);
            TVector z = s * s;
            TVector r = z * Polynomial.Evaluate<TVector, T>(
                z, 0.6666666666666735, 0.3999999999941186, 0.2857142874319746, 0.22222198474638444, 0.18183570144438005, 0.15313885684545606, 0.14797746283842958);
            TVector half = TVector.Constant(0.5) * f * f;
            TVector tail = TVector.MultiplyAdd(s, half + r, exponent * TVector.Constant(2.3190468138462996e-17));
            return FusedArithmetic.Cancel<TVector, T>(-exponent, TVector.Constant(0.6931471805599453), f - (half - tail));
        }
    }
}
