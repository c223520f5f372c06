using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralOde.Vectors;

/// <summary>One 128-bit register.</summary>
[SuppressMessage("Performance", "CA1815", Justification = "A register, never compared as an object.")]
internal readonly unsafe struct Simd128<T> : ISimdVector<Simd128<T>, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Vector128<T> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Simd128(Vector128<T> value) => _value = value;

    internal Vector128<T> Value => _value;

    public static int Count => Vector128<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> Create(T value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> Constant(double value) => typeof(T) == typeof(float)
        ? new(Vector128.Create((float)value).As<float, T>())
        : new(Vector128.Create(value).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> FromBits(long bits) => typeof(T) == typeof(float)
        ? new(Vector128.Create((int)bits).As<int, T>())
        : new(Vector128.Create(bits).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> Load(T* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> LoadPartial(T* source, int count)
    {
        if (typeof(T) == typeof(float) && Avx2.IsSupported)
        {
            return new(Avx.MaskLoad((float*)source, FirstSingles(count)).As<float, T>());
        }

        if (typeof(T) == typeof(double) && Avx2.IsSupported)
        {
            return new(Avx.MaskLoad((double*)source, FirstDoubles(count)).As<double, T>());
        }

        if (typeof(T) == typeof(double))
        {
            return new((count > 1 ? Vector128.Load((double*)source) : count > 0 ? Vector128.CreateScalar(*(double*)source) : Vector128<double>.Zero).As<double, T>());
        }

        float* first = (float*)source;
        return count switch
        {
            0 => new(Vector128<T>.Zero),
            1 => new(Vector128.CreateScalar(*first).As<float, T>()),
            2 => new(Vector128.CreateScalar(Unsafe.ReadUnaligned<long>(first)).As<long, T>()),
            3 => new(Vector128.CreateScalar(Unsafe.ReadUnaligned<long>(first)).AsSingle().WithElement(2, first[2]).As<float, T>()),
            _ => Load(source),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Simd128<T> value, T* destination) => value._value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(Simd128<T> value, T* destination, int count)
    {
        if (typeof(T) == typeof(float) && Avx2.IsSupported)
        {
            Avx.MaskStore((float*)destination, FirstSingles(count), value._value.As<T, float>());
        }
        else if (typeof(T) == typeof(double) && Avx2.IsSupported)
        {
            Avx.MaskStore((double*)destination, FirstDoubles(count), value._value.As<T, double>());
        }
        else if (count * sizeof(T) >= 16)
        {
            Store(value, destination);
        }
        else
        {
            // 0, 1, 2 or 3 floats, 0 or 1 double.
            Vector128<T> v = value._value;
            if (count * sizeof(T) >= 8)
            {
                Unsafe.WriteUnaligned(destination, v.As<T, long>().ToScalar());
                v = typeof(T) == typeof(float) ? v.WithElement(0, v.GetElement(2)) : v;
            }

            if (typeof(T) == typeof(float) && (count & 1) != 0)
            {
                destination[count - 1] = v.ToScalar();
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> FirstLanes(int count) => typeof(T) == typeof(float)
        ? new(FirstSingles(count).As<float, T>())
        : new(FirstDoubles(count).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> operator +(Simd128<T> a, Simd128<T> b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> operator -(Simd128<T> a, Simd128<T> b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> operator *(Simd128<T> a, Simd128<T> b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> operator /(Simd128<T> a, Simd128<T> b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> operator -(Simd128<T> a) => new(-a._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> operator &(Simd128<T> a, Simd128<T> b) => new(a._value & b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> operator |(Simd128<T> a, Simd128<T> b) => new(a._value | b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> operator ^(Simd128<T> a, Simd128<T> b) => new(a._value ^ b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> MultiplyAdd(Simd128<T> a, Simd128<T> b, Simd128<T> c) => !FusedArithmetic.IsSupported ? new((a._value * b._value) + c._value)
        : typeof(T) == typeof(float)
        ? new(Vector128.FusedMultiplyAdd(a._value.As<T, float>(), b._value.As<T, float>(), c._value.As<T, float>()).As<float, T>())
        : new(Vector128.FusedMultiplyAdd(a._value.As<T, double>(), b._value.As<T, double>(), c._value.As<T, double>()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> MultiplyAdd(Simd128<T> a, T* b, Simd128<T> c) => !FusedArithmetic.IsSupported ? MultiplyAdd(a, Load(b), c)
        : typeof(T) == typeof(float)
        ? new(Vector128.FusedMultiplyAdd(a._value.As<T, float>(), Vector128.Load((float*)b), c._value.As<T, float>()).As<float, T>())
        : new(Vector128.FusedMultiplyAdd(a._value.As<T, double>(), Vector128.Load((double*)b), c._value.As<T, double>()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> NegateMultiplyAdd(Simd128<T> a, Simd128<T> b, Simd128<T> c) => MultiplyAdd(new(-a._value), b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> MinNative(Simd128<T> a, Simd128<T> b) => new(Vector128.MinNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> MaxNative(Simd128<T> a, Simd128<T> b) => new(Vector128.MaxNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> Min(Simd128<T> a, Simd128<T> b) => new(Vector128.Min(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> Max(Simd128<T> a, Simd128<T> b) => new(Vector128.Max(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> Abs(Simd128<T> a) => new(Vector128.Abs(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> Sqrt(Simd128<T> a) => new(Vector128.Sqrt(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> Round(Simd128<T> a) => typeof(T) == typeof(float)
        ? new(Vector128.Round(a._value.As<T, float>()).As<float, T>())
        : new(Vector128.Round(a._value.As<T, double>()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> Truncate(Simd128<T> a) => typeof(T) == typeof(float)
        ? new(Vector128.Truncate(a._value.As<T, float>()).As<float, T>())
        : new(Vector128.Truncate(a._value.As<T, double>()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> ScaleByPowerOfTwo(Simd128<T> x, Simd128<T> n) => PowerOfTwo.Scale<Simd128<T>, T>(x, n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> Equal(Simd128<T> a, Simd128<T> b) => new(Vector128.Equals(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> LessThan(Simd128<T> a, Simd128<T> b) => new(Vector128.LessThan(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> LessThanOrEqual(Simd128<T> a, Simd128<T> b) => new(Vector128.LessThanOrEqual(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> Select(Simd128<T> mask, Simd128<T> whenTrue, Simd128<T> whenFalse)
        => new(Vector128.ConditionalSelect(mask._value, whenTrue._value, whenFalse._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Simd128<T> mask) => typeof(T) == typeof(float)
        ? mask._value.As<T, int>() != Vector128<int>.Zero
        : mask._value.As<T, long>() != Vector128<long>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsZero(Simd128<T> a) => Vector128.EqualsAll(a._value, Vector128<T>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> AddBits(Simd128<T> a, Simd128<T> b) => typeof(T) == typeof(float)
        ? new((a._value.As<T, int>() + b._value.As<T, int>()).As<int, T>())
        : new((a._value.As<T, long>() + b._value.As<T, long>()).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> SubtractBits(Simd128<T> a, Simd128<T> b) => typeof(T) == typeof(float)
        ? new((a._value.As<T, int>() - b._value.As<T, int>()).As<int, T>())
        : new((a._value.As<T, long>() - b._value.As<T, long>()).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> ShiftLeftBits(Simd128<T> a, int count) => typeof(T) == typeof(float)
        ? new((a._value.As<T, int>() << count).As<int, T>())
        : new((a._value.As<T, long>() << count).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128<T> ShiftRightBits(Simd128<T> a, int count) => typeof(T) == typeof(float)
        ? new((a._value.As<T, int>() >> count).As<int, T>())
        : new((a._value.As<T, long>() >> count).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Interleave(Simd128<T> a, Simd128<T> b, out Simd128<T> low, out Simd128<T> high)
    {
        if (typeof(T) == typeof(float))
        {
            (Vector128<float> x, Vector128<float> y) = (a._value.As<T, float>(), b._value.As<T, float>());
            low = new((Sse.IsSupported ? Sse.UnpackLow(x, y) : Vector128.Create(x[0], y[0], x[1], y[1])).As<float, T>());
            high = new((Sse.IsSupported ? Sse.UnpackHigh(x, y) : Vector128.Create(x[2], y[2], x[3], y[3])).As<float, T>());
        }
        else
        {
            low = new(Vector128.Create(a._value.GetLower(), b._value.GetLower()));
            high = new(Vector128.Create(a._value.GetUpper(), b._value.GetUpper()));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T SumLanes(Simd128<T> a)
    {
        Vector128<T> v = a._value;
        return typeof(T) == typeof(float)
            ? v.GetElement(0) + v.GetElement(2) + (v.GetElement(1) + v.GetElement(3))
            : v.GetElement(0) + v.GetElement(1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T SumNeighbors(Simd128<T> a) => Vector128.Sum(a._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxLane(Simd128<T> a)
    {
        Vector128<T> v = a._value;
        return typeof(T) == typeof(float)
            ? T.Max(T.Max(v.GetElement(0), v.GetElement(2)), T.Max(v.GetElement(1), v.GetElement(3)))
            : T.Max(v.GetElement(0), v.GetElement(1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MinLane(Simd128<T> a)
    {
        Vector128<T> v = a._value;
        return typeof(T) == typeof(float)
            ? T.Min(T.Min(v.GetElement(0), v.GetElement(2)), T.Min(v.GetElement(1), v.GetElement(3)))
            : T.Min(v.GetElement(0), v.GetElement(1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> FirstSingles(int count) => Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> FirstDoubles(int count) => Vector128.LessThan(Vector128<long>.Indices, Vector128.Create((long)count)).AsDouble();
}
