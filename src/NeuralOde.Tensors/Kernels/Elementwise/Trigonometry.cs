namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// Sine and cosine: |x| = n·π/2 + r with |r| ≤ π/4, minimax polynomials of r, and the quadrant n to choose among them.
/// </summary>
/// <remarks>
/// π/2 in three parts of full precision (Cody and Waite, with exact products) is enough up to 131,072 in single precision and 2³⁰ in double.
/// Larger and infinite lanes go one at a time to <see cref="Math.Sin"/> and <see cref="Math.Cos"/>.
/// </remarks>
internal static class Trigonometry
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sin<TVector, T>(TVector x) where TVector : struct, ISimdVector<TVector, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector magnitude = TVector.Abs(x);
        TVector large = TVector.LessThan(Limit<TVector, T>(), magnitude);
        // Of |x|, because then a zero keeps its sign.
        TVector quadrant = Reduce<TVector, T>(magnitude, out TVector r);
        TVector sin = Quadrant<TVector, T>(quadrant, r) ^ (x & TVector.Constant(-0.0));
        return TVector.Any(large) ? TVector.Select(large, Lanes.Map<TVector, T, ScalarSin<T>>(x), sin) : sin;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Cos<TVector, T>(TVector x) where TVector : struct, ISimdVector<TVector, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector magnitude = TVector.Abs(x);
        TVector large = TVector.LessThan(Limit<TVector, T>(), magnitude);
        TVector quadrant = Reduce<TVector, T>(magnitude, out TVector r);
        TVector cos = Quadrant<TVector, T>(TVector.AddBits(quadrant, TVector.FromBits(1)), r);
        return TVector.Any(large) ? TVector.Select(large, Lanes.Map<TVector, T, ScalarCos<T>>(x), cos) : cos;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Limit<TVector, T>() where TVector : struct, ISimdVector<TVector, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => TVector.Constant(typeof(T) == typeof(float) ? 131072 : 1073741824);

    /// <summary>r = x − n·π/2; the low bits of what is returned are n.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Reduce<TVector, T>(TVector x, out TVector r)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector shift = PowerOfTwo.RoundingShift<TVector, T>();
        TVector shifted = TVector.MultiplyAdd(x, TVector.Constant(0.63661977236758134308), shift);
        TVector n = shifted - shift;
        bool single = typeof(T) == typeof(float);
        r = FusedArithmetic.Cancel<TVector, T>(n, TVector.Constant(single ? 1.5707963705062866 : 1.5707963267948966), x);
        r = FusedArithmetic.Cancel<TVector, T>(n, TVector.Constant(single ? -4.371138828673793e-08 : 6.123233995736766e-17), r);
        r = TVector.NegateMultiplyAdd(n, TVector.Constant(single ? -1.7151245100058819e-15 : -1.4973849048591698e-33), r);
        return shifted;
    }

    /// <summary>sin(r + n·π/2) for |r| ≤ π/4, with n in the low bits of <paramref name="quadrant"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Quadrant<TVector, T>(TVector quadrant, TVector r)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // sin r = r + r·z·p(z) and cos r = 1 − z/2 + z²·q(z) with z = r²: relative errors 2⁻²⁸ and 2⁻³³ (single), 2⁻⁵⁸ and 2⁻⁶⁴ (double), Remez exchange at 60 digits.
        TVector z = r * r;
        TVector p;
        TVector q;
        if (typeof(T) == typeof(float))
        {
            p = Polynomial.Evaluate<TVector, T>(z, -0.16666655242443085, 0.008332176133990288, -0.00019517005421221256);
            q = Polynomial.Evaluate<TVector, T>(z, 0.04166664555668831, -0.0013887365348637104, 2.4438202672172338e-05);
        }
        else
        {
            p = Polynomial.Evaluate<TVector, T>(
                z, -0.16666666666666632, 0.008333333333322384, -0.00019841269829780028, 2.755731368125144e-06, -2.5050756313099137e-08, 1.5896684612901163e-10);
            q = Polynomial.Evaluate<TVector, T>(
                z, 0.0416666666666666, -0.0013888888888874183, 2.4801587289507233e-05, -2.7557314357012474e-07, 2.087572363200893e-09, -1.1359654514252733e-11);
        }

        TVector sin = TVector.MultiplyAdd(z * p, r, r);
        TVector cos = TVector.MultiplyAdd(z * z, q, TVector.MultiplyAdd(TVector.Constant(-0.5), z, TVector.Constant(1)));

        // Bit 0 of n chooses the function: moved to the top and spread over the lane. Bit 1 is the sign.
        int top = typeof(T) == typeof(float) ? 31 : 63;
        TVector odd = TVector.ShiftRightBits(TVector.ShiftLeftBits(quadrant, top), top);
        TVector sign = TVector.ShiftLeftBits(quadrant, top - 1) & TVector.Constant(-0.0);
        return TVector.Select(odd, cos, sin) ^ sign;
    }

    private readonly struct ScalarSin<T> : IScalarFunction<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static T Invoke(T x) => T.CreateTruncating(Math.Sin(double.CreateTruncating(x)));
    }

    private readonly struct ScalarCos<T> : IScalarFunction<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static T Invoke(T x) => T.CreateTruncating(Math.Cos(double.CreateTruncating(x)));
    }
}
