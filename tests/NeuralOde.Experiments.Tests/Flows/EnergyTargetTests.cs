using NeuralOde.Experiments.Flows;
using NeuralOde.Series.Densities;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Experiments.Tests.Flows;

public class EnergyTargetTests
{
    [Fact]
    public void Normalizer_of_a_wave_is_that_of_its_normal_factors() =>
        Assert.Equal(Math.Log(2 * Math.PI * 2 * 0.4), EnergyTarget.All[1].LogNormalizer(), 1e-5);

    [Fact]
    public void Energies_are_those_of_the_paper()
    {
        // By hand at (1, 0.5): radius √1.25; the wave is at 1 and, split, at 1 − 3.
        double[] expected =
        [
            (0.5 * Math.Pow((Math.Sqrt(1.25) - 2) / 0.4, 2)) - Math.Log(Math.Exp(-0.5 * Math.Pow((1 - 2) / 0.6, 2)) + Math.Exp(-0.5 * Math.Pow((1 + 2) / 0.6, 2))),
            (0.5 * Math.Pow(0.5, 2)) + (0.5 * Math.Pow(-0.5 / 0.4, 2)),
            (0.5 * Math.Pow(0.5, 2)) - Math.Log(Math.Exp(-0.5 * Math.Pow(-0.5 / 0.35, 2)) + Math.Exp(-0.5 * Math.Pow(2.5 / 0.35, 2))),
        ];
        var point = Tensor.From(new double[,] { { 1, 0.5 } });
        Assert.All(EnergyTarget.All.Zip(expected), pair => Assert.Equal(pair.Second, pair.First.Energy(point).ToDoubles()[0], 1e-10));
    }

    [Theory]
    [InlineData(DensityMethod.Planar)]
    [InlineData(DensityMethod.Likelihood)]
    public void Distance_of_a_fit_equals_its_integral_over_the_plane(DensityMethod method)
    {
        const int N = 240;
        const double Edge = 7;
        EnergyTarget target = EnergyTarget.All[1];
        DensityOptions options = DensityOptions.For(method) with { Iterations = 100, BatchSize = 64 };
        var fit = EnergyFit.Run(target, 4, options, new Progress<TrainingProgress>(), CancellationToken.None);
        double[] grid = [.. Enumerable.Range(0, N * N).SelectMany(static i => (double[])[Center(i % N), Center(i / N)])];
        double[] learned = fit.LogDensity(Tensor.Create<double>(grid, [N * N, 2], DType.Float32)).ToDoubles();
        double[] energies = target.Energy(Tensor.From(grid, [N * N, 2])).ToDoubles();
        double area = 4 * Edge * Edge / (N * N), mass = learned.Sum(Math.Exp) * area, distance = target.LogNormalizer();
        for (int i = 0; i < learned.Length; i++)
        {
            distance += area * Math.Exp(learned[i]) * (learned[i] + energies[i]);
        }

        // 20,000 draws of a quantity with a deviation of about 1 have a mean within 0.007; four of these are allowed.
        Assert.Equal(1, mass, 0.002);
        Assert.Equal(distance, fit.Distance, 0.03);

        static double Center(int cell) => Edge * ((2 * (cell + 0.5) / N) - 1);
    }
}
