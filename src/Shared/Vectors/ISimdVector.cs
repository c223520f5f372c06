using System.Numerics;

namespace NeuralOde.Vectors;

/// <summary>
/// A fixed number of lanes of <typeparamref name="T"/>, so that a numeric function is written once and runs at every width:
/// 512, 256 and 128 bits, one scalar, and several vectors in lock-step.
/// </summary>
/// <remarks>
/// Every operation is IEEE 754 exact or correctly rounded (no reciprocal estimates), so a function gives the same bits at every width.
/// A mask has all bits of a lane set or clear. Loads and stores take pointers because masked moves do: the caller pins.
/// </remarks>
internal unsafe interface ISimdVector<TSelf, T> where TSelf : struct, ISimdVector<TSelf, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The number of lanes.</summary>
    static abstract int Count { get; }

    /// <summary>The same value in every lane.</summary>
    static abstract TSelf Create(T value);

    /// <summary>The same constant in every lane, rounded to <typeparamref name="T"/>.</summary>
    static abstract TSelf Constant(double value);

    /// <summary>The same bit pattern in every lane; a 32-bit lane takes the low half.</summary>
    static abstract TSelf FromBits(long bits);

    /// <summary>Reads all lanes; no alignment is needed.</summary>
    static abstract TSelf Load(T* source);

    /// <summary>
    /// Reads the first <paramref name="count"/> lanes and never touches the memory of the others, which are zero; <paramref name="count"/> may be
    /// anything from 0 to <see cref="Count"/>.
    /// </summary>
    static abstract TSelf LoadPartial(T* source, int count);

    /// <summary>Writes all lanes; no alignment is needed.</summary>
    static abstract void Store(TSelf value, T* destination);

    /// <summary>
    /// Writes the first <paramref name="count"/> lanes and never touches the memory of the others; <paramref name="count"/> may be anything from 0 to
    /// <see cref="Count"/>.
    /// </summary>
    static abstract void StorePartial(TSelf value, T* destination, int count);

    /// <summary>A mask of the first <paramref name="count"/> lanes, from 0 to <see cref="Count"/>.</summary>
    static abstract TSelf FirstLanes(int count);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a);

    static abstract TSelf operator &(TSelf a, TSelf b);

    static abstract TSelf operator |(TSelf a, TSelf b);

    static abstract TSelf operator ^(TSelf a, TSelf b);

    /// <summary>a·b + c, with one rounding where the processor can (<see cref="FusedArithmetic"/>).</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>The same with b in memory. The compiler makes one instruction of it, which it does not of a <see cref="Load"/> in a call.</summary>
    static virtual TSelf MultiplyAdd(TSelf a, T* b, TSelf c) => TSelf.MultiplyAdd(a, TSelf.Load(b), c);

    /// <summary>c − a·b, likewise.</summary>
    static abstract TSelf NegateMultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>
    /// The smaller lane; where <paramref name="b"/> is NaN the result is NaN, where only <paramref name="a"/> is it may be either, and so may the
    /// sign of a zero. The fast minimum, for clamping to a bound <paramref name="a"/>.
    /// </summary>
    static abstract TSelf MinNative(TSelf a, TSelf b);

    /// <summary>The larger lane, with the reservations of <see cref="MinNative"/>.</summary>
    static abstract TSelf MaxNative(TSelf a, TSelf b);

    /// <summary>The smaller lane: NaN where either is, and −0 below +0.</summary>
    static abstract TSelf Min(TSelf a, TSelf b);

    /// <summary>The larger lane: NaN where either is, and +0 above −0.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    static abstract TSelf Abs(TSelf a);

    static abstract TSelf Sqrt(TSelf a);

    /// <summary>The nearest integer, ties to even.</summary>
    static abstract TSelf Round(TSelf a);

    static abstract TSelf Truncate(TSelf a);

    /// <summary>
    /// x·2ⁿ with one rounding, for x within [¼, 4] and an integer n of magnitude at most twice the exponent range of <typeparamref name="T"/>; NaN in
    /// either gives NaN.
    /// </summary>
    static abstract TSelf ScaleByPowerOfTwo(TSelf x, TSelf n);

    static abstract TSelf Equal(TSelf a, TSelf b);

    static abstract TSelf LessThan(TSelf a, TSelf b);

    static abstract TSelf LessThanOrEqual(TSelf a, TSelf b);

    /// <summary>Lanes of <paramref name="whenTrue"/> where the mask is set, of <paramref name="whenFalse"/> elsewhere.</summary>
    static abstract TSelf Select(TSelf mask, TSelf whenTrue, TSelf whenFalse);

    /// <summary>Whether any lane of a mask is set.</summary>
    static abstract bool Any(TSelf mask);

    /// <summary>Whether all lanes are zero, of either sign; a NaN is not.</summary>
    static abstract bool IsZero(TSelf a);

    /// <summary>Adds the lanes as integers of their own width.</summary>
    static abstract TSelf AddBits(TSelf a, TSelf b);

    /// <summary>Subtracts the lanes as integers of their own width.</summary>
    static abstract TSelf SubtractBits(TSelf a, TSelf b);

    /// <summary>Shifts the lanes left as integers of their own width.</summary>
    static abstract TSelf ShiftLeftBits(TSelf a, int count);

    /// <summary>Shifts the lanes right as signed integers of their own width.</summary>
    static abstract TSelf ShiftRightBits(TSelf a, int count);

    /// <summary>a₀ b₀ a₁ b₁ …, in two vectors.</summary>
    static abstract void Interleave(TSelf a, TSelf b, out TSelf low, out TSelf high);

    /// <summary>The sum of all lanes, halves folded onto each other: lane i with lane i + Count/2, and so on. Every width folds in this order.</summary>
    static abstract T SumLanes(TSelf a);

    /// <summary>The sum of all lanes, neighbors first: lane 0 with lane 1, and so on, which is the run time's own order.</summary>
    static abstract T SumNeighbors(TSelf a);

    /// <summary>The largest lane, NaN if any lane is.</summary>
    static abstract T MaxLane(TSelf a);

    /// <summary>The smallest lane, NaN if any lane is.</summary>
    static abstract T MinLane(TSelf a);
}
