namespace NeuralOde.Tensors.Operations;

/// <summary>A matrix product plus a row, and an activation: one layer in one kernel.</summary>
internal sealed record LinearLayer(MatrixMultiply Product, UnaryFunction? Activation) : Operation
{
    public override string Name => $"linear{Product.Name["matmul".Length..]}{(Activation is { } function ? "+" + function.ProgramName : "")}";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => Product.InferShape(inputs[..2]);

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output)
    {
        var maker = new Maker(Product.GemmShape(inputs[0], inputs[1]));
        return Activation is null ? maker.Make<T, IdentityOperator<T>>() : Activation.Make<T, Maker>(maker);
    }

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) =>
        throw new NotSupportedException("Fused operations exist only in compiled programs, which are differentiated before they are fused.");

    private readonly struct Maker(GemmShape shape) : IUnaryKernelMaker
    {
        public Kernel<T> Make<T, TOperator>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TOperator : struct, IUnaryOperator<T> => new LinearKernel<T, TOperator>(shape);
    }

    private sealed class LinearKernel<T, TActivation>(GemmShape shape) : Kernel<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TActivation : struct, IUnaryOperator<T>
    {
        public override Instruction Bind(Buffer<T>[] inputs, Buffer<T> output) => new LinearInstruction(shape, inputs, output);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Gemm.MultiplyBiasActivate<T, TActivation>(
            shape, inputs[0].Span, inputs[1].Span, inputs[2].Span, output);

        private sealed unsafe class LinearInstruction(GemmShape shape, Buffer<T>[] inputs, Buffer<T> output)
            : ProductInstruction<T>(shape, inputs[0], inputs[1], inputs[2], output)
        {
            private readonly int _length = output.Length;

            protected override long ActivationCount => typeof(TActivation) != typeof(IdentityOperator<T>) ? _length : 0;

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public override void Run()
            {
                base.Run();
                Activate(0, _length);
            }

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            protected override void Activate(int start, int length)
            {
                if (typeof(TActivation) != typeof(IdentityOperator<T>))
                {
                    Map.Unary<T, TActivation>(Product + start, Product + start, length);
                }
            }
        }
    }
}

/// <summary>A matrix product times an activation's derivative, element by element: a cotangent's way back through a layer.</summary>
internal sealed record MatrixMultiplyActivationGradient(MatrixMultiply Product, ActivationFunction Function) : Operation
{
    public override string Name => $"{Product.Name}+{Function.ProgramName}_gradient";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => Product.InferShape(inputs[..2]);

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => Function.MakeGradient<T, Maker>(new(Product.GemmShape(inputs[0], inputs[1])));

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) =>
        throw new NotSupportedException("Fused operations exist only in compiled programs, which are differentiated before they are fused.");

    private readonly struct Maker(GemmShape shape) : IBinaryKernelMaker
    {
        public Kernel<T> Make<T, TOperator>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TOperator : struct, IBinaryOperator<T> => new FusedKernel<T, TOperator>(shape);
    }

    private sealed class FusedKernel<T, TGradient>(GemmShape shape) : Kernel<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGradient : struct, IBinaryOperator<T>
    {
        public override Instruction Bind(Buffer<T>[] inputs, Buffer<T> output) => new FusedInstruction(shape, inputs, output);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Gemm.MultiplyActivationGradient<T, TGradient>(
            shape, inputs[0].Span, inputs[1].Span, inputs[2].Span, output);

        private sealed unsafe class FusedInstruction(GemmShape shape, Buffer<T>[] inputs, Buffer<T> output)
            : ProductInstruction<T>(shape, inputs[0], inputs[1], null, output)
        {
            private readonly int _length = output.Length;
            private Buffer<T> _value = inputs[2];
            private T* _y = inputs[2].Pointer;

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public override bool Follow(in MemoryMove move)
            {
                bool concerns = move.Concerns(_value);
                _value = _value.After(move);
                _y = _value.Pointer;
                return base.Follow(move) || concerns;
            }

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public override void Run()
            {
                base.Run();
                Activate(0, _length);
            }

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            protected override void Activate(int start, int length) => Map.Binary<T, TGradient>(Product + start, _y + start, Product + start, length);
        }
    }
}
