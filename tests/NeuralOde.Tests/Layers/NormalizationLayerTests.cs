using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Layers;

public class NormalizationLayerTests
{
    [Fact]
    public void Batch_normalisation_in_training_gives_each_channel_its_bias_as_mean_and_its_weight_as_deviation()
    {
        var layer = new BatchNorm(3, epsilon: 1e-12, dtype: DType.Float64);
        layer.Weight.SetValues<double>([1, 2, 0.5]);
        layer.Bias.SetValues<double>([0, -1, 4]);
        Tensor y = layer.Forward(new RandomSource(1).Normal([4, 5, 6, 3], 10, 3, DType.Float64));
        for (int channel = 0; channel < 3; channel++)
        {
            double[] values = y.Select(-1, channel).ToDoubles();
            double mean = values.Average();
            Assert.Equal(layer.Bias[channel], mean, 1e-11);
            Assert.Equal(layer.Weight[channel], Math.Sqrt(values.Average(v => (v - mean) * (v - mean))), 1e-11);
        }
    }

    [Fact]
    public void Running_statistics_move_by_the_momentum_with_an_unbiased_variance_and_serve_evaluation()
    {
        var layer = new BatchNorm(2, momentum: 0.25, dtype: DType.Float64);
        (double[] mean, double[] variance) = ([0, 0], [1, 1]);
        var random = new RandomSource(3);
        for (int step = 0; step < 5; step++)
        {
            Tensor x = random.Normal([7, 2], step, 2, DType.Float64);
            layer.Forward(x);
            for (int channel = 0; channel < 2; channel++)
            {
                double[] values = x.Select(-1, channel).ToDoubles();
                double average = values.Average();
                mean[channel] = (0.75 * mean[channel]) + (0.25 * average);
                variance[channel] = (0.75 * variance[channel]) + (0.25 * values.Sum(v => (v - average) * (v - average)) / 6);
            }
        }

        AssertClose(mean, layer.RunningMean.ToDoubles(), 1e-14);
        AssertClose(variance, layer.RunningVariance.ToDoubles(), 1e-13);
        layer.SwitchToEvaluation();
        var one = Tensor.From([3.0, -1.0], [1, 2]);
        AssertClose([.. Enumerable.Range(0, 2).Select(i => (one[0, i] - mean[i]) / Math.Sqrt(variance[i] + 1e-5))], layer.Forward(one).ToDoubles(), 1e-13);
        AssertClose(mean, layer.RunningMean.ToDoubles(), 1e-14);
    }

    [Fact]
    public void A_single_element_a_channel_has_no_variance_to_train_on_but_can_be_evaluated()
    {
        var layer = new BatchNorm(3);
        Assert.Contains("[1, 3]", Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros([1, 3]))).Message);
        layer.SwitchToEvaluation();
        Assert.Equal([1, 3], layer.Forward(Tensor.Zeros([1, 3])).Shape);
    }

    [Fact]
    public void Wrong_channels_and_settings_are_refused()
    {
        foreach (Layer layer in new Layer[] { new BatchNorm(3), new GroupNorm(1, 3), new LayerNorm(3) })
        {
            Assert.Contains("[2, 4]", Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros([2, 4]))).Message);
        }

        Assert.Throws<ArgumentException>(() => new GroupNorm(2, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchNorm(3, momentum: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LayerNorm(3, epsilon: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchNorm(0));
    }

    public static TheoryData<string> Layers => ["batch", "batch in evaluation", "group", "layer"];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Gradients_equal_finite_differences_and_compiled_programs_eager_code(string name)
    {
        Layer layer = Create(name, DType.Float64);
        Tensor x = new RandomSource(5).Normal([3, 2, 2, 4], dtype: DType.Float64);
        Tensor weights = new RandomSource(6).Normal(x.Shape, dtype: DType.Float64);
        Parameter[] parameters = [.. layer.Parameters];
        var leaf = Tensor.From(x.ToArray<double>(), x.Shape, requiresGradient: true);
        Tensor[] all = [leaf, .. parameters];
        Tensor[] gradients = Gradients.Of((layer.Forward(leaf) * weights).Sum(), all);
        double Loss(double[] values) => (layer.Forward(Tensor.From(values, x.Shape)) * weights).Sum().ToScalar();
        double[] at = x.ToArray<double>();
        for (int i = 0; i < at.Length; i++)
        {
            Assert.Equal(Slope(h => Loss([.. at.Select((v, k) => k == i ? v + h : v)])), gradients[0].ToDoubles()[i], 1e-7);
        }

        for (int p = 0; p < parameters.Length; p++)
        {
            double[] start = parameters[p].ToDoubles();
            for (int i = 0; i < start.Length; i++)
            {
                double slope = Slope(h =>
                {
                    parameters[p].SetValues<double>([.. start.Select((v, k) => k == i ? v + h : v)]);
                    double loss = Loss(at);
                    parameters[p].SetValues<double>(start);
                    return loss;
                });
                Assert.Equal(slope, gradients[p + 1].ToDoubles()[i], 1e-7);
            }
        }

        var program = Program<double>.Compile(
            v =>
            {
                Tensor y = layer.Forward(v[0]);
                return [y, .. Gradients.VectorJacobianProduct([y], [v[0], .. parameters], [weights])];
            },
            new ProgramInput("x", x.Shape));
        at.CopyTo(program.Input(0));
        program.Run();
        AssertClose(layer.Forward(x).ToDoubles(), program.Output(0).ToArray(), 1e-13);
        for (int i = 0; i < gradients.Length; i++)
        {
            AssertClose(gradients[i].ToDoubles(), program.Output(i + 1).ToArray(), 1e-12);
        }
    }

    /// <summary>Central differences of functions with derivatives of a few units: h²/6 of the third and ε/h.</summary>
    private static double Slope(Func<double, double> f)
    {
        const double H = 1e-5;
        return (f(H) - f(-H)) / (2 * H);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Single_and_double_precision_agree(string name)
    {
        Tensor x = new RandomSource(5).Normal([3, 2, 2, 4]);
        double[] single = Create(name, DType.Float32).Forward(x).ToDoubles();
        double[] expected = Create(name, DType.Float64).Forward(x.ToDouble()).ToDoubles();

        // Some tens of roundings of numbers of a few units.
        AssertClose(expected, single, 64 * Math.Pow(2, -24));
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("adjoint")]
    public void Running_statistics_after_Euler_steps_are_those_of_plain_loops_and_backward_passes_leave_them(string gradient)
    {
        var norm = new BatchNorm(2, dtype: DType.Float64);
        var ode = new OdeBlock(VectorField.Define((t, z) => norm.Forward(z) * 0.5, norm))
        {
            Solver = new Euler(),
            Steps = FixedSteps.OfLength(0.25),
            GradientMethod = GradientMethod.Parse(gradient),
        };
        Tensor start = new RandomSource(1).Normal([5, 2], 1, 2, DType.Float64);
        double[,] z = new double[5, 2];
        (double[] mean, double[] variance) = ([0, 0], [1, 1]);
        for (int solve = 0; solve < 2; solve++)
        {
            for (int i = 0; i < 10; i++)
            {
                z[i / 2, i % 2] = start[i / 2, i % 2];
            }

            for (int step = 0; step < 4; step++)
            {
                for (int c = 0; c < 2; c++)
                {
                    double[] column = [.. Enumerable.Range(0, 5).Select(i => z[i, c])];
                    double average = column.Average();
                    double squares = column.Sum(v => (v - average) * (v - average));
                    mean[c] = (0.9 * mean[c]) + (0.1 * average);
                    variance[c] = (0.9 * variance[c]) + (0.1 * squares / 4);
                    for (int i = 0; i < 5; i++)
                    {
                        z[i, c] += 0.25 * 0.5 * (column[i] - average) / Math.Sqrt((squares / 5) + 1e-5);
                    }
                }
            }

            Tensor final = ode.Forward(start, 0, 1).Select(0, -1);
            AssertClose([.. z.Cast<double>()], final.ToDoubles(), 1e-13);
            AssertClose(mean, norm.RunningMean.ToDoubles(), 1e-13);
            AssertClose(variance, norm.RunningVariance.ToDoubles(), 1e-13);
            double[][] before = [norm.RunningMean.ToDoubles(), norm.RunningVariance.ToDoubles()];
            final.Square().Sum().Backward();
            Assert.Equal(before, [norm.RunningMean.ToDoubles(), norm.RunningVariance.ToDoubles()]);
            Assert.NotNull(norm.Weight.Gradient);
            Assert.Null(norm.RunningMean.Gradient);
        }
    }

    [Fact]
    public void Switching_a_field_to_evaluation_switches_its_program_which_reads_the_running_statistics_live()
    {
        var norm = new BatchNorm(2, dtype: DType.Float64);
        var ode = new OdeBlock(VectorField.Define((t, z) => norm.Forward(z), norm)) { Solver = new Euler(), Steps = FixedSteps.OfLength(1) };
        var start = Tensor.From([3.0, 1.0, 5.0, 2.0], [2, 2]);
        double[] trained = ode.Forward(start, 0, 1).Select(0, 1).ToDoubles();
        ode.SwitchToEvaluation();
        foreach (double mean in new[] { 0.0, 2.0 })
        {
            norm.RunningMean.SetValues<double>([mean, mean]);
            norm.RunningVariance.SetValues<double>([4, 4]);
            double[] expected = [.. start.ToDoubles().Select(v => v + ((v - mean) / Math.Sqrt(4 + 1e-5)))];
            AssertClose(expected, ode.Forward(start, 0, 1).Select(0, 1).ToDoubles(), 1e-13);
            Assert.Equal([mean, mean], norm.RunningMean.ToDoubles());
        }

        ode.SwitchToTraining();
        AssertClose(trained, ode.Forward(start, 0, 1).Select(0, 1).ToDoubles(), 0);
        Assert.NotEqual([2.0, 2.0], norm.RunningMean.ToDoubles());
    }

    [Fact]
    public void Running_statistics_of_a_field_are_those_of_accepted_steps()
    {
        // The first trial step is beyond stability and leads to states where e^(20z) overflows in single precision. Without trial steps the statistics are those of
        // the same steps given in advance; these differ by rounding, as a step's length is that between its times.
        double[] Statistics(StepSizeControl? given, out double[] steps)
        {
            var norm = new BatchNorm(1);
            var field = new CompiledField<float>(VectorField.Define((t, z) => (0.01 * norm.Forward((20 * z).Exp())) - (20 * z), norm), [2, 1]);
            var recording = new SolveRecording<float>();
            float[] states = new float[4];
            SolveResult result = new Integrator<float>(new Tsit5(), given ?? new AdaptiveSteps { InitialStep = 2.5 }, 2).Solve(field, [-1, 1], [0, 2.5], states, recording);
            Assert.True(result.IsSuccess);
            Assert.Equal(given is null, result.Statistics.RejectedSteps > 0);
            steps = recording.Times.ToArray();
            return [.. norm.RunningMean.ToDoubles(), .. norm.RunningVariance.ToDoubles()];
        }

        double[] adaptive = Statistics(null, out double[] times);
        Assert.All(adaptive, x => Assert.True(double.IsFinite(x)));
        AssertClose(Statistics(GivenSteps.At(times), out _), adaptive, 1e-4);
    }

    [Fact]
    public void Running_statistics_of_a_block_are_finite_where_a_trial_step_overflowed()
    {
        var norm = new BatchNorm(1);
        var ode = new OdeBlock(VectorField.Define((t, z) => (0.01 * norm.Forward((20 * z).Exp())) - (20 * z), norm))
        {
            Steps = new AdaptiveSteps { InitialStep = 2.5 },
        };
        var z0 = new Parameter(Tensor.From([-1f, 1f], [2, 1]));
        OdeBlockSolution solution = ode.Solve(z0, 0, 2.5);
        Assert.True(solution.Forward.RejectedSteps > 0);
        double[] statistics = [.. norm.RunningMean.ToDoubles(), .. norm.RunningVariance.ToDoubles()];
        Assert.All(statistics, x => Assert.True(double.IsFinite(x)));
        solution.States.Sum().Backward();
        Assert.Equal(statistics.AsEnumerable(), [.. norm.RunningMean.ToDoubles(), .. norm.RunningVariance.ToDoubles()]);
    }

    [Fact]
    public void A_program_of_a_field_in_training_ends_with_the_moves_of_its_running_statistics()
    {
        var norm = new BatchNorm(4);
        var field = new CompiledField<float>(VectorField.Define((t, z) => norm.Forward(z.Relu()), norm), [3, 4]);
        string[] lines = field.Forward.ToString().TrimEnd().Split('\n');
        Assert.StartsWith("  running_mean = move_towards(", lines[^2]);
        Assert.StartsWith("  running_var = move_towards(", lines[^1]);
        Assert.NotSame(field, field.ForwardOnly);
        Assert.DoesNotContain("move_towards", field.CompileVectorJacobianProduct().ToString());
        Assert.DoesNotContain("move_towards", field.CompileAdjoint().ToString());
        Assert.Equal(2, field.Parameters.Count);
        Assert.All(norm.Parameters, x => Assert.Contains(x, field.Parameters));
    }

    private static Layer Create(string name, DType type)
    {
        Layer layer = name switch
        {
            "group" => new GroupNorm(2, 4, dtype: type),
            "layer" => new LayerNorm(4, dtype: type),
            _ => new BatchNorm(4, dtype: type),
        };
        var random = new RandomSource(8);
        foreach (Parameter parameter in layer.Parameters)
        {
            Set(parameter, random.Normal(parameter.Shape));
        }

        if (layer is BatchNorm norm && name != "batch")
        {
            Set(norm.RunningMean, random.Normal([4]));
            Set(norm.RunningVariance, random.Uniform([4], 0.5, 2));
            layer.SwitchToEvaluation();
        }

        return layer;

        static void Set(Parameter parameter, Tensor values)
        {
            if (parameter.DType == DType.Float32)
            {
                parameter.SetValues<float>(values.AsSpan<float>());
            }
            else
            {
                parameter.SetValues<double>(values.ToDoubles());
            }
        }
    }

    private static void AssertClose(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = expected.Aggregate(1.0, (s, x) => Math.Max(s, Math.Abs(x)));
        Assert.All(expected.Zip(actual), x => Assert.True(Math.Abs(x.First - x.Second) <= tolerance * scale, $"{x.Second} is not {x.First}."));
    }
}
