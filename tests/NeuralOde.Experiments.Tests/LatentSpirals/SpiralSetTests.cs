using NeuralOde.Experiments.LatentSpirals;
using NeuralOde.Series;
using NeuralOde.Tensors;

namespace NeuralOde.Experiments.Tests.LatentSpirals;

public class SpiralSetTests
{
    [Fact]
    public void Spirals_solve_a_linear_equation_that_shrinks_and_turns_in_their_direction()
    {
        var set = new SpiralSet(40, new RandomSource(1));
        for (int i = 0; i < set.Count; i++)
        {
            ReadOnlySpan<float> x = set.Exact(i);

            // Constant coefficients: x(t + 2h) = T·x(t + h) − D·x(t), T and D the trace and the determinant of one step's matrix, for both coordinates.
            (double a, double b, double r) = (x[2], x[0], x[4]);
            (double c, double d, double s) = (x[3], x[1], x[5]);
            double determinant = (a * d) - (b * c);
            if (Math.Abs(determinant) < 0.05)
            {
                continue;
            }

            double trace = ((r * d) - (b * s)) / determinant;
            double last = ((a * s) - (c * r)) / -determinant;
            double step = SpiralSet.TimeAt(1);

            // The determinant is e^(h·tr W) with tr W = −0.1(|N| + |N|) − 0.1.
            Assert.InRange(last, Math.Exp(step * -1.1), Math.Exp(step * -0.1) + 1e-4);
            for (int time = 2; time < SpiralSet.TimeCount; time++)
            {
                Assert.Equal((trace * x[(2 * time) - 2]) - (last * x[(2 * time) - 4]), x[2 * time], 1e-3);
                Assert.Equal((trace * x[(2 * time) - 1]) - (last * x[(2 * time) - 3]), x[(2 * time) + 1], 1e-3);
            }

            double turn = (x[0] * x[3]) - (x[1] * x[2]);
            Assert.Equal(SpiralSet.IsCounterClockwise(i), turn > 0);
        }
    }

    [Fact]
    public void Observations_have_the_noise_of_the_write_up()
    {
        var set = new SpiralSet(50, new RandomSource(2));
        double sum = 0;
        for (int i = 0; i < set.Count; i++)
        {
            for (int k = 0; k < 2 * SpiralSet.TimeCount; k++)
            {
                double difference = set.Observed(i)[k] - set.Exact(i)[k];
                sum += difference * difference;
            }
        }

        // 20,000 draws: five standard errors of the deviation are 2.5 %.
        Assert.Equal(0.02, Math.Sqrt(sum / (50 * 2 * SpiralSet.TimeCount)), 0.02 * 0.025);
    }

    [Fact]
    public void Batches_hold_30_50_or_100_points_of_a_span_in_order()
    {
        var set = new SpiralSet(20, new RandomSource(3));
        var source = new SpiralBatches(set, 10, 100, 100, LatentSpiralsExperiment.ObservationCounts, new RandomSource(4));
        HashSet<int> counts = [];
        for (int i = 0; i < 40; i++)
        {
            SeriesBatch batch = source.Next();
            Assert.Equal(10, batch.Count);
            Assert.True(batch.SharesTimes);
            Assert.Equal(0, batch.Times[0]);
            Assert.True(batch.Times[^1] <= SpiralSet.TimeAt(99) + 1e-9);
            counts.Add(batch.StepCount);
        }

        Assert.Equal([30, 50, 100], counts.Order());
    }

    [Fact]
    public void Spans_have_every_length_between_the_shortest_and_the_longest()
    {
        var set = new SpiralSet(20, new RandomSource(3));
        var source = new SpiralBatches(set, 10, 40, 42, [100], new RandomSource(4));
        HashSet<int> counts = [];
        for (int i = 0; i < 60; i++)
        {
            counts.Add(source.Next().StepCount);
        }

        Assert.Equal([40, 41, 42], counts.Order());
    }

    [Fact]
    public void A_perfect_model_of_errors_has_quantiles_of_its_squares()
    {
        var error = SpiralError.Of([.. Enumerable.Range(0, 11).Select(i => (double)(i * i))]);
        Assert.Equal(5, error.Median, 1e-12);
        Assert.Equal(9, error.Percentile90, 1e-12);
        Assert.Equal(Math.Sqrt(35), error.Pooled, 1e-12);
    }

    [Fact]
    public void Saying_0_always_errs_by_the_spirals_own_size()
    {
        var set = new SpiralSet(1, new RandomSource(5));
        var errors = SpiralErrors.OfZero(set);
        double last = Math.Sqrt(set.Exact(0)[200..].ToArray().Average(x => (double)x * x));
        Assert.Equal((last, last, last), (errors.Extrapolation.Median, errors.Extrapolation.Percentile90, errors.Extrapolation.Pooled));

        // The five windows' own errors fall with the spiral.
        double middle = Math.Sqrt(set.Exact(0)[100..300].ToArray().Average(x => (double)x * x));
        Assert.Equal(middle, errors.Reconstruction.Median, 1e-12);
        Assert.Equal(0, errors.Observations);
    }
}
