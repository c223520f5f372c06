using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralOde.Vectors;

/// <summary>One 256-bit register.</summary>
[SuppressMessage("Performance", "CA1815", Justification = "A register, never compared as an object.")]
internal readonly unsafe struct Simd256<T> : ISimdVector<Simd256<T>, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Vector256<T> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Simd256(Vector256<T> value) => _value = value;

    internal Vector256<T> Value => _value;

    public static int Count => Vector256<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> Create(T value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> Constant(double value) => typeof(T) == typeof(float)
        ? new(Vector256.Create((float)value).As<float, T>())
        : new(Vector256.Create(value).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> FromBits(long bits) => typeof(T) == typeof(float)
        ? new(Vector256.Create((int)bits).As<int, T>())
        : new(Vector256.Create(bits).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> Load(T* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> LoadPartial(T* source, int count)
    {
        if (typeof(T) == typeof(float) && Avx2.IsSupported)
        {
            return new(Avx.MaskLoad((float*)source, FirstSingles(count)).As<float, T>());
        }

        if (typeof(T) == typeof(double) && Avx2.IsSupported)
        {
            return new(Avx.MaskLoad((double*)source, FirstDoubles(count)).As<double, T>());
        }

        Vector256<T> buffer = Vector256<T>.Zero;
        Unsafe.CopyBlockUnaligned(&buffer, source, (uint)(count * sizeof(T)));
        return new(buffer);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Simd256<T> value, T* destination) => value._value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(Simd256<T> value, T* destination, int count)
    {
        if (typeof(T) == typeof(float) && Avx2.IsSupported)
        {
            Avx.MaskStore((float*)destination, FirstSingles(count), value._value.As<T, float>());
        }
        else if (typeof(T) == typeof(double) && Avx2.IsSupported)
        {
            Avx.MaskStore((double*)destination, FirstDoubles(count), value._value.As<T, double>());
        }
        else
        {
            Vector256<T> buffer = value._value;
            Unsafe.CopyBlockUnaligned(destination, &buffer, (uint)(count * sizeof(T)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> FirstLanes(int count) => typeof(T) == typeof(float)
        ? new(FirstSingles(count).As<float, T>())
        : new(FirstDoubles(count).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> operator +(Simd256<T> a, Simd256<T> b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> operator -(Simd256<T> a, Simd256<T> b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> operator *(Simd256<T> a, Simd256<T> b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> operator /(Simd256<T> a, Simd256<T> b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> operator -(Simd256<T> a) => new(-a._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> operator &(Simd256<T> a, Simd256<T> b) => new(a._value & b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> operator |(Simd256<T> a, Simd256<T> b) => new(a._value | b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> operator ^(Simd256<T> a, Simd256<T> b) => new(a._value ^ b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> MultiplyAdd(Simd256<T> a, Simd256<T> b, Simd256<T> c) => !FusedArithmetic.IsSupported ? new((a._value * b._value) + c._value)
        : typeof(T) == typeof(float)
        ? new(Vector256.FusedMultiplyAdd(a._value.As<T, float>(), b._value.As<T, float>(), c._value.As<T, float>()).As<float, T>())
        : new(Vector256.FusedMultiplyAdd(a._value.As<T, double>(), b._value.As<T, double>(), c._value.As<T, double>()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> MultiplyAdd(Simd256<T> a, T* b, Simd256<T> c) => !FusedArithmetic.IsSupported ? MultiplyAdd(a, Load(b), c)
        : typeof(T) == typeof(float)
        ? new(Vector256.FusedMultiplyAdd(a._value.As<T, float>(), Vector256.Load((float*)b), c._value.As<T, float>()).As<float, T>())
        : new(Vector256.FusedMultiplyAdd(a._value.As<T, double>(), Vector256.Load((double*)b), c._value.As<T, double>()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> NegateMultiplyAdd(Simd256<T> a, Simd256<T> b, Simd256<T> c) => MultiplyAdd(new(-a._value), b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> MinNative(Simd256<T> a, Simd256<T> b) => new(Vector256.MinNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> MaxNative(Simd256<T> a, Simd256<T> b) => new(Vector256.MaxNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> Min(Simd256<T> a, Simd256<T> b) => new(Vector256.Min(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> Max(Simd256<T> a, Simd256<T> b) => new(Vector256.Max(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> Abs(Simd256<T> a) => new(Vector256.Abs(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> Sqrt(Simd256<T> a) => new(Vector256.Sqrt(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> Round(Simd256<T> a) => typeof(T) == typeof(float)
        ? new(Vector256.Round(a._value.As<T, float>()).As<float, T>())
        : new(Vector256.Round(a._value.As<T, double>()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> Truncate(Simd256<T> a) => typeof(T) == typeof(float)
        ? new(Vector256.Truncate(a._value.As<T, float>()).As<float, T>())
        : new(Vector256.Truncate(a._value.As<T, double>()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> ScaleByPowerOfTwo(Simd256<T> x, Simd256<T> n) => PowerOfTwo.Scale<Simd256<T>, T>(x, n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> Equal(Simd256<T> a, Simd256<T> b) => new(Vector256.Equals(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> LessThan(Simd256<T> a, Simd256<T> b) => new(Vector256.LessThan(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> LessThanOrEqual(Simd256<T> a, Simd256<T> b) => new(Vector256.LessThanOrEqual(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> Select(Simd256<T> mask, Simd256<T> whenTrue, Simd256<T> whenFalse)
        => new(Vector256.ConditionalSelect(mask._value, whenTrue._value, whenFalse._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Simd256<T> mask) => typeof(T) == typeof(float)
        ? mask._value.As<T, int>() != Vector256<int>.Zero
        : mask._value.As<T, long>() != Vector256<long>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsZero(Simd256<T> a) => Vector256.EqualsAll(a._value, Vector256<T>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> AddBits(Simd256<T> a, Simd256<T> b) => typeof(T) == typeof(float)
        ? new((a._value.As<T, int>() + b._value.As<T, int>()).As<int, T>())
        : new((a._value.As<T, long>() + b._value.As<T, long>()).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> SubtractBits(Simd256<T> a, Simd256<T> b) => typeof(T) == typeof(float)
        ? new((a._value.As<T, int>() - b._value.As<T, int>()).As<int, T>())
        : new((a._value.As<T, long>() - b._value.As<T, long>()).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> ShiftLeftBits(Simd256<T> a, int count) => typeof(T) == typeof(float)
        ? new((a._value.As<T, int>() << count).As<int, T>())
        : new((a._value.As<T, long>() << count).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256<T> ShiftRightBits(Simd256<T> a, int count) => typeof(T) == typeof(float)
        ? new((a._value.As<T, int>() >> count).As<int, T>())
        : new((a._value.As<T, long>() >> count).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Interleave(Simd256<T> a, Simd256<T> b, out Simd256<T> low, out Simd256<T> high)
    {
        Simd128<T>.Interleave(new(a._value.GetLower()), new(b._value.GetLower()), out Simd128<T> low0, out Simd128<T> low1);
        Simd128<T>.Interleave(new(a._value.GetUpper()), new(b._value.GetUpper()), out Simd128<T> high0, out Simd128<T> high1);
        low = new(Vector256.Create(low0.Value, low1.Value));
        high = new(Vector256.Create(high0.Value, high1.Value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T SumLanes(Simd256<T> a) => Simd128<T>.SumLanes(new(a._value.GetLower() + a._value.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T SumNeighbors(Simd256<T> a) => Vector256.Sum(a._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxLane(Simd256<T> a) => Simd128<T>.MaxLane(new(Vector128.Max(a._value.GetLower(), a._value.GetUpper())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MinLane(Simd256<T> a) => Simd128<T>.MinLane(new(Vector128.Min(a._value.GetLower(), a._value.GetUpper())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> FirstSingles(int count) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> FirstDoubles(int count) => Vector256.LessThan(Vector256<long>.Indices, Vector256.Create((long)count)).AsDouble();
}
