using System.Numerics;
using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Tensors;

namespace NeuralOde.Architecture.Tests;

/// <summary>An operation with a gradient of its own, written from outside of the library.</summary>
public class OwnOperationTests
{
    private static readonly SoftSign s_softSign = new();

    [Fact]
    public void It_has_the_value_and_the_derivatives_of_the_composed_function()
    {
        Tensor x = new RandomSource(1).Normal([3, 4], dtype: DType.Float64).WithGradient();
        Tensor own = s_softSign.Apply(x);
        Tensor composed = Composed(x);
        AssertClose(composed, own);
        Tensor first = Gradients.Of(own.Square().Sum(), [x], createGraph: true)[0];
        Tensor expected = Gradients.Of(composed.Square().Sum(), [x], createGraph: true)[0];
        AssertClose(expected, first);
        AssertClose(Gradients.Of(expected.Square().Sum(), [x])[0], Gradients.Of(first.Square().Sum(), [x])[0]);
    }

    [Fact]
    public void It_stands_in_a_compiled_field_and_its_gradient_in_the_gradient_of_the_solve()
    {
        var rate = new Parameter(Tensor.From(0.8, 1.7), "rate");
        double[] Gradient(Func<Tensor, Tensor> function)
        {
            rate.ClearGradient();
            new OdeBlock(VectorField.Define((t, z) => -function(rate * z), [rate])).Forward(Tensor.From([1.0, -2.0], [1, 2]), 0, 2).Square().Sum().Backward();
            return rate.Gradient!.ToDoubles();
        }

        Assert.All(Gradient(Composed).Zip(Gradient(x => s_softSign.Apply(x))), static x => Assert.Equal(x.First, x.Second, 1e-12));
        var program = Program<float>.Compile(x => [s_softSign.Apply(x[0]) + s_softSign.Apply(x[0])], new ProgramInput("x", [5]));
        Assert.Single(program.ToString().Split('\n'), static line => line.Contains("soft_sign", StringComparison.Ordinal));
    }

    [Fact]
    public void A_gradient_of_another_shape_is_refused()
    {
        Tensor x = Tensor.From(1.0, 2.0).WithGradient();
        Assert.Contains("wrong", Assert.Throws<InvalidOperationException>(() => new Wrong().Apply(x).Sum().Backward()).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => s_softSign.Apply());
    }

    private static Tensor Composed(Tensor x) => x / (1.0 + x.Abs());

    private static void AssertClose(Tensor expected, Tensor actual) => Assert.All(expected.ToDoubles().Zip(actual.ToDoubles()), static x => Assert.Equal(x.First, x.Second, 1e-14));

    private sealed class SoftSign : CustomOperation
    {
        public override string Name => "soft_sign";

        protected override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0];

        protected override void Compute<T>(CustomInputs<T> inputs, Span<T> output)
        {
            for (int i = 0; i < output.Length; i++)
            {
                output[i] = inputs[0][i] / (T.One + T.Abs(inputs[0][i]));
            }
        }

        protected override Tensor?[] Gradient(IReadOnlyList<Tensor> inputs, Tensor output, Tensor cotangent) =>
            [cotangent / (1.0 + inputs[0].Abs()).Square()];
    }

    private sealed class Wrong : CustomOperation
    {
        public override string Name => "wrong";

        protected override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0];

        protected override void Compute<T>(CustomInputs<T> inputs, Span<T> output) => inputs[0].CopyTo(output);

        protected override Tensor?[] Gradient(IReadOnlyList<Tensor> inputs, Tensor output, Tensor cotangent) => [cotangent.Sum()];
    }
}
