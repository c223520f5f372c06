namespace NeuralOde.Tensors.Tests;

/// <content>Operations of a user's own.</content>
internal static partial class OperationCases
{
    private static IEnumerable<OperationCase> Custom()
    {
        var root = new CubeRoot();
        var product = new ComplexProduct(false);
        yield return Map("custom cube root", x => root.Apply(x), Math.Cbrt) with { Domain = (0.5, 4) };
        yield return Map("custom cube root within others", x => (root.Apply(x + 3.0) * x).Tanh(), x => Math.Tanh(Math.Cbrt(x + 3) * x)) with { Ulps = 8 };
        yield return Two("custom complex product", [3, 2], [3, 2], (x, y) => product.Apply(x, y), (x, y) => Complex(x, y)) with { Ulps = 8, Scale = x => x[0].Map(_ => 8) };
        yield return One("custom complex square", [4, 2], x => product.Apply(x, x), x => Complex(x, x)) with { Ulps = 8, Scale = x => x[0].Map(_ => 8) };
    }

    private static Dense Complex(Dense x, Dense y)
    {
        double[] values = new double[x.Values.Length];
        for (int i = 0; i < values.Length; i += 2)
        {
            values[i] = (x.Values[i] * y.Values[i]) - (x.Values[i + 1] * y.Values[i + 1]);
            values[i + 1] = (x.Values[i] * y.Values[i + 1]) + (x.Values[i + 1] * y.Values[i]);
        }

        return new Dense(values, x.Lengths);
    }
}

/// <summary>The cube root, whose gradient is made of the library's operations.</summary>
internal sealed class CubeRoot : CustomOperation
{
    public override string Name => "cbrt";

    protected override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0];

    protected override void Compute<T>(CustomInputs<T> inputs, Span<T> output)
    {
        ReadOnlySpan<T> x = inputs[0];
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = T.Cbrt(x[i]);
        }
    }

    protected override Tensor?[] Gradient(IReadOnlyList<Tensor> inputs, Tensor output, Tensor cotangent) => [cotangent / (3.0 * output.Square())];
}

/// <summary>
/// Products of complex numbers, pairs along the last axis of equal shapes, of which the second factor may be conjugated. Its gradient is made of the same operation.
/// </summary>
internal sealed class ComplexProduct(bool conjugates) : CustomOperation
{
    private readonly bool _conjugates = conjugates;

    public override string Name => _conjugates ? "complex_product_conjugate" : "complex_product";

    public override int InputCount => 2;

    public override bool Equals(object? obj) => obj is ComplexProduct other && other._conjugates == _conjugates;

    public override int GetHashCode() => _conjugates.GetHashCode();

    protected override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0] == inputs[1] && inputs[0].Rank > 0 && inputs[0][-1] == 2
        ? inputs[0]
        : throw new ArgumentException($"Complex factors have one shape [..., 2]; got {inputs[0]} and {inputs[1]}.");

    protected override void Compute<T>(CustomInputs<T> inputs, Span<T> output)
    {
        ReadOnlySpan<T> x = inputs[0], y = inputs[1];
        T sign = _conjugates ? -T.One : T.One;
        for (int i = 0; i < output.Length; i += 2)
        {
            output[i] = (x[i] * y[i]) - (sign * x[i + 1] * y[i + 1]);
            output[i + 1] = (sign * x[i] * y[i + 1]) + (x[i + 1] * y[i]);
        }
    }

    protected override Tensor?[] Gradient(IReadOnlyList<Tensor> inputs, Tensor output, Tensor cotangent)
    {
        // x ↦ x·y is linear, and its transpose the product with the conjugate of y; of x·ȳ it is the product with y itself.
        (Tensor x, Tensor y) = (inputs[0], inputs[1]);
        return _conjugates
            ? [new ComplexProduct(false).Apply(cotangent, y), new ComplexProduct(true).Apply(x, cotangent)]
            : [new ComplexProduct(true).Apply(cotangent, y), new ComplexProduct(true).Apply(cotangent, x)];
    }
}
