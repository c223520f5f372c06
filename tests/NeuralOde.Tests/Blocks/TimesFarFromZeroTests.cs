using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Layers.Recurrent;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Blocks;

/// <summary>States in single precision at times such as seconds since 1970, where single precision tells times apart by two minutes at best.</summary>
public class TimesFarFromZeroTests
{
    // 1.7e9 + 0.3 is no number of single precision, nor are the ends of its span.
    public static TheoryData<double> Starts() => [0, 1e6, 1e8, 1.7e9, 1.7e9 + 0.3];

    [Theory]
    [MemberData(nameof(Starts))]
    public void A_solve_is_as_exact_as_at_zero(double start)
    {
        // z(start + 5) = 1 − cos 5; a solve at 1e-6 in single precision is within 1e-5.
        Assert.Equal(1 - Math.Cos(5), Wave(start).Forward(Zero(1), start, start + 5)[1, 0, 0], 1e-5);
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("adjoint")]
    public void Gradients_of_state_times_and_parameters_are_as_exact_as_at_zero(string method)
    {
        // z(t₁) = z₀ + a·(cos(t₀ − s) − cos(t₁ − s)) with t₀ = s + 1 and t₁ = s + 5.
        foreach (double start in Starts())
        {
            var amplitude = new Parameter(Tensor.Scalar(1.5f), "amplitude");
            var z0 = new Parameter(Zero(1), "z0");
            var times = Tensor.From([start + 1, start + 5], [2], requiresGradient: true);
            Wave(start, amplitude, GradientMethod.Parse(method)).Forward(z0, times).Select(0, 1).Sum().Backward();
            Close.To([-1.5 * Math.Sin(1), 1.5 * Math.Sin(5)], times.Gradient!.ToDoubles(), 1e-4);
            Assert.Equal(Math.Cos(1) - Math.Cos(5), amplitude.Gradient!.ToScalar(), 1e-4);
            Assert.Equal(1, z0.Gradient!.ToScalar(), 1e-5);
        }
    }

    [Fact]
    public void A_learned_frequency_multiplies_the_exact_time()
    {
        // z' = cos(ω·(t − s)): dz(s + 3)/dω = d/dω sin(3ω)/ω. A phase that is not relative is right as well: sin(t)² + cos(t)² = 1, cos from sin(t + π/2).
        const double Start = 1.7e9 + 0.3;
        var frequency = new Parameter(Tensor.Scalar(2f), "frequency");
        var ode = new OdeBlock(VectorField.Define((t, z) => (frequency * (t - Start)).Cos() + (0 * z), [frequency])) { Steps = s_tight };
        Tensor end = ode.Forward(Zero(1), Start, Start + 3).Select(0, 1).Sum();
        end.Backward();
        Assert.Equal(Math.Sin(6) / 2, end.ToScalar(), 1e-5);
        Assert.Equal((3 * Math.Cos(6) / 2) - (Math.Sin(6) / 4), frequency.Gradient!.ToScalar(), 1e-4);

        var absolute = new OdeBlock(VectorField.Define((t, z) => (frequency * t).Cos() + (0 * z), [frequency])) { Steps = s_tight };
        Assert.Equal((Math.Sin(2 * (Start + 3)) - Math.Sin(2 * Start)) / 2, absolute.Forward(Zero(1), Start, Start + 3)[1, 0, 0], 1e-5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Spans_of_each_sample_are_as_exact_as_at_zero(bool adaptive)
    {
        double[] starts = [0.3, 1e8 + 0.7, 1.7e9 + 0.1];
        double[] spans = [1, 2, -3];
        const double Phase = 12345.678;
        var field = VectorField.Define((t, z) => (t - Phase).Sin() + (0 * z));
        var layer = new PerSampleOdeBlock(field) { StepCount = 40, AdaptiveSteps = adaptive ? s_tight : null };
        var dt = Tensor.From(spans, [3, 1], requiresGradient: true);
        var t0 = Tensor.From(starts, [3, 1], requiresGradient: true);
        Tensor end = layer.Forward(Zero(3), dt, t0);
        Assert.Equal(DType.Float32, end.DType);
        double[] Of(Func<double, double, double> f) => [.. starts.Zip(spans, (s, d) => f(s - Phase, s + d - Phase))];

        // RK4 with forty steps of at most 0.075 is within 1e-7 of the exact solution, and single precision adds 1e-7 a step.
        Close.To(Of((a, b) => Math.Cos(a) - Math.Cos(b)), end.ToDoubles(), 2e-5);
        end.Sum().Backward();
        Close.To(Of((_, b) => Math.Sin(b)), dt.Gradient!.ToDoubles(), 1e-4);
        Close.To(Of((a, b) => Math.Sin(b) - Math.Sin(a)), t0.Gradient!.ToDoubles(), 1e-4);

        // Spans in single precision are those same numbers.
        Assert.Equal(end.ToDoubles(), layer.Forward(Zero(3), dt.Detach().ToSingle(), t0).ToDoubles());
    }

    [Fact]
    public void A_recurrent_layer_between_observations_gives_the_same_at_dates()
    {
        var random = new RandomSource(3);
        var flow = new PerSampleOdeBlock(new Mlp(4, [8], 4, Activation.Tanh, random: random).AsField());
        var layer = new OdeRnn(flow, new GruCell(1, 4, random: random));
        Tensor x = random.Normal([3, 2, 1]);
        double[] times = [0, 0.5, 2.25];
        Assert.Equal(layer.Forward(x, times).ToDoubles(), layer.Forward(x, [.. times.Select(t => t + 1.7e9)]).ToDoubles());
    }

    [Fact]
    public void A_field_that_only_concatenates_time_keeps_its_program()
    {
        // Nothing is computed of time alone: no part in double precision.
        var field = new CompiledField<float>(new Mlp(2, [4], 1).AsField(TimeInput.Concatenated), [3, 1]);
        Assert.StartsWith("program float", field.Forward.ToString(), StringComparison.Ordinal);
        var wave = new CompiledField<float>(Wave(1.7e9).Field, [3, 1]);
        Assert.StartsWith("at every run, first: program double (t []", wave.Forward.ToString(), StringComparison.Ordinal);
    }

    private static readonly AdaptiveSteps s_tight = new() { RelativeTolerance = 1e-6, AbsoluteTolerance = 1e-6 };

    private static Tensor Zero(int batch) => Tensor.Zeros([batch, 1]);

    private static OdeBlock Wave(double start, Parameter? amplitude = null, GradientMethod? method = null) =>
        new(VectorField.Define((t, z) => (amplitude is null ? (t - start).Sin() : amplitude * (t - start).Sin()) + (0 * z)))
        {
            Steps = s_tight,
            GradientMethod = method ?? GradientMethod.Direct,
        };
}
