using System.Numerics;
using System.Runtime.CompilerServices;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Operations;

/// <summary>The functions of one variable, applied element by element.</summary>
internal enum UnaryFunction
{
    Negate,
    Abs,
    Sign,
    Step,
    Square,
    Cube,
    Sqrt,
    Reciprocal,
    Exp,
    Expm1,
    Log,
    Log1p,
    Sin,
    Cos,
    Tanh,
    Sigmoid,
    Elu,
    Relu,
    Softplus,
    Erf,
    Silu,
    Gelu,
    GeluTanh,
}

/// <summary>A function of one variable, applied element by element.</summary>
internal sealed record Unary(UnaryFunction Function) : Operation
{
    public override string Name => Function.ToString().ToLowerInvariant();

    public override bool AllowsInPlace => true;

    public override bool IsElementwise(ReadOnlySpan<Shape> inputs, Shape output) => true;

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0];

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => Function switch
    {
        UnaryFunction.Negate => new UnaryKernel<T, NegateOperator<T>>(),
        UnaryFunction.Abs => new UnaryKernel<T, AbsOperator<T>>(),
        UnaryFunction.Sign => new UnaryKernel<T, SignOperator<T>>(),
        UnaryFunction.Step => new UnaryKernel<T, StepOperator<T>>(),
        UnaryFunction.Square => new UnaryKernel<T, SquareOperator<T>>(),
        UnaryFunction.Cube => new UnaryKernel<T, CubeOperator<T>>(),
        UnaryFunction.Sqrt => new UnaryKernel<T, SqrtOperator<T>>(),
        UnaryFunction.Reciprocal => new UnaryKernel<T, ReciprocalOperator<T>>(),
        UnaryFunction.Exp => new UnaryKernel<T, ExpOperator<T>>(),
        UnaryFunction.Expm1 => new UnaryKernel<T, Expm1Operator<T>>(),
        UnaryFunction.Log => new UnaryKernel<T, LogOperator<T>>(),
        UnaryFunction.Log1p => new UnaryKernel<T, Log1pOperator<T>>(),
        UnaryFunction.Sin => new UnaryKernel<T, SinOperator<T>>(),
        UnaryFunction.Cos => new UnaryKernel<T, CosOperator<T>>(),
        UnaryFunction.Tanh => new UnaryKernel<T, TanhOperator<T>>(),
        UnaryFunction.Sigmoid => new UnaryKernel<T, SigmoidOperator<T>>(),
        UnaryFunction.Elu => new UnaryKernel<T, EluOperator<T>>(),
        UnaryFunction.Relu => new UnaryKernel<T, ReluOperator<T>>(),
        UnaryFunction.Softplus => new UnaryKernel<T, SoftplusOperator<T>>(),
        UnaryFunction.Erf => new UnaryKernel<T, ErfOperator<T>>(),
        UnaryFunction.Silu => new UnaryKernel<T, SiluOperator<T>>(),
        UnaryFunction.Gelu => new UnaryKernel<T, GeluOperator<T>>(),
        UnaryFunction.GeluTanh => new UnaryKernel<T, GeluTanhOperator<T>>(),
        _ => throw new InvalidOperationException($"No kernel for {Function}."),
    };

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed)
    {
        Tensor x = inputs[0];
        return [Function switch
        {
            UnaryFunction.Negate => -cotangent,
            UnaryFunction.Abs => cotangent * x.Sign(),
            UnaryFunction.Sign or UnaryFunction.Step => null,
            UnaryFunction.Square => cotangent * (2.0 * x),
            UnaryFunction.Cube => cotangent * (3.0 * x.Square()),
            UnaryFunction.Sqrt => cotangent / (2.0 * output),
            UnaryFunction.Reciprocal => -(cotangent * output.Square()),
            UnaryFunction.Exp => cotangent * output,
            UnaryFunction.Expm1 => cotangent * (output + 1.0),
            UnaryFunction.Log => cotangent / x,
            UnaryFunction.Log1p => cotangent / (x + 1.0),
            UnaryFunction.Sin => cotangent * x.Cos(),
            UnaryFunction.Cos => -(cotangent * x.Sin()),
            UnaryFunction.Tanh => ActivationGradient.Apply(ActivationFunction.Tanh, cotangent, output),
            UnaryFunction.Sigmoid => ActivationGradient.Apply(ActivationFunction.Sigmoid, cotangent, output),
            UnaryFunction.Elu => ActivationGradient.Apply(ActivationFunction.Elu, cotangent, output),
            UnaryFunction.Relu => ActivationGradient.Apply(ActivationFunction.Relu, cotangent, output),
            UnaryFunction.Softplus => ActivationGradient.Apply(ActivationFunction.Softplus, cotangent, x),
            UnaryFunction.Erf => cotangent * ((-x.Square()).Exp() * (2 / Math.Sqrt(Math.PI))),
            UnaryFunction.Silu or UnaryFunction.Gelu or UnaryFunction.GeluTanh => new InputGradient(Function).Apply(cotangent, x),
            _ => throw new InvalidOperationException($"No gradient for {Function}."),
        }];
    }
}

/// <summary>Runs a function of one variable over a tensor.</summary>
internal sealed class UnaryKernel<T, TOperator> : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOperator : struct, IUnaryOperator<T>
{
    public override Instruction Bind(Buffer<T>[] inputs, Buffer<T> output) => new UnaryInstruction<T, TOperator>(this, inputs, output);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Map.Unary<T, TOperator>(inputs[0].Span, output);

    public override Division Divide(int length) => Division.OfElements(length, CostModel.Function<T>(length));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count)
    {
        (int start, int length) = Division.Elements(first, count, output.Length);
        Map.Unary<T, TOperator>(inputs[0].Span.Slice(start, length), output.Slice(start, length));
    }
}
