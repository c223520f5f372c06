using NeuralOde.Fields;
using NeuralOde.Flows;
using NeuralOde.Flows.Matching;
using NeuralOde.Modules;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Flows.Matching;

public class PreconditionedFieldTests
{
    [Fact]
    public void At_first_values_the_flow_keeps_the_normal_distribution()
    {
        var field = new PreconditionedField(3, [8, 8], new RandomSource(1), DType.Float64);
        var flow = new ContinuousFlow(field, new NormalDistribution(3, dtype: DType.Float64))
        {
            Steps = new AdaptiveSteps { RelativeTolerance = 1e-9, AbsoluteTolerance = 1e-9 },
        };
        Tensor x = new RandomSource(2).Normal([20, 3], dtype: DType.Float64);
        double[] expected = flow.Base.LogDensity(x).ToDoubles(), got = flow.LogDensity(x).ToDoubles();
        Assert.All(expected.Zip(got), static pair => Assert.Equal(pair.First, pair.Second, 1e-7));
    }

    [Fact]
    public void At_first_values_the_loss_of_independent_normal_pairs_is_the_least_one()
    {
        // The velocity x₁ − x₀ has the variance 1/s² around its regression on the point; its integral over time is π/2. A batch of 4,096 times 2 values has the deviation
        // 1.5·√(2/8192), and twenty of them a fifth of that: 0.005; five of these are allowed.
        var field = new PreconditionedField(2, [8], new RandomSource(1), DType.Float64);
        var matching = new FlowMatching<double>(field, 4_096, 2, new FlowMatchingOptions { Pairing = Pairing.Independent });
        var random = new RandomSource(3);
        double[] source = new double[2 * 4_096], target = new double[2 * 4_096];
        double total = 0;
        for (int i = 0; i < 20; i++)
        {
            random.FillNormal(source);
            random.FillNormal(target);
            total += matching.AddGradients(source, target, random) / 20;
        }

        Assert.Equal(Math.PI / 2, total, 0.025);
    }

    [Theory]
    [InlineData(-0.5)]
    [InlineData(0)]
    [InlineData(0.37)]
    [InlineData(1)]
    [InlineData(1.5)]
    public void One_time_for_all_points_gives_what_a_time_for_each_gives(double time)
    {
        PreconditionedField field = Trained();
        Tensor x = new RandomSource(2).Normal([40, 3], dtype: DType.Float64);
        double[] one = field.Forward(Tensor.Scalar(time, DType.Float64), x).ToDoubles();
        double[] each = field.Forward(Tensor.Full([40, 1], time, DType.Float64), x).ToDoubles();
        Assert.All(one.Zip(each), static pair => Assert.Equal(pair.First, pair.Second, 1e-12 * (1 + Math.Abs(pair.First))));
    }

    [Fact]
    public void Copies_compute_the_same()
    {
        PreconditionedField field = Trained();
        Tensor x = new RandomSource(2).Normal([5, 3], dtype: DType.Float64), t = Tensor.Scalar(0.4, DType.Float64);
        Assert.Equal(field.Forward(t, x).ToDoubles(), field.Clone().Forward(t, x).ToDoubles());
    }

    [Fact]
    public void Sizes_are_checked()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => new PreconditionedField(0, [4]));
        Assert.Throws<ArgumentException>(static () => new PreconditionedField(2, []));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new PreconditionedField(2, [0]));
    }

    /// <summary>A field whose every parameter counts.</summary>
    private static PreconditionedField Trained()
    {
        var field = new PreconditionedField(3, [8, 6], new RandomSource(1), DType.Float64);
        var random = new RandomSource(7);
        foreach (Parameter parameter in field.Parameters)
        {
            parameter.SetValues<double>(random.Normal(parameter.Shape, 0, 0.5, DType.Float64).ToDoubles());
        }

        return field;
    }
}
