namespace NeuralOde.Tensors.Operations;

/// <summary>The same elements in the same order under another shape. Costs nothing.</summary>
internal sealed record Reshape(Shape Target) : Operation
{
    public override string Name => "reshape";

    public override bool KeepsRows(int input, ReadOnlySpan<Shape> inputs, Shape output) => inputs[0].Rank > 0 && output.Rank > 0 && inputs[0][0] == output[0];

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0].ElementCount == Target.ElementCount
        ? Target
        : throw new ArgumentException($"Shape {inputs[0]} has {inputs[0].ElementCount} elements and {Target} has {Target.ElementCount}: a reshape keeps their number.");

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new CopyKernel<T>();

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) => [cotangent.Reshape(inputs[0].Shape)];

    protected override Storage Run<T>(Tensor[] inputs, Shape[] shapes, Shape shape) =>
        inputs[0] is Parameter ? base.Run<T>(inputs, shapes, shape) : inputs[0].Storage;
}

/// <summary>Copies; also what an aliased output of a program needs.</summary>
internal sealed class CopyKernel<T> : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => inputs[0].Span.CopyTo(output);
}

/// <summary>The axes in another order: axis <c>i</c> of the result is axis <c>Order[i]</c> of the input.</summary>
internal sealed record Transpose(Shape Order) : Operation
{
    public override string Name => "transpose";

    public override bool KeepsRows(int input, ReadOnlySpan<Shape> inputs, Shape output) => output.Rank > 0 && Order[0] == 0;

    public override Shape InferShape(ReadOnlySpan<Shape> inputs)
    {
        int[] lengths = new int[Order.Rank];
        for (int i = 0; i < lengths.Length; i++)
        {
            lengths[i] = inputs[0][Order[i]];
        }

        return new Shape(lengths);
    }

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output)
    {
        int[] own = inputs[0].Strides();
        return new StridedCopyKernel<T>([.. Order.Select(axis => own[axis])], output.Lengths.ToArray());
    }

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed)
    {
        int[] inverse = new int[Order.Rank];
        for (int i = 0; i < inverse.Length; i++)
        {
            inverse[Order[i]] = i;
        }

        return [cotangent.Transpose(inverse)];
    }
}

/// <summary>Joins tensors along one axis.</summary>
internal sealed record Concatenate(int Axis) : Operation
{
    public override string Name => "concatenate";

    public override bool KeepsRows(int input, ReadOnlySpan<Shape> inputs, Shape output) => Axis > 0;

    public override Shape InferShape(ReadOnlySpan<Shape> inputs)
    {
        int total = 0;
        foreach (Shape shape in inputs)
        {
            ArgumentException.ThrowIf(
                shape.Rank != inputs[0].Rank || shape.With(Axis, 1) != inputs[0].With(Axis, 1),
                $"Concatenation along axis {Axis} takes shapes that agree elsewhere; got {inputs[0]} and {shape}.");
            total += shape[Axis];
        }

        return inputs[0].With(Axis, total);
    }

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output)
    {
        int inner = output.Slice((Axis + 1)..).ElementCount;
        int[] widths = new int[inputs.Length];
        for (int i = 0; i < widths.Length; i++)
        {
            widths[i] = inputs[i][Axis] * inner;
        }

        return new ConcatenateKernel<T>(output.Slice(..Axis).ElementCount, widths, output[Axis] * inner);
    }

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed)
    {
        var parts = new Tensor?[inputs.Length];
        int start = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            int length = inputs[i].Shape[Axis];
            parts[i] = needed[i] ? cotangent.Slice(Axis, start, length) : null;
            start += length;
        }

        return parts;
    }

    private sealed class ConcatenateKernel<T>(int rows, int[] widths, int width) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output)
        {
            int start = 0;
            for (int i = 0; i < widths.Length; i++)
            {
                Rows.Copy(inputs[i].Span, 0, widths[i], output, start, width, rows, widths[i]);
                start += widths[i];
            }
        }
    }
}

/// <summary>A range of one axis.</summary>
internal sealed record Slice(int Axis, int Start, int Length) : Operation
{
    public override string Name => "slice";

    public override bool KeepsRows(int input, ReadOnlySpan<Shape> inputs, Shape output) => Axis > 0;

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => Start >= 0 && Length >= 0 && Length <= inputs[0][Axis] - Start
        ? inputs[0].With(Axis, Length)
        : throw new ArgumentException($"A slice of {Length} from {Start} does not fit axis {Axis} of shape {inputs[0]}, which has the indices 0 to {inputs[0][Axis] - 1}.");

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output)
    {
        int inner = output.Slice((Axis + 1)..).ElementCount;
        return new SliceKernel<T>(output.Slice(..Axis).ElementCount, Start * inner, Length * inner, inputs[0][Axis] * inner);
    }

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) =>
        [new Pad(Axis, Start, inputs[0].Shape[Axis]).Apply(cotangent)];

    private sealed class SliceKernel<T>(int rows, int start, int length, int width) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Rows.Copy(inputs[0].Span, start, width, output, 0, length, rows, length);
    }
}

/// <summary>The transpose of a slice: puts a tensor into zeros of length <c>Total</c> along one axis.</summary>
internal sealed record Pad(int Axis, int Start, int Total) : Operation
{
    public override string Name => "pad";

    public override bool KeepsRows(int input, ReadOnlySpan<Shape> inputs, Shape output) => Axis > 0;

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0].With(Axis, Total);

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output)
    {
        int inner = output.Slice((Axis + 1)..).ElementCount;
        return new PadKernel<T>(output.Slice(..Axis).ElementCount, Start * inner, inputs[0][Axis] * inner, Total * inner);
    }

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) =>
        [cotangent.Slice(Axis, Start, inputs[0].Shape[Axis])];

    private sealed class PadKernel<T>(int rows, int start, int length, int width) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output)
        {
            output.Clear();
            Rows.Copy(inputs[0].Span, 0, length, output, start, width, rows, length);
        }
    }
}

/// <summary>Copies a block of columns between two row-major matrices.</summary>
internal static class Rows
{
    public static void Copy<T>(ReadOnlySpan<T> source, int sourceStart, int sourceWidth, Span<T> target, int targetStart, int targetWidth, int rows, int length)
    {
        for (int row = 0; row < rows; row++)
        {
            source.Slice((row * sourceWidth) + sourceStart, length).CopyTo(target[((row * targetWidth) + targetStart)..]);
        }
    }
}
