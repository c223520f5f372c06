using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Vectors;

/// <summary>
/// Two vectors that act as one of twice the length, so two independent chains hide each other's latency. Nested, it is a block of any power of
/// two of vectors, which is how a reduction has the same number of lanes, and therefore the same bits, at every width.
/// </summary>
[SuppressMessage("Performance", "CA1815", Justification = "Registers, never compared as an object.")]
internal readonly unsafe struct Lockstep2<TVector, T> : ISimdVector<Lockstep2<TVector, T>, T>
    where TVector : struct, ISimdVector<TVector, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly TVector _a;
    private readonly TVector _b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Lockstep2(TVector a, TVector b)
    {
        _a = a;
        _b = b;
    }

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TVector.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> Create(T value)
    {
        TVector all = TVector.Create(value);
        return new(all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> Constant(double value)
    {
        TVector all = TVector.Constant(value);
        return new(all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> FromBits(long bits)
    {
        TVector all = TVector.FromBits(bits);
        return new(all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> Load(T* source) => new(TVector.Load(source), TVector.Load(source + TVector.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> LoadPartial(T* source, int count) => new(
        TVector.LoadPartial(source, Share(count, 0)),
        TVector.LoadPartial(source + TVector.Count, Share(count, 1)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lockstep2<TVector, T> value, T* destination)
    {
        TVector.Store(value._a, destination);
        TVector.Store(value._b, destination + TVector.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(Lockstep2<TVector, T> value, T* destination, int count)
    {
        TVector.StorePartial(value._a, destination, Share(count, 0));
        TVector.StorePartial(value._b, destination + TVector.Count, Share(count, 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> operator +(Lockstep2<TVector, T> a, Lockstep2<TVector, T> b) => new(a._a + b._a, a._b + b._b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> operator -(Lockstep2<TVector, T> a, Lockstep2<TVector, T> b) => new(a._a - b._a, a._b - b._b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> operator *(Lockstep2<TVector, T> a, Lockstep2<TVector, T> b) => new(a._a * b._a, a._b * b._b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> operator /(Lockstep2<TVector, T> a, Lockstep2<TVector, T> b) => new(a._a / b._a, a._b / b._b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> operator -(Lockstep2<TVector, T> a) => new(-a._a, -a._b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> operator &(Lockstep2<TVector, T> a, Lockstep2<TVector, T> b) => new(a._a & b._a, a._b & b._b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> operator |(Lockstep2<TVector, T> a, Lockstep2<TVector, T> b) => new(a._a | b._a, a._b | b._b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> operator ^(Lockstep2<TVector, T> a, Lockstep2<TVector, T> b) => new(a._a ^ b._a, a._b ^ b._b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> MultiplyAdd(Lockstep2<TVector, T> a, Lockstep2<TVector, T> b, Lockstep2<TVector, T> c)
        => new(TVector.MultiplyAdd(a._a, b._a, c._a), TVector.MultiplyAdd(a._b, b._b, c._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> NegateMultiplyAdd(Lockstep2<TVector, T> a, Lockstep2<TVector, T> b, Lockstep2<TVector, T> c)
        => new(TVector.NegateMultiplyAdd(a._a, b._a, c._a), TVector.NegateMultiplyAdd(a._b, b._b, c._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> MinNative(Lockstep2<TVector, T> a, Lockstep2<TVector, T> b)
        => new(TVector.MinNative(a._a, b._a), TVector.MinNative(a._b, b._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> MaxNative(Lockstep2<TVector, T> a, Lockstep2<TVector, T> b)
        => new(TVector.MaxNative(a._a, b._a), TVector.MaxNative(a._b, b._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> Min(Lockstep2<TVector, T> a, Lockstep2<TVector, T> b) => new(TVector.Min(a._a, b._a), TVector.Min(a._b, b._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> Max(Lockstep2<TVector, T> a, Lockstep2<TVector, T> b) => new(TVector.Max(a._a, b._a), TVector.Max(a._b, b._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> Abs(Lockstep2<TVector, T> a) => new(TVector.Abs(a._a), TVector.Abs(a._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> Sqrt(Lockstep2<TVector, T> a) => new(TVector.Sqrt(a._a), TVector.Sqrt(a._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> Round(Lockstep2<TVector, T> a) => new(TVector.Round(a._a), TVector.Round(a._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> Truncate(Lockstep2<TVector, T> a) => new(TVector.Truncate(a._a), TVector.Truncate(a._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> ScaleByPowerOfTwo(Lockstep2<TVector, T> x, Lockstep2<TVector, T> n)
        => new(TVector.ScaleByPowerOfTwo(x._a, n._a), TVector.ScaleByPowerOfTwo(x._b, n._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> Equal(Lockstep2<TVector, T> a, Lockstep2<TVector, T> b) => new(TVector.Equal(a._a, b._a), TVector.Equal(a._b, b._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> LessThan(Lockstep2<TVector, T> a, Lockstep2<TVector, T> b)
        => new(TVector.LessThan(a._a, b._a), TVector.LessThan(a._b, b._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> LessThanOrEqual(Lockstep2<TVector, T> a, Lockstep2<TVector, T> b)
        => new(TVector.LessThanOrEqual(a._a, b._a), TVector.LessThanOrEqual(a._b, b._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> Select(Lockstep2<TVector, T> mask, Lockstep2<TVector, T> whenTrue, Lockstep2<TVector, T> whenFalse)
        => new(TVector.Select(mask._a, whenTrue._a, whenFalse._a), TVector.Select(mask._b, whenTrue._b, whenFalse._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Lockstep2<TVector, T> mask) => TVector.Any(mask._a | mask._b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsZero(Lockstep2<TVector, T> a) => TVector.IsZero(a._a) && TVector.IsZero(a._b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> AddBits(Lockstep2<TVector, T> a, Lockstep2<TVector, T> b)
        => new(TVector.AddBits(a._a, b._a), TVector.AddBits(a._b, b._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> SubtractBits(Lockstep2<TVector, T> a, Lockstep2<TVector, T> b)
        => new(TVector.SubtractBits(a._a, b._a), TVector.SubtractBits(a._b, b._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> ShiftLeftBits(Lockstep2<TVector, T> a, int count)
        => new(TVector.ShiftLeftBits(a._a, count), TVector.ShiftLeftBits(a._b, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> ShiftRightBits(Lockstep2<TVector, T> a, int count)
        => new(TVector.ShiftRightBits(a._a, count), TVector.ShiftRightBits(a._b, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Interleave(Lockstep2<TVector, T> a, Lockstep2<TVector, T> b, out Lockstep2<TVector, T> low, out Lockstep2<TVector, T> high)
    {
        TVector.Interleave(a._a, b._a, out TVector low0, out TVector low1);
        TVector.Interleave(a._b, b._b, out TVector high0, out TVector high1);
        low = new(low0, low1);
        high = new(high0, high1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T SumLanes(Lockstep2<TVector, T> a) => TVector.SumLanes(a._a + a._b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T SumNeighbors(Lockstep2<TVector, T> a) => TVector.SumNeighbors(a._a) + TVector.SumNeighbors(a._b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxLane(Lockstep2<TVector, T> a) => TVector.MaxLane(TVector.Max(a._a, a._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MinLane(Lockstep2<TVector, T> a) => TVector.MinLane(TVector.Min(a._a, a._b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lockstep2<TVector, T> FirstLanes(int count) => new(TVector.FirstLanes(Share(count, 0)), TVector.FirstLanes(Share(count, 1)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Share(int count, int part) => Math.Clamp(count - (part * TVector.Count), 0, TVector.Count);
}
