namespace NeuralOde.Tensors;

/// <content>What is taken over whole axes: sums, extremes, softmax.</content>
public partial class Tensor
{
    /// <summary>The sum over all elements.</summary>
    /// <returns>A scalar.</returns>
    public Tensor Sum() => ReduceOver(ReductionFunction.Sum, null, keepAxes: false);

    /// <summary>The sum over some axes.</summary>
    /// <param name="axes">Which; negative ones count from the end.</param>
    /// <param name="keepAxes">Whether they stay, with length 1.</param>
    /// <returns>The sums.</returns>
    public Tensor Sum(ReadOnlySpan<int> axes, bool keepAxes = false) => ReduceOver(ReductionFunction.Sum, axes.ToArray(), keepAxes);

    /// <summary>The mean of all elements.</summary>
    /// <returns>A scalar.</returns>
    public Tensor Mean() => Sum() * (1.0 / ElementCount);

    /// <summary>The mean over some axes.</summary>
    /// <inheritdoc cref="Sum(ReadOnlySpan{int}, bool)"/>
    public Tensor Mean(ReadOnlySpan<int> axes, bool keepAxes = false)
    {
        Tensor sum = Sum(axes, keepAxes);
        return sum * ((double)Math.Max(sum.ElementCount, 1) / ElementCount);
    }

    /// <summary>The largest of all elements; equal ones share the gradient evenly.</summary>
    /// <returns>A scalar.</returns>
    public Tensor Max() => ReduceOver(ReductionFunction.Max, null, keepAxes: false);

    /// <summary>The largest over some axes; equal ones share the gradient evenly.</summary>
    /// <inheritdoc cref="Sum(ReadOnlySpan{int}, bool)"/>
    public Tensor Max(ReadOnlySpan<int> axes, bool keepAxes = false) => ReduceOver(ReductionFunction.Max, axes.ToArray(), keepAxes);

    /// <summary>The smallest of all elements; equal ones share the gradient evenly.</summary>
    /// <returns>A scalar.</returns>
    public Tensor Min() => -(-this).Max();

    /// <summary>The smallest over some axes; equal ones share the gradient evenly.</summary>
    /// <inheritdoc cref="Sum(ReadOnlySpan{int}, bool)"/>
    public Tensor Min(ReadOnlySpan<int> axes, bool keepAxes = false) => -(-this).Max(axes, keepAxes);

    /// <summary>The logarithm of the sum of exponentials along one axis, shifted by the largest so that nothing overflows.</summary>
    /// <param name="axis">Which axis; negative counts from the end.</param>
    /// <returns>A tensor without that axis.</returns>
    public Tensor LogSumExp(int axis = -1) => new LogSumExp().Apply(MoveLast(Shape.Axis(axis)));

    /// <summary>Exponentials along one axis divided by their sum, shifted by the largest so that nothing overflows.</summary>
    /// <param name="axis">Which axis; negative counts from the end.</param>
    /// <returns>A tensor of this shape whose elements add up to 1 along the axis.</returns>
    public Tensor SoftMax(int axis = -1)
    {
        int from = Shape.Axis(axis);
        Tensor result = new SoftMax().Apply(MoveLast(from));
        return from == Rank - 1 ? result : result.Transpose([.. Enumerable.Range(0, from), Rank - 1, .. Enumerable.Range(from, Rank - 1 - from)]);
    }

    /// <summary>
    /// For logits <c>[batch, classes]</c>, the negative logarithm of the probability that their softmax gives to each row's label, shifted so that
    /// nothing overflows.
    /// </summary>
    /// <param name="labels">The number of each row's class, <c>[batch]</c>: whole numbers from 0 to classes − 1 in this tensor's type. Any other gives NaN.</param>
    /// <returns><c>[batch]</c>, at least 0.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor CrossEntropy(Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return new CrossEntropy().Apply(this, labels);
    }

    private Tensor MoveLast(int axis) => axis == Rank - 1 ? this : Transpose([.. Enumerable.Range(0, axis), .. Enumerable.Range(axis + 1, Rank - 1 - axis), axis]);

    private Tensor ReduceOver(ReductionFunction function, int[]? axes, bool keepAxes)
    {
        int[] sorted = axes is null ? [.. Enumerable.Range(0, Rank)] : [.. axes.Select(a => Shape.Axis(a)).Distinct().Order()];
        ArgumentException.ThrowIf(axes is not null && sorted.Length != axes.Length, $"An axis is named twice in [{string.Join(", ", axes!)}].", nameof(axes));
        Tensor result = this;
        bool neighbors = sorted.Length == 0 || sorted[^1] - sorted[0] == sorted.Length - 1;
        if (function == ReductionFunction.Max && !neighbors)
        {
            // The largest of the largest would share a gradient evenly among the groups first: all axes are reduced at once.
            int[] kept = [.. Enumerable.Range(0, Rank).Except(sorted)];
            result = new Reduction(function, kept.Length, sorted.Length).Apply(Transpose([.. kept, .. sorted]));
            return keepAxes ? result.Reshape(Kept()) : result;
        }

        for (int last = sorted.Length - 1; last >= 0;)
        {
            int first = last;
            while (first > 0 && sorted[first - 1] == sorted[first] - 1)
            {
                first--;
            }

            result = new Reduction(function, sorted[first], last - first + 1).Apply(result);
            last = first - 1;
        }

        return keepAxes ? result.Reshape(Kept()) : result;

        Shape Kept()
        {
            int[] lengths = Shape.Lengths.ToArray();
            foreach (int axis in sorted)
            {
                lengths[axis] = 1;
            }

            return new Shape(lengths);
        }
    }
}
