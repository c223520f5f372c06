using NeuralOde.Flows;
using NeuralOde.Flows.Discrete;
using NeuralOde.Modules;
using NeuralOde.Optimizers;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Tests.Flows.Discrete;

public class DiscreteFlowTests
{
    public static TheoryData<string, LayerDirection> Flows => new()
    {
        { "planar", LayerDirection.DataToBase }, { "planar", LayerDirection.BaseToData }, { "coupling", LayerDirection.DataToBase }, { "coupling", LayerDirection.BaseToData },
    };

    [Theory]
    [MemberData(nameof(Flows))]
    public void Points_come_back_through_the_layers(string name, LayerDirection direction)
    {
        DiscreteFlow flow = Flow(name, 3, direction);
        Tensor z = new RandomSource(4).Normal([200, 3], deviation: 2, dtype: DType.Float64);
        Tensor x = flow.FromBase(z);
        Tensor back = direction == LayerDirection.DataToBase ? flow.Through(x).Points : new DiscreteFlow([.. flow.Layers], flow.Base).FromBase(x);
        Assert.All(z.ToDoubles().Zip(back.ToDoubles()), static p => Assert.Equal(p.First, p.Second, 1e-12));
        Assert.Equal(flow.Layers.Count + 1, flow.Path(z).Count);
        Assert.Equal(x.ToDoubles(), flow.Path(z)[^1].ToDoubles());
    }

    [Theory]
    [InlineData("planar")]
    [InlineData("coupling")]
    public void Determinant_equals_that_of_finite_differences(string name)
    {
        const double H = 1e-5;
        DiscreteFlow flow = Flow(name, 2, LayerDirection.DataToBase);
        double[] x = [0.3, -0.7];
        double[,] jacobian = new double[2, 2];
        for (int k = 0; k < 2; k++)
        {
            double[] above = [.. x], below = [.. x];
            above[k] += H;
            below[k] -= H;
            double[] difference = (flow.Through(Tensor.From(above, [1, 2])).Points - flow.Through(Tensor.From(below, [1, 2])).Points).ToDoubles();
            (jacobian[0, k], jacobian[1, k]) = (difference[0] / (2 * H), difference[1] / (2 * H));
        }

        double determinant = (jacobian[0, 0] * jacobian[1, 1]) - (jacobian[0, 1] * jacobian[1, 0]);
        Assert.Equal(Math.Log(Math.Abs(determinant)), flow.Through(Tensor.From(x, [1, 2])).LogDeterminant.ToScalar(), 1e-8);
    }

    [Theory]
    [MemberData(nameof(Flows))]
    public void Density_integrates_to_one(string name, LayerDirection direction)
    {
        // The trapezoidal rule converges exponentially for smooth functions that vanish at the edge; the layers change volumes by factors of a few.
        const int Count = 241;
        const double Edge = 12, Spacing = 2 * Edge / (Count - 1);
        double[] grid = [.. Enumerable.Range(0, Count * Count).SelectMany(i => (double[])[(i % Count * Spacing) - Edge, (i / Count * Spacing) - Edge])];
        double integral = Flow(name, 2, direction).LogDensity(Tensor.From(grid, [Count * Count, 2])).ToDoubles().Sum(Math.Exp) * Spacing * Spacing;
        Assert.Equal(1, integral, 1e-4);
    }

    [Theory]
    [InlineData("planar")]
    [InlineData("coupling")]
    public void Gradient_of_the_likelihood_equals_finite_differences(string name)
    {
        const double H = 1e-5;
        DiscreteFlow flow = Flow(name, 2, LayerDirection.DataToBase);
        Tensor x = new RandomSource(8).Normal([7, 2], dtype: DType.Float64);
        flow.LogDensity(x).Mean().Backward();
        foreach (Parameter parameter in flow.Parameters)
        {
            double[] gradient = parameter.Gradient!.ToDoubles(), values = parameter.ToDoubles();
            for (int i = 0; i < values.Length; i++)
            {
                double value = values[i];
                Assert.Equal((At(value + H) - At(value - H)) / (2 * H), gradient[i], 1e-8);
                At(value);

                double At(double v)
                {
                    values[i] = v;
                    parameter.SetValues<double>(values);
                    return flow.LogDensity(x).Mean().ToScalar();
                }
            }
        }
    }

    [Fact]
    public void Planar_layers_stay_invertible_whatever_their_parameters_are()
    {
        var layer = new PlanarLayer(2, new RandomSource(0), DType.Float64);
        foreach ((double[] direction, double[] normal) in new (double[], double[])[] { ([-30, 4], [20, 1]), ([1e-3, 2], [0, 0]), ([-5, 0], [5, 0]) })
        {
            layer.Direction.SetValues<double>(direction);
            layer.Normal.SetValues<double>(normal);
            Tensor y = new RandomSource(3).Normal([100, 2], dtype: DType.Float64);
            FlowMap map = layer.Forward(layer.Inverse(y));
            Assert.All(y.ToDoubles().Zip(map.Points.ToDoubles()), static p => Assert.Equal(p.First, p.Second, 1e-10));
            Assert.All(map.LogDeterminant.ToDoubles(), static d => Assert.True(double.IsFinite(d)));
        }
    }

    [Fact]
    public void Density_fit_finds_a_normal_distribution()
    {
        // Two coupling layers can make any axis-parallel normal distribution; what remains is KL(q‖p) − log Z, at best the negative logarithm of ∫exp(−energy) = 2π·0.5·1.5.
        var flow = DiscreteFlow.Coupling(2, 2, [8], LayerDirection.BaseToData, new RandomSource(1));
        var task = DiscreteFlowTask.DensityFit(flow, 256, static x =>
        {
            Tensor scaled = (x - Tensor.From(1f, -2f)) * Tensor.From(2f, 1 / 1.5f);
            return 0.5 * scaled.Square().Sum([1]);
        }, new RandomSource(2));
        TrainingResult result = new TrainingRun(
            task, new Adam(flow.Parameters, 0.02), new TrainingOptions { Iterations = 600, Schedule = LearningRateSchedule.Cosine(), Selection = ModelSelection.Last }).Run();
        double least = -Math.Log(2 * Math.PI * 0.5 * 1.5);
        Assert.InRange(result.Losses.Skip(500).Average(), least - 1e-4, least + 0.01);
    }

    [Fact]
    public void Maximum_likelihood_reaches_the_entropy_of_a_correlated_normal_distribution()
    {
        var flow = DiscreteFlow.Coupling(2, 4, [8], random: new RandomSource(1));
        var task = DiscreteFlowTask.MaximumLikelihood(flow, 512, static (random, x) =>
        {
            random.FillNormal(x);
            for (int i = 0; i < x.Length; i += 2)
            {
                x[i + 1] = x[i] + (0.5f * x[i + 1]);
            }
        }, new RandomSource(2));
        TrainingResult result = new TrainingRun(
            task, new Adam(flow.Parameters, 0.02), new TrainingOptions { Iterations = 600, Schedule = LearningRateSchedule.Cosine(), Selection = ModelSelection.Last }).Run();

        // 100 batches of 512 have a mean within 0.01 of the entropy (deviation of −log p: 1).
        double entropy = Math.Log(2 * Math.PI * Math.E * 0.5);
        Assert.Equal(entropy, result.Losses.Skip(500).Average(), 0.025);
        Assert.Equal(0.25 + 1, flow.Sample(20_000, new RandomSource(3)).Select(1, 1).Square().Mean().ToScalar(), 0.06);
    }

    [Fact]
    public void Copies_and_files_keep_the_flow()
    {
        DiscreteFlow flow = Flow("coupling", 3, LayerDirection.BaseToData);
        DiscreteFlow copy = flow.Clone();
        Tensor x = new RandomSource(5).Normal([4, 3], dtype: DType.Float64);
        Assert.Equal(flow.LogDensity(x).ToDoubles(), copy.LogDensity(x).ToDoubles());
        Assert.Equal(LayerDirection.BaseToData, copy.Direction);
    }

    [Fact]
    public void Flows_that_cannot_be_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new AffineCouplingLayer(1, true, [4]));
        Assert.Throws<ArgumentException>(() => new DiscreteFlow([], new NormalDistribution(2)));
        Assert.Throws<ArgumentException>(() => new DiscreteFlow([new PlanarLayer(3)], new NormalDistribution(2)));
        Assert.Throws<ArgumentException>(() => DiscreteFlow.Planar(2, 1).LogDensity(Tensor.Zeros([4, 3])));
        var flow = DiscreteFlow.Planar(2, 1);
        Assert.Throws<ArgumentException>(() => DiscreteFlowTask.DensityFit(flow, 4, static x => x.Sum([1]), new RandomSource(0)));
    }

    private static DiscreteFlow Flow(string name, int dimension, LayerDirection direction)
    {
        var random = new RandomSource(6);
        return name == "planar" ? DiscreteFlow.Planar(dimension, 6, direction, random, DType.Float64) : DiscreteFlow.Coupling(dimension, 4, [5], direction, random, DType.Float64);
    }
}
