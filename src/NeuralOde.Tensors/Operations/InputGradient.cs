using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Operations;

/// <summary>
/// The cotangent times the derivative of an activation that is not monotone, so that its output does not tell the derivative: <c>(g, x) ↦ g·f′(x)</c> in one
/// pass. Differentiable in both.
/// </summary>
internal sealed record InputGradient(UnaryFunction Function) : Operation
{
    public override string Name => $"{Function.ToString().ToLowerInvariant()}_gradient";

    public override bool AllowsInPlace => true;

    public override bool IsElementwise(ReadOnlySpan<Shape> inputs, Shape output) => true;

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0] == inputs[1]
        ? inputs[0]
        : throw new ArgumentException($"An activation's cotangent {inputs[0]} and argument {inputs[1]} must have one shape.");

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => Function switch
    {
        UnaryFunction.Silu => new SameShapeKernel<T, SiluGradientOperator<T>>(),
        UnaryFunction.Gelu => new SameShapeKernel<T, GeluGradientOperator<T>>(),
        UnaryFunction.GeluTanh => new SameShapeKernel<T, GeluTanhGradientOperator<T>>(),
        _ => throw new InvalidOperationException($"No kernel for {Function}."),
    };

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed)
    {
        (Tensor g, Tensor x) = (inputs[0], inputs[1]);
        return [needed[0] ? Apply(cotangent, x) : null, needed[1] ? cotangent * g * SecondDerivative(x) : null];
    }

    private Tensor SecondDerivative(Tensor x)
    {
        if (Function == UnaryFunction.Gelu)
        {
            return (x.Square() * -0.5).Exp() * (1 / Math.Sqrt(2 * Math.PI)) * (2.0 - x.Square());
        }

        // x·s(w) with the logistic function s: 2s′w′ + x(s″w′² + s′w″), and w = x for SiLU.
        double factor = 2 * Math.Sqrt(2 / Math.PI);
        Tensor square = x.Square();
        Tensor s = Function == UnaryFunction.Silu ? x.Sigmoid() : ((x + (0.044715 * x.Cube())) * factor).Sigmoid();
        Tensor first = s * (1.0 - s);
        Tensor second = first * (1.0 - (2.0 * s));
        if (Function == UnaryFunction.Silu)
        {
            return (2.0 * first) + (x * second);
        }

        Tensor slope = ((3 * 0.044715 * square) + 1.0) * factor;
        Tensor bend = x * (6 * 0.044715 * factor);
        return (2.0 * first * slope) + (x * ((second * slope.Square()) + (first * bend)));
    }
}
