using NeuralOde.Tensors.Kernels;
namespace NeuralOde.Tensors.Operations;

/// <summary>The activations whose derivative has a kernel of its own.</summary>
internal enum ActivationFunction
{
    Tanh,
    Sigmoid,
    Elu,
    Relu,
    Softplus,
}

/// <summary>
/// The cotangent times an activation's derivative, in one pass: <c>(g, y) ↦ g·σ'(y)</c>, where <c>y</c> is the activation's
/// output (softplus: its input). Linear in <c>g</c>; differentiable in both, so that gradients of gradients exist.
/// </summary>
internal sealed record ActivationGradient(ActivationFunction Function) : Operation
{
    public override string Name => $"{Function.ToString().ToLowerInvariant()}_gradient";

    public override bool AllowsInPlace => true;

    public override bool IsElementwise(ReadOnlySpan<Shape> inputs, Shape output) => true;

    public static Tensor Apply(ActivationFunction function, Tensor cotangent, Tensor y) => new ActivationGradient(function).Apply(cotangent, y);

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0] == inputs[1]
        ? inputs[0]
        : throw new ArgumentException($"An activation's cotangent {inputs[0]} and value {inputs[1]} must have one shape.");

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => Function switch
    {
        ActivationFunction.Tanh => new SameShapeKernel<T, TanhGradientOperator<T>>(),
        ActivationFunction.Sigmoid => new SameShapeKernel<T, SigmoidGradientOperator<T>>(),
        ActivationFunction.Elu => new SameShapeKernel<T, EluGradientOperator<T>>(),
        ActivationFunction.Relu => new SameShapeKernel<T, ReluGradientOperator<T>>(),
        ActivationFunction.Softplus => new SameShapeKernel<T, SoftplusGradientOperator<T>>(),
        _ => throw new InvalidOperationException($"No kernel for {Function}."),
    };

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed)
    {
        (Tensor g, Tensor y) = (inputs[0], inputs[1]);
        Tensor? toG = needed[0] ? Apply(Function, cotangent, y) : null;
        Tensor? toY = !needed[1] ? null : Function switch
        {
            ActivationFunction.Tanh => -2.0 * (cotangent * g * y),
            ActivationFunction.Sigmoid => cotangent * g * (1.0 - (2.0 * y)),
            ActivationFunction.Elu => cotangent * g * (-y).Step(),
            ActivationFunction.Relu => null,
            ActivationFunction.Softplus => Apply(ActivationFunction.Sigmoid, cotangent * g, y.Sigmoid()),
            _ => throw new InvalidOperationException($"No gradient for {Function}."),
        };
        return [toG, toY];
    }
}
