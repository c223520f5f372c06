using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace NeuralOde.Tensors;

/// <summary>The lengths of a tensor's axes, outermost first. A scalar has no axes; a length may be zero.</summary>
/// <remarks>Write it as a collection expression: <c>Tensor.Zeros([2, 3])</c>.</remarks>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>, IEnumerable<int>
{
    private readonly int[]? _lengths;

    /// <summary>Makes a shape from the lengths of its axes.</summary>
    /// <param name="lengths">One length per axis, each at least zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is negative, or there are more than 2³¹ − 1 elements.</exception>
    public Shape(params ReadOnlySpan<int> lengths)
    {
        long count = 1;
        foreach (int length in lengths)
        {
            ArgumentOutOfRangeException.ThrowIf(length < 0, nameof(lengths), $"A shape's lengths are at least 0; got [{string.Join(", ", lengths.ToArray())}].");
            count *= length;
            ArgumentOutOfRangeException.ThrowIf(
                count > int.MaxValue, nameof(lengths), $"A tensor holds at most {int.MaxValue} elements; got [{string.Join(", ", lengths.ToArray())}].");
        }

        _lengths = lengths.ToArray();
        ElementCount = (int)count;
    }

    /// <summary>The shape of a scalar: no axes, one element.</summary>
    public static Shape Scalar { get; } = new([]);

    /// <summary>The number of axes.</summary>
    public int Rank => Lengths.Length;

    /// <summary>The product of all lengths; 1 for a scalar.</summary>
    public int ElementCount { get => _lengths is null ? 1 : field; }

    /// <summary>The lengths of the axes, outermost first.</summary>
    public ReadOnlySpan<int> Lengths => _lengths ?? [];

    /// <summary>The length of one axis; negative axes count from the end (<c>-1</c> is the last).</summary>
    /// <param name="axis">From <c>-Rank</c> to <c>Rank - 1</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public int this[int axis] => Lengths[Axis(axis)];

    /// <summary>Makes a shape; what a collection expression calls.</summary>
    /// <param name="lengths">One length per axis.</param>
    /// <returns>The shape.</returns>
    public static Shape Create(ReadOnlySpan<int> lengths) => new(lengths);

    /// <summary>The shape that two shapes broadcast to: aligned at the last axis, where lengths are equal or one of them is 1.</summary>
    /// <param name="left">One shape.</param>
    /// <param name="right">The other.</param>
    /// <returns>The common shape.</returns>
    /// <exception cref="ArgumentException">The two do not fit.</exception>
    public static Shape Broadcast(Shape left, Shape right)
    {
        if (left == right)
        {
            return left;
        }

        int[] lengths = new int[Math.Max(left.Rank, right.Rank)];
        for (int i = 1; i <= lengths.Length; i++)
        {
            int a = i <= left.Rank ? left.Lengths[^i] : 1;
            int b = i <= right.Rank ? right.Lengths[^i] : 1;
            ArgumentException.ThrowIf(
                a != b && a != 1 && b != 1,
                $"Shapes {left} and {right} do not broadcast: counted from the end, axis {i} is {a} in one and {b} in the other. Lengths must be equal, or one of them 1.");
            lengths[^i] = a == 1 ? b : a;
        }

        return new Shape(lengths);
    }

    /// <summary>Turns an axis that may count from the end into its index.</summary>
    /// <param name="axis">From <c>-Rank</c> to <c>Rank - 1</c>.</param>
    /// <returns>The index, from 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public int Axis(int axis)
    {
        int index = axis < 0 ? axis + Rank : axis;
        return (uint)index < (uint)Rank
            ? index
            : throw new ArgumentOutOfRangeException(nameof(axis), axis, $"Shape {this} has {Rank} axes: an axis is from {-Rank} to {Rank - 1}.");
    }

    /// <summary>Element strides of a dense row-major tensor of this shape.</summary>
    /// <returns>One stride per axis.</returns>
    public int[] Strides()
    {
        int[] strides = new int[Rank];
        int stride = 1;
        for (int i = Rank - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= Lengths[i];
        }

        return strides;
    }

    /// <summary>A copy with one axis' length replaced.</summary>
    /// <param name="axis">Which axis; negative counts from the end.</param>
    /// <param name="length">Its new length.</param>
    /// <returns>The new shape.</returns>
    public Shape With(int axis, int length)
    {
        int[] lengths = Lengths.ToArray();
        lengths[Axis(axis)] = length;
        return new Shape(lengths);
    }

    /// <summary>A shape made of a range of this one's axes.</summary>
    /// <param name="range">Which axes.</param>
    /// <returns>Their lengths.</returns>
    public Shape Slice(Range range) => new(Lengths[range]);

    /// <summary>This shape's axes followed by another's.</summary>
    /// <param name="other">The axes to append.</param>
    /// <returns>The joined shape.</returns>
    public Shape Append(Shape other) => new([.. Lengths, .. other.Lengths]);

    /// <inheritdoc/>
    public bool Equals(Shape other) => Lengths.SequenceEqual(other.Lengths);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (int length in Lengths)
        {
            hash.Add(length);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)(_lengths ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The lengths in brackets, as in <c>[2, 3]</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"[{string.Join(", ", _lengths ?? [])}]";

    /// <summary>Whether two shapes have the same lengths.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Whether two shapes differ.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);
}
