using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralOde.Solvers;

/// <summary>The arithmetic of small states in vectors.</summary>
internal static class StateVectors
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Create128<T>(T x, T y)
        where T : unmanaged => typeof(T) == typeof(float)
            ? Vector128.Create(Unsafe.BitCast<T, float>(x), Unsafe.BitCast<T, float>(y), 0, 0).As<float, T>()
            : Vector128.Create(Unsafe.BitCast<T, double>(x), Unsafe.BitCast<T, double>(y)).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Create256<T>(T x, T y, T z, T w)
        where T : unmanaged => typeof(T) == typeof(float)
            ? Vector256.Create(
                Vector128.Create(Unsafe.BitCast<T, float>(x), Unsafe.BitCast<T, float>(y), Unsafe.BitCast<T, float>(z), Unsafe.BitCast<T, float>(w)),
                Vector128<float>.Zero).As<float, T>()
            : Vector256.Create(
                Unsafe.BitCast<T, double>(x), Unsafe.BitCast<T, double>(y), Unsafe.BitCast<T, double>(z), Unsafe.BitCast<T, double>(w)).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> MultiplyAdd<T>(T weight, Vector128<T> x, Vector128<T> sum)
        where T : unmanaged => typeof(T) == typeof(float)
            ? Vector128.FusedMultiplyAdd(Vector128.Create(weight).As<T, float>(), x.As<T, float>(), sum.As<T, float>()).As<float, T>()
            : Vector128.FusedMultiplyAdd(Vector128.Create(weight).As<T, double>(), x.As<T, double>(), sum.As<T, double>()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> MultiplyAdd<T>(T weight, Vector256<T> x, Vector256<T> sum)
        where T : unmanaged => typeof(T) == typeof(float)
            ? Vector256.FusedMultiplyAdd(Vector256.Create(weight).As<T, float>(), x.As<T, float>(), sum.As<T, float>()).As<float, T>()
            : Vector256.FusedMultiplyAdd(Vector256.Create(weight).As<T, double>(), x.As<T, double>(), sum.As<T, double>()).As<double, T>();

    /// <summary>The squares of errors in units of their tolerances, as <see cref="FewComponents.Square{T}"/> has them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Squares<T>(Vector128<T> error, Vector128<T> before, Vector128<T> after, T absolute, T relative)
        where T : unmanaged
    {
        Vector128<T> scaled = error / MultiplyAdd(relative, Vector128.MaxNative(Vector128.Abs(before), Vector128.Abs(after)), Vector128.Create(absolute));
        return scaled * scaled;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Squares<T>(Vector256<T> error, Vector256<T> before, Vector256<T> after, T absolute, T relative)
        where T : unmanaged
    {
        Vector256<T> scaled = error / MultiplyAdd(relative, Vector256.MaxNative(Vector256.Abs(before), Vector256.Abs(after)), Vector256.Create(absolute));
        return scaled * scaled;
    }

    // A number less itself is zero, and not a number otherwise.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsFinite<T>(Vector128<T> x)
        where T : unmanaged => Vector128.EqualsAll(x - x, Vector128<T>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsFinite<T>(Vector256<T> x)
        where T : unmanaged => Vector256.EqualsAll(x - x, Vector256<T>.Zero);
}
