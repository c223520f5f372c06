using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// Four vectors taken through a function in lock-step: each operation is issued for all four before the next one, so four independent
/// chains hide the latency of a long polynomial or a division that one chain would wait for.
/// </summary>
[SuppressMessage("Performance", "CA1815", Justification = "Registers, never compared as an object.")]
internal readonly unsafe struct Lockstep4<TVector, T> : ISimdVector<Lockstep4<TVector, T>, T>
    where TVector : struct, ISimdVector<TVector, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly TVector _a;
    private readonly TVector _b;
    private readonly TVector _c;
    private readonly TVector _d;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Lockstep4(TVector a, TVector b, TVector c, TVector d)
    {
        _a = a;
        _b = b;
        _c = c;
        _d = d;
    }

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4 * TVector.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> Create(T value)
    {
        var all = TVector.Create(value);
        return new(all, all, all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> Constant(double value)
    {
        var all = TVector.Constant(value);
        return new(all, all, all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> FromBits(long bits)
    {
        var all = TVector.FromBits(bits);
        return new(all, all, all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> Load(T* source) => new(
        TVector.Load(source),
        TVector.Load(source + TVector.Count),
        TVector.Load(source + (2 * TVector.Count)),
        TVector.Load(source + (3 * TVector.Count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> LoadPartial(T* source, int count) => new(
        TVector.LoadPartial(source, Share(count, 0)),
        TVector.LoadPartial(source + TVector.Count, Share(count, 1)),
        TVector.LoadPartial(source + (2 * TVector.Count), Share(count, 2)),
        TVector.LoadPartial(source + (3 * TVector.Count), Share(count, 3)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lockstep4<TVector, T> value, T* destination)
    {
        TVector.Store(value._a, destination);
        TVector.Store(value._b, destination + TVector.Count);
        TVector.Store(value._c, destination + (2 * TVector.Count));
        TVector.Store(value._d, destination + (3 * TVector.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(Lockstep4<TVector, T> value, T* destination, int count)
    {
        TVector.StorePartial(value._a, destination, Share(count, 0));
        TVector.StorePartial(value._b, destination + TVector.Count, Share(count, 1));
        TVector.StorePartial(value._c, destination + (2 * TVector.Count), Share(count, 2));
        TVector.StorePartial(value._d, destination + (3 * TVector.Count), Share(count, 3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> operator +(Lockstep4<TVector, T> a, Lockstep4<TVector, T> b)
        => new(a._a + b._a, a._b + b._b, a._c + b._c, a._d + b._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> operator -(Lockstep4<TVector, T> a, Lockstep4<TVector, T> b)
        => new(a._a - b._a, a._b - b._b, a._c - b._c, a._d - b._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> operator *(Lockstep4<TVector, T> a, Lockstep4<TVector, T> b)
        => new(a._a * b._a, a._b * b._b, a._c * b._c, a._d * b._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> operator /(Lockstep4<TVector, T> a, Lockstep4<TVector, T> b)
        => new(a._a / b._a, a._b / b._b, a._c / b._c, a._d / b._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> operator -(Lockstep4<TVector, T> a) => new(-a._a, -a._b, -a._c, -a._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> operator &(Lockstep4<TVector, T> a, Lockstep4<TVector, T> b)
        => new(a._a & b._a, a._b & b._b, a._c & b._c, a._d & b._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> operator |(Lockstep4<TVector, T> a, Lockstep4<TVector, T> b)
        => new(a._a | b._a, a._b | b._b, a._c | b._c, a._d | b._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> operator ^(Lockstep4<TVector, T> a, Lockstep4<TVector, T> b)
        => new(a._a ^ b._a, a._b ^ b._b, a._c ^ b._c, a._d ^ b._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> MultiplyAdd(Lockstep4<TVector, T> a, Lockstep4<TVector, T> b, Lockstep4<TVector, T> c)
        => new(
            TVector.MultiplyAdd(a._a, b._a, c._a),
            TVector.MultiplyAdd(a._b, b._b, c._b),
            TVector.MultiplyAdd(a._c, b._c, c._c),
            TVector.MultiplyAdd(a._d, b._d, c._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> NegateMultiplyAdd(Lockstep4<TVector, T> a, Lockstep4<TVector, T> b, Lockstep4<TVector, T> c)
        => new(
            TVector.NegateMultiplyAdd(a._a, b._a, c._a),
            TVector.NegateMultiplyAdd(a._b, b._b, c._b),
            TVector.NegateMultiplyAdd(a._c, b._c, c._c),
            TVector.NegateMultiplyAdd(a._d, b._d, c._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> MinNative(Lockstep4<TVector, T> a, Lockstep4<TVector, T> b)
        => new(
            TVector.MinNative(a._a, b._a),
            TVector.MinNative(a._b, b._b),
            TVector.MinNative(a._c, b._c),
            TVector.MinNative(a._d, b._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> MaxNative(Lockstep4<TVector, T> a, Lockstep4<TVector, T> b)
        => new(
            TVector.MaxNative(a._a, b._a),
            TVector.MaxNative(a._b, b._b),
            TVector.MaxNative(a._c, b._c),
            TVector.MaxNative(a._d, b._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> Min(Lockstep4<TVector, T> a, Lockstep4<TVector, T> b)
        => new(
            TVector.Min(a._a, b._a),
            TVector.Min(a._b, b._b),
            TVector.Min(a._c, b._c),
            TVector.Min(a._d, b._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> Max(Lockstep4<TVector, T> a, Lockstep4<TVector, T> b)
        => new(
            TVector.Max(a._a, b._a),
            TVector.Max(a._b, b._b),
            TVector.Max(a._c, b._c),
            TVector.Max(a._d, b._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> Abs(Lockstep4<TVector, T> a)
        => new(
            TVector.Abs(a._a),
            TVector.Abs(a._b),
            TVector.Abs(a._c),
            TVector.Abs(a._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> Sqrt(Lockstep4<TVector, T> a)
        => new(
            TVector.Sqrt(a._a),
            TVector.Sqrt(a._b),
            TVector.Sqrt(a._c),
            TVector.Sqrt(a._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> Round(Lockstep4<TVector, T> a)
        => new(
            TVector.Round(a._a),
            TVector.Round(a._b),
            TVector.Round(a._c),
            TVector.Round(a._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> Truncate(Lockstep4<TVector, T> a)
        => new(
            TVector.Truncate(a._a),
            TVector.Truncate(a._b),
            TVector.Truncate(a._c),
            TVector.Truncate(a._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> ScaleByPowerOfTwo(Lockstep4<TVector, T> x, Lockstep4<TVector, T> n)
        => new(
            TVector.ScaleByPowerOfTwo(x._a, n._a),
            TVector.ScaleByPowerOfTwo(x._b, n._b),
            TVector.ScaleByPowerOfTwo(x._c, n._c),
            TVector.ScaleByPowerOfTwo(x._d, n._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> Equal(Lockstep4<TVector, T> a, Lockstep4<TVector, T> b)
        => new(
            TVector.Equal(a._a, b._a),
            TVector.Equal(a._b, b._b),
            TVector.Equal(a._c, b._c),
            TVector.Equal(a._d, b._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> LessThan(Lockstep4<TVector, T> a, Lockstep4<TVector, T> b)
        => new(
            TVector.LessThan(a._a, b._a),
            TVector.LessThan(a._b, b._b),
            TVector.LessThan(a._c, b._c),
            TVector.LessThan(a._d, b._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> LessThanOrEqual(Lockstep4<TVector, T> a, Lockstep4<TVector, T> b)
        => new(
            TVector.LessThanOrEqual(a._a, b._a),
            TVector.LessThanOrEqual(a._b, b._b),
            TVector.LessThanOrEqual(a._c, b._c),
            TVector.LessThanOrEqual(a._d, b._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> Select(Lockstep4<TVector, T> mask, Lockstep4<TVector, T> whenTrue, Lockstep4<TVector, T> whenFalse)
        => new(
            TVector.Select(mask._a, whenTrue._a, whenFalse._a),
            TVector.Select(mask._b, whenTrue._b, whenFalse._b),
            TVector.Select(mask._c, whenTrue._c, whenFalse._c),
            TVector.Select(mask._d, whenTrue._d, whenFalse._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Lockstep4<TVector, T> mask) => TVector.Any((mask._a | mask._b) | (mask._c | mask._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> AddBits(Lockstep4<TVector, T> a, Lockstep4<TVector, T> b)
        => new(
            TVector.AddBits(a._a, b._a),
            TVector.AddBits(a._b, b._b),
            TVector.AddBits(a._c, b._c),
            TVector.AddBits(a._d, b._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> SubtractBits(Lockstep4<TVector, T> a, Lockstep4<TVector, T> b)
        => new(
            TVector.SubtractBits(a._a, b._a),
            TVector.SubtractBits(a._b, b._b),
            TVector.SubtractBits(a._c, b._c),
            TVector.SubtractBits(a._d, b._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> ShiftLeftBits(Lockstep4<TVector, T> a, int count)
        => new(
            TVector.ShiftLeftBits(a._a, count),
            TVector.ShiftLeftBits(a._b, count),
            TVector.ShiftLeftBits(a._c, count),
            TVector.ShiftLeftBits(a._d, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep4<TVector, T> ShiftRightBits(Lockstep4<TVector, T> a, int count)
        => new(
            TVector.ShiftRightBits(a._a, count),
            TVector.ShiftRightBits(a._b, count),
            TVector.ShiftRightBits(a._c, count),
            TVector.ShiftRightBits(a._d, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T SumLanes(Lockstep4<TVector, T> a) => TVector.SumLanes((a._a + a._c) + (a._b + a._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxLane(Lockstep4<TVector, T> a) => T.Max(
        T.Max(TVector.MaxLane(a._a), TVector.MaxLane(a._c)),
        T.Max(TVector.MaxLane(a._b), TVector.MaxLane(a._d)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MinLane(Lockstep4<TVector, T> a) => T.Min(
        T.Min(TVector.MinLane(a._a), TVector.MinLane(a._c)),
        T.Min(TVector.MinLane(a._b), TVector.MinLane(a._d)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Share(int count, int part) => Math.Clamp(count - (part * TVector.Count), 0, TVector.Count);
}
