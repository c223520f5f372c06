using System.Numerics;
using System.Runtime.CompilerServices;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Operations;

/// <summary>A matrix product plus a row, and an activation: one layer in one kernel.</summary>
internal sealed record Linear(MatrixMultiply Product, UnaryFunction? Activation) : Operation
{
    public override string Name => $"linear{Product.Name["matmul".Length..]}{(Activation is { } function ? "+" + function.ToString().ToLowerInvariant() : "")}";

    public static bool Supports(UnaryFunction function) => function is
        UnaryFunction.Tanh or UnaryFunction.Sigmoid or UnaryFunction.Elu or UnaryFunction.Relu or UnaryFunction.Softplus or UnaryFunction.Sin;

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => Product.InferShape(inputs[..2]);

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output)
    {
        MatrixSizes sizes = Product.Sizes(inputs[0], inputs[1]);
        return Activation switch
        {
            null => new LinearKernel<T, IdentityOperator<T>>(Product, sizes),
            UnaryFunction.Tanh => new LinearKernel<T, TanhOperator<T>>(Product, sizes),
            UnaryFunction.Sigmoid => new LinearKernel<T, SigmoidOperator<T>>(Product, sizes),
            UnaryFunction.Elu => new LinearKernel<T, EluOperator<T>>(Product, sizes),
            UnaryFunction.Relu => new LinearKernel<T, ReluOperator<T>>(Product, sizes),
            UnaryFunction.Softplus => new LinearKernel<T, SoftplusOperator<T>>(Product, sizes),
            UnaryFunction.Sin => new LinearKernel<T, SinOperator<T>>(Product, sizes),
            _ => throw new InvalidOperationException($"No layer kernel for {Activation}."),
        };
    }

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) =>
        throw new NotSupportedException("Fused operations exist only in compiled programs, which are differentiated before they are fused.");

    private sealed class LinearKernel<T, TActivation>(MatrixMultiply product, MatrixSizes sizes) : Kernel<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TActivation : struct, IUnaryOperator<T>
    {
        public override Instruction Bind(Buffer<T>[] inputs, Buffer<T> output) => new LinearInstruction(product, sizes, inputs, output);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Gemm.MultiplyBiasActivate<T, TActivation>(
            product.TransposeLeft, product.TransposeRight, sizes.Rows, sizes.Columns, sizes.Inner, inputs[0].Span, inputs[1].Span, inputs[2].Span, output);

        private sealed unsafe class LinearInstruction(MatrixMultiply product, MatrixSizes sizes, Buffer<T>[] inputs, Buffer<T> output)
            : ProductInstruction<T>(product, sizes, inputs[0], inputs[1], inputs[2], output)
        {
            private readonly T* _output = output.Pointer;
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
                    Map.Unary<T, TActivation>(_output + start, _output + start, length);
                }
            }
        }
    }
}

/// <summary>A matrix product times an activation's derivative, element by element: a cotangent's way back through a layer.</summary>
internal sealed record MatrixMultiplyActivationGradient(MatrixMultiply Product, ActivationFunction Function) : Operation
{
    public override string Name => $"{Product.Name}+{Function.ToString().ToLowerInvariant()}_gradient";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => Product.InferShape(inputs[..2]);

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output)
    {
        MatrixSizes sizes = Product.Sizes(inputs[0], inputs[1]);
        return Function switch
        {
            ActivationFunction.Tanh => new FusedKernel<T, TanhGradientOperator<T>>(Product, sizes),
            ActivationFunction.Sigmoid => new FusedKernel<T, SigmoidGradientOperator<T>>(Product, sizes),
            ActivationFunction.Elu => new FusedKernel<T, EluGradientOperator<T>>(Product, sizes),
            ActivationFunction.Relu => new FusedKernel<T, ReluGradientOperator<T>>(Product, sizes),
            ActivationFunction.Softplus => new FusedKernel<T, SoftplusGradientOperator<T>>(Product, sizes),
            _ => throw new InvalidOperationException($"No kernel for {Function}."),
        };
    }

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) =>
        throw new NotSupportedException("Fused operations exist only in compiled programs, which are differentiated before they are fused.");

    private sealed class FusedKernel<T, TGradient>(MatrixMultiply product, MatrixSizes sizes) : Kernel<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGradient : struct, IBinaryOperator<T>
    {
        public override Instruction Bind(Buffer<T>[] inputs, Buffer<T> output) => new FusedInstruction(product, sizes, inputs, output);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Gemm.MultiplyActivationGradient<T, TGradient>(
            product.TransposeLeft, product.TransposeRight, sizes.Rows, sizes.Columns, sizes.Inner, inputs[0].Span, inputs[1].Span, inputs[2].Span, output);

        private sealed unsafe class FusedInstruction(MatrixMultiply product, MatrixSizes sizes, Buffer<T>[] inputs, Buffer<T> output)
            : ProductInstruction<T>(product, sizes, inputs[0], inputs[1], null, output)
        {
            private readonly T* _y = inputs[2].Pointer;
            private readonly T* _output = output.Pointer;
            private readonly int _length = output.Length;
            private readonly Buffer<T> _keepAlive = inputs[2];

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public override void Run()
            {
                base.Run();
                Activate(0, _length);
            }

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            protected override void Activate(int start, int length) =>
                Map.Binary<T, TGradient>(_output + start, _y + start, _output + start, length);
        }
    }
}
