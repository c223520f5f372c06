namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// The error function and the normal distribution. The complement is taken as <c>erfc x = e^(−x²)·p(s)/(1 + 2x)</c> for x ≥ 0, where (1 + 2x)·e^(x²)·erfc x
/// is a polynomial of s = (a·x − k)/(x + k), which runs from −1 at 0 to 1 where the function underflows: the form of Shepherd and Laframboise (1981),
/// over a finite range. So the tail keeps its relative accuracy.
/// </summary>
/// <remarks>
/// Coefficients: interpolation at Chebyshev's points at 60 digits; relative errors below 2⁻²⁸ (single) and 2⁻⁵² (double), which is the rounding of
/// the coefficients.
/// </remarks>
internal static class ErrorFunction
{
    /// <summary>erf x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Erf<TVector, T>(TVector x) where TVector : struct, ISimdVector<TVector, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector one = TVector.Constant(1);
        TVector sign = x & TVector.Constant(-0.0);

        // Beyond the clamp the complement is below half a unit in the last place of 1.
        TVector magnitude = TVector.MinNative(TVector.Constant(typeof(T) == typeof(float) ? 4 : 6), TVector.Abs(x));
        TVector square = magnitude * magnitude;
        TVector rest = FusedArithmetic.Cancel<TVector, T>(magnitude, magnitude, square);
        TVector far = one - (ExpOfMinus<TVector, T>(square, -rest) * Scaled<TVector, T>(magnitude));

        // Near 0 erf x = x·p(x²): 1 − erfc x would cancel.
        TVector near = magnitude * (typeof(T) == typeof(float)
            ? Polynomial.Evaluate<TVector, T>(
                square, 1.1283791658483509, -0.37612626666720334, 0.11283594715160218, -0.026854212010626412, 0.005189087423433974, -0.000801686428716587, 7.875875062685488e-05)
            : Polynomial.Continue<TVector, T>(
                Polynomial.Evaluate<TVector, T>(
                    square, 0.0001205533111164271, -1.4925595266831182e-05, 1.6461000484121368e-06, -1.6350312701054695e-07, 1.4659775274047436e-08,
                    -1.1372848856791674e-09, 5.957176147748911e-11),
                square, 1.1283791670955126, -0.3761263890318375, 0.11283791670954879, -0.026866170645076792, 0.0052239776248180145, -0.000854832698083379));
        return TVector.Select(TVector.LessThan(magnitude, one), near, far) | sign;
    }

    /// <summary>The normal distribution function Φ(x) for |x| clamped to where it is 0 or 1, with the density φ(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Normal<TVector, T>(TVector x, out TVector density)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector magnitude = TVector.Abs(Clamp<TVector, T>(x));
        TVector square = magnitude * magnitude;
        TVector half = TVector.Constant(0.5);
        TVector rest = FusedArithmetic.Cancel<TVector, T>(magnitude, magnitude, square) * half;
        TVector exponential = ExpOfMinus<TVector, T>(square * half, -rest);
        density = exponential * TVector.Constant(0.39894228040143268);
        TVector lower = half * exponential * Scaled<TVector, T>(magnitude * TVector.Constant(0.70710678118654752));
        return TVector.Select(TVector.LessThan(x, TVector.Constant(0)), lower, TVector.Constant(1) - lower);
    }

    /// <summary>x within the bounds beyond which Φ is 0 or 1, so that x·Φ(x) is never ∞·0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Clamp<TVector, T>(TVector x) where TVector : struct, ISimdVector<TVector, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double bound = typeof(T) == typeof(float) ? 15 : 39;
        return TVector.MaxNative(TVector.Constant(-bound), TVector.MinNative(TVector.Constant(bound), x));
    }

    /// <summary>e^(−x − rest) for x ≥ 0 and a rest of a rounding error: a square's rounding alone would cost x²/2 units in the last place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ExpOfMinus<TVector, T>(TVector x, TVector rest)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector e = Exponential.ExpNonPositive<TVector, T>(-x);
        return TVector.NegateMultiplyAdd(e, rest, e);
    }

    /// <summary>e^(x²)·erfc x for x ≥ 0 as far as erfc is not 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Scaled<TVector, T>(TVector x) where TVector : struct, ISimdVector<TVector, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector p;
        if (typeof(T) == typeof(float))
        {
            // k = 3; s = 1 at x = 10.
            TVector s = TVector.MultiplyAdd(TVector.Constant(1.6), x, TVector.Constant(-3)) / (x + TVector.Constant(3));
            p = Polynomial.Continue<TVector, T>(
                Polynomial.Evaluate<TVector, T>(s, -0.005039473958935504, -0.00035438280376283584, 0.00036644280262705247, -1.4974792012746002e-05, -2.0184879160049315e-05),
                s,
                1.2797924295321847,
                -0.06617646598846989,
                -0.10938430901417255,
                0.12841835660415227,
                -0.07623448206665435,
                0.02760788894251916);
        }
        else
        {
            // k = 3.75; s = 1 at x = 28.
            TVector s = TVector.MultiplyAdd(TVector.Constant(1.2678571428571428571), x, TVector.Constant(-3.75)) / (x + TVector.Constant(3.75));
            p = Polynomial.Evaluate<TVector, T>(
                s, -2.107765157561842e-08, -6.111121466992206e-09, 2.1862265190571295e-09, 6.963810972864853e-10, -1.4801577414451093e-10, -5.4141784888159407e-11);
            p = Polynomial.Continue<TVector, T>(
                p, s, 9.064856335358849e-07, 7.472764985820993e-06, -1.1835986068534048e-06, -6.134424897057184e-07, 1.7541533564862759e-07, 5.6098206857671387e-08);
            p = Polynomial.Continue<TVector, T>(
                p, s, -0.04053954209294104, 0.01592052776625737, -0.004150791169926995, 0.0003778201011238177, 0.00020076187925757694, -8.3453068846785e-05);
            p = Polynomial.Continue<TVector, T>(
                p, s, 1.2539674711853876, -0.12066783607454412, -0.028294804466573526, 0.10198698200412773, -0.10728411861801816, 0.07635790530016805);
        }

        return p / TVector.MultiplyAdd(TVector.Constant(2), x, TVector.Constant(1));
    }
}
