using System.Runtime.InteropServices;

namespace NeuralOde.Tensors;

/// <content>Matrix products, and changes of shape.</content>
public partial class Tensor
{
    /// <summary>Joins tensors along one axis.</summary>
    /// <param name="tensors">At least one; their other axes agree.</param>
    /// <param name="axis">Which axis grows; negative counts from the end.</param>
    /// <returns>The joined tensor.</returns>
    /// <exception cref="ArgumentException">There is none, or the shapes do not agree.</exception>
    public static Tensor Concatenate(IReadOnlyList<Tensor> tensors, int axis = 0)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentException.ThrowIf(tensors.Count == 0, "Concatenation takes at least one tensor.", nameof(tensors));
        int index = tensors[0].Shape.Axis(axis);
        return tensors.Count == 1 ? tensors[0] : new Concatenate(index).Apply([.. tensors]);
    }

    /// <summary>Puts tensors of one shape side by side along a new axis.</summary>
    /// <param name="tensors">At least one, all of one shape.</param>
    /// <param name="axis">Where the new axis stands in the result; negative counts from the end.</param>
    /// <returns>A tensor with one axis more.</returns>
    /// <exception cref="ArgumentException">There is none, or the shapes differ.</exception>
    public static Tensor Stack(IReadOnlyList<Tensor> tensors, int axis = 0)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        return Concatenate([.. tensors.Select(x => x.Unsqueeze(axis))], axis);
    }

    /// <summary>The matrix product.</summary>
    /// <param name="other">
    /// The right factor. Matrices: <c>[m, k] · [k, n] = [m, n]</c>. Further axes of the left are rows too where the right is a
    /// matrix: <c>[…, m, k] · [k, n] = [… , m, n]</c>; where both have more than two, their leading axes broadcast. A vector on the
    /// left is a row, on the right a column, and its axis is dropped.
    /// </param>
    /// <returns>The product.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor MatMul(Tensor other)
    {
        ArgumentNullException.ThrowIfNull(other);
        ArgumentException.ThrowIf(
            Rank == 0 || other.Rank == 0, $"A matrix product takes no scalars; got {Shape} and {other.Shape}. Use * for a product element by element.", nameof(other));
        if (Rank == 1)
        {
            Tensor product = Reshape([1, Shape[0]]).MatMul(other);
            return product.Reshape(other.Rank == 1 ? Shape.Scalar : product.Shape.Slice(..^2).Append([product.Shape[-1]]));
        }

        if (other.Rank == 1)
        {
            Tensor product = MatMul(other.Reshape([other.Shape[0], 1]));
            return product.Reshape(product.Shape.Slice(..^1));
        }

        var operation = new MatrixMultiply(false, false);
        if (other.Rank == 2)
        {
            return Rank == 2
                ? operation.Apply(this, other)
                : operation.Apply(Reshape([Shape.Slice(..^1).ElementCount, Shape[-1]]), other).Reshape(Shape.With(-1, other.Shape[-1]));
        }

        var batch = Shape.Broadcast(Shape.Slice(..^2), other.Shape.Slice(..^2));
        Tensor left = BroadcastTo(batch.Append(Shape.Slice(^2..))).Reshape([batch.ElementCount, Shape[-2], Shape[-1]]);
        Tensor right = other.BroadcastTo(batch.Append(other.Shape.Slice(^2..))).Reshape([batch.ElementCount, other.Shape[-2], other.Shape[-1]]);
        return operation.Apply(left, right).Reshape(batch.Append([Shape[-2], other.Shape[-1]]));
    }

    /// <summary>The same elements in the same order under another shape.</summary>
    /// <param name="shape">The new shape, of as many elements.</param>
    /// <returns>A view where that is safe.</returns>
    /// <exception cref="ArgumentException">The number of elements would change.</exception>
    public Tensor Reshape(Shape shape) => shape == Shape ? this : new Reshape(shape).Apply(this);

    /// <summary>All elements in one axis.</summary>
    /// <returns>A tensor of rank 1.</returns>
    public Tensor Flatten() => Reshape([ElementCount]);

    /// <summary>Adds an axis of length 1.</summary>
    /// <param name="axis">Where it stands in the result; negative counts from the end.</param>
    /// <returns>A tensor with one axis more.</returns>
    public Tensor Unsqueeze(int axis)
    {
        int index = axis < 0 ? axis + Rank + 1 : axis;
        ArgumentOutOfRangeException.ThrowIf((uint)index > (uint)Rank, nameof(axis), axis, $"A new axis of shape {Shape} stands at a place from {-Rank - 1} to {Rank}.");
        return Reshape(Shape.Slice(..index).Append([1]).Append(Shape.Slice(index..)));
    }

    /// <summary>Drops an axis of length 1.</summary>
    /// <param name="axis">Which axis; negative counts from the end.</param>
    /// <returns>A tensor with one axis less.</returns>
    /// <exception cref="ArgumentException">The axis is longer.</exception>
    public Tensor Squeeze(int axis)
    {
        int index = Shape.Axis(axis);
        return Shape[index] == 1
            ? Reshape(Shape.Slice(..index).Append(Shape.Slice((index + 1)..)))
            : throw new ArgumentException($"Only an axis of length 1 can be dropped; axis {axis} of shape {Shape} has length {Shape[index]}.", nameof(axis));
    }

    /// <summary>A matrix with rows and columns exchanged; with more axes, the last two are.</summary>
    /// <returns>The transposed tensor.</returns>
    /// <exception cref="InvalidOperationException">There are fewer than two axes.</exception>
    public Tensor Transpose() => Rank >= 2
        ? Transpose([.. Enumerable.Range(0, Rank - 2), Rank - 1, Rank - 2])
        : throw new InvalidOperationException($"A tensor of shape {Shape} has no two axes to exchange.");

    /// <summary>The axes in another order.</summary>
    /// <param name="order">Axis <c>i</c> of the result is axis <c>order[i]</c> of this tensor; a permutation of all axes.</param>
    /// <returns>The tensor with its axes in that order.</returns>
    /// <exception cref="ArgumentException"><paramref name="order"/> is no permutation of the axes.</exception>
    public Tensor Transpose(ReadOnlySpan<int> order)
    {
        int[] axes = new int[order.Length];
        for (int i = 0; i < axes.Length; i++)
        {
            axes[i] = Shape.Axis(order[i]);
        }

        ArgumentException.ThrowIf(
            axes.Length != Rank || axes.Distinct().Count() != Rank, $"The order [{string.Join(", ", axes)}] is no permutation of the {Rank} axes of shape {Shape}.", nameof(order));
        return axes.SequenceEqual(Enumerable.Range(0, Rank)) ? this : new Transpose(new Shape(axes)).Apply(this);
    }

    /// <summary>A range of one axis.</summary>
    /// <param name="axis">Which axis; negative counts from the end.</param>
    /// <param name="start">The first index.</param>
    /// <param name="length">How many.</param>
    /// <returns>A tensor whose axis has that length.</returns>
    /// <exception cref="ArgumentException">The range leaves the axis.</exception>
    public Tensor Slice(int axis, int start, int length) => start == 0 && length == Shape[axis] ? this : new Slice(Shape.Axis(axis), start, length).Apply(this);

    /// <summary>A range of one axis.</summary>
    /// <param name="axis">Which axis; negative counts from the end.</param>
    /// <param name="range">Which indices, as in <c>1..^1</c>.</param>
    /// <returns>A tensor whose axis has the range's length.</returns>
    /// <exception cref="ArgumentException">The range leaves the axis.</exception>
    public Tensor Slice(int axis, Range range)
    {
        // Not by GetOffsetAndLength, whose error names neither the axis nor the shape.
        int start = range.Start.GetOffset(Shape[axis]);
        return Slice(axis, start, range.End.GetOffset(Shape[axis]) - start);
    }

    /// <summary>One index of an axis, which is dropped.</summary>
    /// <param name="axis">Which axis; negative counts from the end.</param>
    /// <param name="index">Which index; negative counts from the end.</param>
    /// <returns>A tensor with one axis less.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis, or no such index.</exception>
    public Tensor Select(int axis, int index)
    {
        int at = Shape.Axis(axis);
        int start = index < 0 ? index + Shape[at] : index;
        ArgumentOutOfRangeException.ThrowIf((uint)start >= (uint)Shape[at], nameof(index), index, $"Axis {at} of shape {Shape} has the indices 0 to {Shape[at] - 1}.");
        return Slice(at, start, 1).Reshape(Shape.Slice(..at).Append(Shape.Slice((at + 1)..)));
    }

    /// <summary>Some indices of the first axis, in any order and any number of times.</summary>
    /// <param name="indices">Which, from 0 to the axis's length − 1. They are constants: a compiled function takes those of its first call.</param>
    /// <returns>A tensor whose first axis has as many indices as were given.</returns>
    /// <exception cref="ArgumentException">An index is outside of the axis, or this is a scalar.</exception>
    public Tensor Gather(ReadOnlySpan<int> indices) => new Gather(indices.ToArray()).Apply(this);

    /// <summary>Repeats along axes of length 1, or absent ones in front, to reach a shape.</summary>
    /// <param name="shape">The shape to reach.</param>
    /// <returns>A tensor of that shape.</returns>
    /// <exception cref="ArgumentException">An axis would have to shrink or does not fit.</exception>
    public Tensor BroadcastTo(Shape shape) => shape == Shape ? this : new BroadcastTo(shape).Apply(this);

    /// <summary>The transpose of broadcasting: sums over the axes along which a tensor of the given shape would be repeated to reach this one's.</summary>
    /// <param name="shape">A shape that broadcasts to this one's.</param>
    /// <returns>A tensor of that shape.</returns>
    /// <exception cref="ArgumentException">The shape does not broadcast to this one's.</exception>
    public Tensor SumTo(Shape shape)
    {
        if (shape == Shape)
        {
            return this;
        }

        ArgumentException.ThrowIf(Shape.Broadcast(shape, Shape) != Shape, $"A tensor of shape {Shape} cannot be summed to {shape}, which does not broadcast to it.", nameof(shape));
        int lead = Rank - shape.Rank;
        List<int> axes = [];
        for (int i = 0; i < Rank; i++)
        {
            if (i < lead || (shape.Lengths[i - lead] == 1 && Shape.Lengths[i] != 1))
            {
                axes.Add(i);
            }
        }

        return Sum(CollectionsMarshal.AsSpan(axes)).Reshape(shape);
    }
}
