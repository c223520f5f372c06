using NeuralOde.Experiments.Flows;
using NeuralOde.Fields;
using NeuralOde.Flows.Matching;
using NeuralOde.Optimizers;
using NeuralOde.Tensors;

namespace NeuralOde.Experiments.Tests.Flows;

public class PlaneDistributionTests
{
    public static TheoryData<string> Names => [.. PlaneDistribution.All.Select(static x => x.Name)];

    [Fact]
    public void Even_points_share_out_the_unit_cube()
    {
        double[] points = EvenPoints.Uniform(256, 4, seed: 5);
        Assert.All(points, static x => Assert.InRange(x, double.Epsilon, 1 - double.Epsilon));
        for (int a = 0; a < 4; a++)
        {
            // One point in each of 256 slices of an axis; 16 points in each cell of 4x4 for pairs of the first two axes, which are a (0, 2)-sequence.
            Assert.Equal(256, Enumerable.Range(0, 256).Select(i => (int)(256 * points[(4 * i) + a])).Distinct().Count());
        }

        IEnumerable<int> cells = Enumerable.Range(0, 256).GroupBy(i => ((int)(16 * points[4 * i]), (int)(16 * points[(4 * i) + 1]))).Select(static x => x.Count());
        Assert.Equal(256, cells.Count());
        Assert.NotEqual(points, EvenPoints.Uniform(256, 4, seed: 6));
        Assert.Throws<ArgumentOutOfRangeException>(() => EvenPoints.Uniform(8, 5, 0));
    }

    [Fact]
    public void Even_normal_points_have_the_moments_of_the_distribution()
    {
        double[] x = EvenPoints.Normal(2_048, 1, seed: 1);

        // Stratified quantiles: errors of the order 1/n for the mean, and of the tails' for the variance.
        Assert.Equal(0, x.Average(), 2e-3);
        Assert.Equal(1, x.Average(static v => v * v), 1e-2);
        Assert.Equal(0.158655, x.Count(static v => v < -1) / 2_048.0, 1e-3);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Sets_are_centered_finite_and_the_same_for_the_same_seed(string name)
    {
        PlaneDistribution set = PlaneDistribution.All.First(x => x.Name == name);
        float[] points = new float[20_000], again = new float[20_000];
        set.Draw(new RandomSource(3), points);
        set.Draw(new RandomSource(3), again);
        Assert.Equal(points, again);
        Assert.All(points, static x => Assert.InRange(x, -8, 8));
        Assert.InRange(points.Average(), -0.2, 0.4);
    }

    [Fact]
    public void Checkerboard_fills_its_eight_squares_alone()
    {
        float[] points = new float[16_000];
        PlaneDistribution.Checkerboard.Draw(new RandomSource(3), points);
        int[] counts = new int[16];
        for (int i = 0; i < points.Length; i += 2)
        {
            counts[(4 * (int)Math.Floor((points[i + 1] + 4) / 2)) + (int)Math.Floor((points[i] + 4) / 2)]++;
        }

        // 8,000 points in eight squares: five deviations.
        Assert.Equal(8, counts.Count(static x => x > 0));
        Assert.All(counts.Where(static x => x > 0), static x => Assert.InRange(x, 850, 1_150));
    }

    [Fact]
    public void Even_points_of_a_law_have_equal_counts_for_each_mode_and_a_low_floor()
    {
        float[] ring = PlaneDistribution.WideEightGaussians.Even(2_048, 1), other = PlaneDistribution.WideEightGaussians.Even(2_048, 2);
        int[] counts = new int[8];
        for (int i = 0; i < ring.Length; i += 2)
        {
            counts[(int)Math.Round(Math.Atan2(ring[i + 1], ring[i]) / (Math.PI / 4) + 8) % 8]++;
        }

        // Modes are 3.4 deviations from the border to the next: one point in some thousand is nearer to a neighbor.
        Assert.All(counts, static x => Assert.InRange(x, 254, 258));
        Assert.InRange(TransportExperiment.Distance(ring, other), 0.05, 0.13);
        Assert.InRange(TransportExperiment.Distance(PlaneDistribution.WideMoons.Even(2_048, 1), PlaneDistribution.WideMoons.Even(2_048, 2)), 0.01, 0.08);
    }

    [Fact]
    public void A_shift_is_measured_as_the_transport_that_it_is()
    {
        // z' = (3, 4) from 0 to 1: W2 to points shifted by (3, 4) is the floor, and the energy 25 over W2² = 25 of source and target.
        var shift = VectorField.Define(static (t, z) => Tensor.From(3f, 4f).BroadcastTo(z.Shape));
        TransportResult result = TransportExperiment.Measure(shift, PlaneDistribution.Normal, PlaneDistribution.Normal, 0);
        Assert.Equal(5, result.Distance, 0.05);
        Assert.InRange(result.Floor, 0, 0.12);
    }

    [Fact]
    public void Training_brings_points_closer_to_the_target()
    {
        TransportResult result = TransportExperiment.Run(
            PlaneDistribution.Normal, PlaneDistribution.WideEightGaussians, new FlowMatchingOptions { Pairing = Pairing.Independent, Sigma = 0.1 }, 100,
                LearningRateSchedule.Cosine(), 0);
        Assert.InRange(result.Distance, 0.1, 2.5);
    }
}
