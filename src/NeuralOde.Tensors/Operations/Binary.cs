namespace NeuralOde.Tensors.Operations;

/// <summary>The functions of two variables, applied element by element with broadcasting.</summary>
internal enum BinaryFunction
{
    Add,
    Subtract,
    Multiply,
    Divide,
    Maximum,
    Minimum,
    Power,
    Greater,
    GreaterOrEqual,
    Less,
    Equal,
}

/// <summary>A function of two variables, applied element by element with broadcasting. Comparisons give 1 or 0.</summary>
internal sealed record Binary(BinaryFunction Function) : Operation
{
    public override string Name => Function.ToString().ToLowerInvariant();

    public override bool AllowsInPlace => true;

    public override bool IsElementwise(ReadOnlySpan<Shape> inputs, Shape output) =>
        inputs[0] == inputs[1] || (inputs[1].ElementCount == 1 && inputs[0] == output) || (inputs[0].ElementCount == 1 && inputs[1] == output);

    public override bool KeepsRows(int input, ReadOnlySpan<Shape> inputs, Shape output) => HaveSameRows(inputs[input], output);

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => Shape.Broadcast(inputs[0], inputs[1]);

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => Function switch
    {
        BinaryFunction.Add => Create<T, AddOperator<T>>(inputs, output),
        BinaryFunction.Subtract => Create<T, SubtractOperator<T>>(inputs, output),
        BinaryFunction.Multiply => Create<T, MultiplyOperator<T>>(inputs, output),
        BinaryFunction.Divide => Create<T, DivideOperator<T>>(inputs, output),
        BinaryFunction.Maximum => Create<T, MaximumOperator<T>>(inputs, output),
        BinaryFunction.Minimum => Create<T, MinimumOperator<T>>(inputs, output),
        BinaryFunction.Power => Create<T, PowerOperator<T>>(inputs, output),
        BinaryFunction.Greater => Create<T, GreaterOperator<T>>(inputs, output),
        BinaryFunction.GreaterOrEqual => Create<T, GreaterOrEqualOperator<T>>(inputs, output),
        BinaryFunction.Less => Create<T, LessOperator<T>>(inputs, output),
        BinaryFunction.Equal => Create<T, EqualOperator<T>>(inputs, output),
        _ => throw new InvalidOperationException($"No kernel for {Function}."),
    };

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed)
    {
        (Tensor x, Tensor y) = (inputs[0], inputs[1]);
        (Tensor? toX, Tensor? toY) = (null, null);
        switch (Function)
        {
            case BinaryFunction.Add:
                (toX, toY) = (cotangent, cotangent);
                break;
            case BinaryFunction.Subtract:
                toX = cotangent;
                toY = needed[1] ? -cotangent : null;
                break;
            case BinaryFunction.Multiply:
                toX = needed[0] ? cotangent * y : null;
                toY = needed[1] ? cotangent * x : null;
                break;
            case BinaryFunction.Divide:
                toX = needed[0] ? cotangent / y : null;
                toY = needed[1] ? -(cotangent * output / y) : null;
                break;
            case BinaryFunction.Maximum or BinaryFunction.Minimum:
                // Where both are equal each gets half, so that the gradient does not depend on the order of the arguments.
                Tensor first = Function == BinaryFunction.Maximum ? x.Greater(y) : x.Less(y);
                Tensor share = first + (0.5 * x.EqualTo(y));
                toX = cotangent * share;
                toY = needed[1] ? cotangent * (1.0 - share) : null;
                break;
            case BinaryFunction.Power:
                toX = needed[0] ? cotangent * y * Tensor.Power(x, LessOne(x, y)) : null;

                // x^y·ln x tends to 0 with x → 0 for y > 0: the logarithm is taken of a 1 there.
                toY = needed[1] ? cotangent * output * Tensor.Where(x.EqualTo(Tensor.Full(Shape.Scalar, 0, x.DType)), Tensor.Full(Shape.Scalar, 1, x.DType), x).Log() : null;
                break;
        }

        return [needed[0] ? toX?.SumTo(x.Shape) : null, needed[1] ? toY?.SumTo(y.Shape) : null];
    }

    /// <summary>The exponent of a power's derivative: <c>y − 1</c>, but 0 where x and y are 0, as 0·0⁻¹ would be NaN where the derivative of x⁰ is 0.</summary>
    private static Tensor LessOne(Tensor x, Tensor y)
    {
        if (!y.IsSymbolic && !y.RequiresGradient && y.ElementCount == 1 && y.ToScalar() != 0)
        {
            return y - 1.0;
        }

        var zero = Tensor.Full(Shape.Scalar, 0, x.DType);
        return y - 1.0 + (y.EqualTo(zero) * x.EqualTo(zero));
    }

    private static Kernel<T> Create<T, TOperator>(ReadOnlySpan<Shape> inputs, Shape output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T>
    {
        if (inputs[0] == inputs[1])
        {
            return new BinaryKernel<T, TOperator, StreamedOperand, StreamedOperand>();
        }

        if (inputs[1].ElementCount == 1 && inputs[0] == output)
        {
            return new BinaryKernel<T, TOperator, StreamedOperand, ScalarOperand>();
        }

        return inputs[0].ElementCount == 1 && inputs[1] == output
            ? new BinaryKernel<T, TOperator, ScalarOperand, StreamedOperand>()
            : new BroadcastKernel<T, TOperator>(Broadcasting.Strides(inputs[0], output), Broadcasting.Strides(inputs[1], output), output.Lengths.ToArray());
    }
}

/// <summary>Runs a function of two variables over tensors of one shape, or over a tensor and a scalar.</summary>
internal sealed class BinaryKernel<T, TOperator, TX, TY> : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOperator : struct, IBinaryOperator<T>
    where TX : struct, IOperandForm
    where TY : struct, IOperandForm
{
    public override Instruction Bind(Buffer<T>[] inputs, Buffer<T> output) => new BinaryInstruction<T, TOperator, TX, TY>(this, inputs, output);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Map.Binary<T, TOperator, TX, TY>(inputs[0].Span, inputs[1].Span, output);

    public override Division Divide(int length) => Division.OfElements(length, CostModel.Arithmetic<T>(length));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count)
    {
        (int start, int length) = Division.Elements(first, count, output.Length);
        ReadOnlySpan<T> x = inputs[0].Span, y = inputs[1].Span;
        Map.Binary<T, TOperator, TX, TY>(TX.Streams ? x.Slice(start, length) : x, TY.Streams ? y.Slice(start, length) : y, output.Slice(start, length));
    }
}

/// <summary>Runs a function of two variables with broadcasting.</summary>
internal sealed class BroadcastKernel<T, TOperator>(int[] leftStrides, int[] rightStrides, int[] lengths) : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOperator : struct, IBinaryOperator<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) =>
        Map.BroadcastBinary<T, TOperator>(inputs[0].Span, leftStrides, inputs[1].Span, rightStrides, lengths, output);

    public override Division Divide(int length) => Broadcasting.Divide(lengths, CostModel.Arithmetic<T>(length));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count)
    {
        Span<int> share = stackalloc int[lengths.Length];
        Map.BroadcastBinary<T, TOperator>(
            inputs[0].Span[(first * leftStrides[0])..], leftStrides, inputs[1].Span[(first * rightStrides[0])..], rightStrides,
            Broadcasting.Share(lengths, count, share), Broadcasting.Share(output, lengths, first, count));
    }
}
