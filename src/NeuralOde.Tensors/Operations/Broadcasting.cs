namespace NeuralOde.Tensors.Operations;

/// <summary>The arithmetic of broadcasting.</summary>
internal static class Broadcasting
{
    /// <summary>Strides that read a tensor of shape <paramref name="input"/> as if it had shape <paramref name="output"/>: 0 along a repeated axis.</summary>
    public static int[] Strides(Shape input, Shape output)
    {
        int[] strides = new int[output.Rank];
        int[] own = input.Strides();
        for (int i = 1; i <= input.Rank; i++)
        {
            strides[^i] = input.Lengths[^i] == 1 ? 0 : own[^i];
        }

        return strides;
    }

    /// <summary>How a tensor of this shape is shared out whose elements do not depend on each other: along its first axis, at least a cache line to a share.</summary>
    public static Division Divide(ReadOnlySpan<int> lengths, double nanoseconds)
    {
        if (lengths.IsEmpty || lengths[0] < 2)
        {
            return default;
        }

        int inner = 1;
        foreach (int length in lengths[1..])
        {
            inner *= length;
        }

        return new Division(lengths[0], (16 / Math.Max(inner, 1)) + 1, nanoseconds);
    }

    /// <summary>The shape of <paramref name="count"/> units of that, written into <paramref name="share"/>.</summary>
    public static ReadOnlySpan<int> Share(ReadOnlySpan<int> lengths, int count, Span<int> share)
    {
        lengths.CopyTo(share);
        share[0] = count;
        return share;
    }

    /// <summary>The part of a dense tensor that some of the units are.</summary>
    public static Span<T> Share<T>(Span<T> dense, ReadOnlySpan<int> lengths, int first, int count)
    {
        int inner = dense.Length / lengths[0];
        return dense.Slice(first * inner, count * inner);
    }
}

/// <summary>Repeats a tensor along axes of length 1 (or absent ones) to reach a shape.</summary>
internal sealed record BroadcastTo(Shape Target) : Operation
{
    public override string Name => "broadcast";

    public override bool KeepsRows(int input, ReadOnlySpan<Shape> inputs, Shape output) => HaveSameRows(inputs[input], output);

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => Shape.Broadcast(inputs[0], Target) == Target
        ? Target
        : throw new ArgumentException($"A tensor of shape {inputs[0]} cannot be broadcast to {Target}: an axis would shrink.");

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) =>
        new StridedCopyKernel<T>(Broadcasting.Strides(inputs[0], output), output.Lengths.ToArray());

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) => [cotangent.SumTo(inputs[0].Shape)];
}

/// <summary>Writes a dense tensor from one that is read with strides.</summary>
internal sealed class StridedCopyKernel<T>(int[] strides, int[] lengths) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Layout.StridedCopy(inputs[0].Span, strides, lengths, output);

    public override Division Divide(int length) => Broadcasting.Divide(lengths, CostModel.Arithmetic<T>(length));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count)
    {
        Span<int> share = stackalloc int[lengths.Length];
        Layout.StridedCopy(inputs[0].Span[(first * strides[0])..], strides, Broadcasting.Share(lengths, count, share), Broadcasting.Share(output, lengths, first, count));
    }
}
