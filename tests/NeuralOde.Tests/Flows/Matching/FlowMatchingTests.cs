using NeuralOde.Fields;
using NeuralOde.Flows.Matching;
using NeuralOde.Layers;
using NeuralOde.Optimizers;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Tests.Flows.Matching;

public class FlowMatchingTests
{
    private static readonly FlowMatchingOptions s_independent = new() { Pairing = Pairing.Independent };

    public static TheoryData<Pairing, ConditionalPath, double> Cases => new()
    {
        { Pairing.Independent, ConditionalPath.Straight, 0 },
        { Pairing.Independent, ConditionalPath.Straight, 0.3 },
        { Pairing.Independent, ConditionalPath.Narrowing, 0.1 },
        { Pairing.OptimalTransport, ConditionalPath.Straight, 0.3 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradient_equals_finite_differences(Pairing pairing, ConditionalPath path, double sigma)
    {
        // Central differences of a loss of size 1 with third derivatives below 10: h²·10/6 + ε/h.
        const double H = 1e-5;
        var random = new RandomSource(5);
        LayerField field = new Mlp(4, [5], 3, Activation.Tanh, random, DType.Float64).AsField(TimeInput.Concatenated);
        var matching = new FlowMatching<double>(field, 8, 3, new FlowMatchingOptions { Pairing = pairing, Path = path, Sigma = sigma });
        double[] source = random.Normal([8, 3], dtype: DType.Float64).ToDoubles(), target = random.Normal([8, 3], mean: 1, dtype: DType.Float64).ToDoubles();
        RandomState state = random.State;
        Loss();
        double[][] gradients = [.. field.Parameters.Select(static x => x.Gradient!.ToDoubles())];
        for (int p = 0; p < field.Parameters.Count; p++)
        {
            double[] values = field.Parameters[p].ToDoubles();
            for (int i = 0; i < values.Length; i++)
            {
                double value = values[i];
                Assert.Equal((At(value + H) - At(value - H)) / (2 * H), gradients[p][i], 1e-8);
                At(value);

                double At(double x)
                {
                    values[i] = x;
                    field.Parameters[p].SetValues<double>(values);
                    return Loss();
                }
            }
        }

        double Loss()
        {
            random.State = state;
            field.Parameters.ClearGradients();
            return matching.AddGradients(source, target, random);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Loss_of_the_true_velocity_between_normal_distributions_is_its_conditional_variance(Pairing pairing, ConditionalPath path, double sigma)
    {
        // From N(0, 1) to N(0, s²), in one dimension: everything is jointly normal, so the velocity is linear in the point.
        const double S = 0.5;
        const int Batch = 200, Rounds = 300;
        double a = path == ConditionalPath.Straight ? 1 : 1 - sigma, noise = path == ConditionalPath.Straight ? sigma * sigma : 0;
        double covariance = pairing == Pairing.OptimalTransport ? S : 0;
        var one = new Parameter(Tensor.Scalar(1, DType.Float64), "one");
        var field = VectorField.Define(
            (t, z) =>
            {
                (Tensor mixed, Tensor variance) = Moments(t);
                return one * z * (mixed / variance);
            },
            [one]);
        var matching = new FlowMatching<double>(field, Batch, 1, new FlowMatchingOptions { Pairing = pairing, Path = path, Sigma = sigma });
        var random = new RandomSource(9);
        double sum = 0;
        double[] source = new double[Batch], target = new double[Batch];
        for (int i = 0; i < Rounds; i++)
        {
            random.FillNormal<double>(source);
            random.FillNormal<double>(target);
            sum += matching.AddGradients(source, Array.ConvertAll(target, static x => S * x), random);
        }

        // The conditional variance over time, by the midpoint rule.
        double expected = Enumerable.Range(0, 1000).Average(i =>
        {
            double t = (i + 0.5) / 1000;
            (Tensor mixed, Tensor variance) = Moments(Tensor.Scalar(t, DType.Float64));
            return (S * S) + (a * a) - (2 * a * covariance) - (mixed.ToScalar() * mixed.ToScalar() / variance.ToScalar());
        });
        if (pairing == Pairing.OptimalTransport)
        {
            // Batches of 200 are paired nearly as the distributions are.
            Assert.InRange(sum / Rounds, expected, expected + 0.02);
        }
        else
        {
            // 60,000 squares of normal numbers: five deviations of their mean.
            Assert.Equal(expected, sum / Rounds, 5 * expected * Math.Sqrt(2.0 / (Batch * Rounds)));
        }

        (Tensor Mixed, Tensor Variance) Moments(Tensor t)
        {
            Tensor rest = 1 - (a * t);
            Tensor mixed = (t * (S * S)) - (a * rest) + (covariance * (rest - (a * t)));
            return (mixed, rest.Square() + (t.Square() * (S * S)) + (2 * covariance * (rest * t)) + noise);
        }
    }

    [Fact]
    public void Optimal_transport_pairs_each_target_with_the_source_of_the_least_total_distance()
    {
        LayerField field = new Mlp(2, [4], 1).AsField(TimeInput.Concatenated);
        var matching = new FlowMatching<float>(field, 4, 1);
        matching.AddGradients([3, 1, 2, 0], [10, 20, 5, 7], new RandomSource(0));
        Assert.Equal([2, 0, 3, 1], matching.Partners.ToArray());
    }

    [Fact]
    public void Inputs_follow_the_rows_of_the_target()
    {
        // The field knows the target's point from its input, so its loss is that of the source alone.
        var one = new Parameter(Tensor.Scalar(1f), "one");
        var field = VectorField.Define((t, z, inputs) => one * (inputs["goal"] - z) / (1.0 - t), [one]);
        var matching = new FlowMatching<float>(field, 3, 1, null, [new FieldInput("goal", [3, 1])]);
        float[] target = [4, -1, 2];
        double loss = matching.AddGradients([1, 0, 3], target, new RandomSource(1), new FieldInputs { ["goal"] = Tensor.From(target, [3, 1]) });
        Assert.Equal(0, loss, 1e-8);
        Assert.Throws<ArgumentException>(() => matching.AddGradients([1, 0, 3], target, new RandomSource(1)));
    }

    [Fact]
    public void Fields_whose_samples_depend_on_one_another_or_on_a_common_time_are_refused()
    {
        var weight = new Parameter(Tensor.Scalar(1f), "weight");
        var averaging = VectorField.Define((t, z) => weight * z.Mean([0], keepAxes: true).BroadcastTo(z.Shape) * t, [weight]);
        Assert.Contains("depends on the other samples", Message(averaging), StringComparison.Ordinal);
        var common = VectorField.Define((t, z) => weight * z * t.Mean(), [weight]);
        Assert.Contains("or on their times", Message(common), StringComparison.Ordinal);
        var scalar = VectorField.Define((t, z) => weight * z * t.Reshape(Shape.Scalar), [weight]);
        Assert.Contains("a time for each sample", Message(scalar), StringComparison.Ordinal);
        var narrow = VectorField.Define((t, z) => weight * z.Slice(1, 0, 1), [weight]);
        Assert.Contains("returns [6, 1]", Message(narrow), StringComparison.Ordinal);

        static string Message(VectorField field) => Assert.Throws<ArgumentException>(() => new FlowMatching<float>(field, 6, 2)).Message;
    }

    [Fact]
    public void Bad_options_and_points_are_refused()
    {
        LayerField field = new Mlp(3, [4], 2).AsField(TimeInput.Concatenated);
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlowMatching<float>(field, 4, 2, s_independent with { Sigma = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlowMatching<float>(field, 4, 2, s_independent with { TimeExponent = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlowMatching<float>(field, 4, 2, s_independent with { Path = ConditionalPath.Narrowing, Sigma = 1 }));
        var matching = new FlowMatching<float>(field, 2, 2);
        Assert.Throws<ArgumentException>(() => matching.AddGradients([1, 2], [1, 2], new RandomSource(0)));
        Assert.Throws<ArgumentException>(() => matching.AddGradients([1, 2, 3, float.NaN], [1, 2, 3, 4], new RandomSource(0)));
    }

    [Fact]
    public void Steps_allocate_nothing()
    {
        LayerField field = new Mlp(3, [16], 2).AsField(TimeInput.Concatenated);
        var matching = new FlowMatching<float>(field, 64, 2, new FlowMatchingOptions { Sigma = 0.1 });
        var random = new RandomSource(0);
        float[] source = random.Normal([64, 2]).ToArray<float>(), target = random.Normal([64, 2]).ToArray<float>();
        matching.AddGradients(source, target, random);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            matching.AddGradients(source, target, random);
        }

        // A draw of one time makes no array, and neither does anything else.
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Times_are_one_less_a_power_of_a_uniform_number(double exponent)
    {
        // A field that returns its time: from 0 to 0 the loss is the mean of t², which is that of (1 − uᵏ)², 1 − 2/(k + 1) + 1/(2k + 1).
        var one = new Parameter(Tensor.Scalar(1, DType.Float64), "one");
        var field = VectorField.Define((t, z) => (one * t) + (0.0 * z), [one]);
        var matching = new FlowMatching<double>(field, 1_000, 1, s_independent with { TimeExponent = exponent });
        double loss = matching.AddGradients(new double[1_000], new double[1_000], new RandomSource(0));

        // Evenly spaced times from a random start integrate to the order of their distance.
        Assert.Equal(1 - (2 / (exponent + 1)) + (1 / ((2 * exponent) + 1)), loss, 2e-3);
    }

    [Fact]
    public void A_linear_field_learns_to_shift()
    {
        var random = new RandomSource(2);
        LayerField field = new Linear(2, 1, random: random).AsField(TimeInput.Concatenated);
        var matching = new FlowMatching<float>(field, 64, 1);
        var task = new FlowMatchingTask(field, matching, (r, z) => r.FillNormal(z), (r, x) =>
        {
            r.FillNormal(x);
            for (int i = 0; i < x.Length; i++)
            {
                x[i] += 3;
            }
        }, random);
        TrainingResult result = new TrainingRun(task, new Adam(field.Parameters, 0.05), new TrainingOptions { Iterations = 500 }).Run();
        Assert.Equal(500, result.Losses.Count);

        // The velocity is 3 everywhere; a batch of 64 pairs has 0.03 of noise in it.
        foreach (float t in new[] { 0f, 1f })
        {
            Assert.Equal(3, field.Forward(Tensor.Scalar(t), Tensor.From([3 * t], [1, 1])).ToScalar(), 0.2);
        }
    }
}
