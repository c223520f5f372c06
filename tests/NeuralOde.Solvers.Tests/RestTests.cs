namespace NeuralOde.Solvers.Tests;

/// <summary>States that rest, where error estimates say nothing: gradients must be right all the same.</summary>
public class RestTests
{
    private static readonly double[,] s_oscillator = { { -0.05, 2 }, { -2, -0.05 } };

    public static TheoryData<string> Adaptive => SolverNames.AdaptiveRungeKutta;

    public static TheoryData<string> Transposable => SolverNames.AdaptiveTransposable;

    [Theory]
    [MemberData(nameof(Adaptive))]
    public void Decay_at_rest_has_the_gradient_of_decay(string name)
    {
        // Each step multiplies by exp(−h) within the relative tolerance, and there are a few for each unit of time, of order 2 fifty.
        Assert.Equal(1, Gradient(name, new LinearField(new double[,] { { -1 } }), [0], 5, [1])[0] / Math.Exp(-5), 1e-3);
        Assert.Equal(1, Gradient(name, new LinearField(new double[,] { { -1 } }), [0], 100, [1])[0] / Math.Exp(-100), 1e-2);
    }

    [Theory]
    [MemberData(nameof(Transposable))]
    public void No_gradient_at_rest_is_larger_than_that_of_a_stable_problem_can_be(string name)
    {
        // Decays of all rates, and rotations: perturbations do not grow, and A-stable methods keep that with any step; the bound of explicit ones lets them grow by 0.1 % a step.
        foreach (double rate in (double[])[1e-2, 1, 30])
        {
            Assert.InRange(Math.Abs(Gradient(name, new LinearField(new double[,] { { -rate } }), [0], 20, [1])[0]), 0, 1 + 1e-6);
            double[] turned = Gradient(name, new LinearField(new double[,] { { 0, rate }, { -rate, 0 } }), [0, 0], 20, [1, 0]);
            Assert.InRange(Math.Sqrt((turned[0] * turned[0]) + (turned[1] * turned[1])), 0, 1.1);
        }
    }

    [Fact]
    public void Adaptive_methods_with_a_transpose_have_bounds_at_rest_or_are_implicit()
        => Assert.All(
            OdeSolver.Names.Select(OdeSolver.Parse).Where(x => x.IsAdaptive && x.HasTranspose),
            x => Assert.True(
                x is ExplicitRungeKutta or Adams or Auto ? x.RestLimits(1e-6) is not null : x is Bdf or Collocation or DiagonallyImplicitRungeKutta or Rosenbrock, x.Name));

    [Theory]
    [InlineData(1e-13)]
    [InlineData(1e-10)]
    [InlineData(1e-9)]
    [InlineData(1e-8)]
    [InlineData(1e-6)]
    public void Decay_near_rest_has_a_gradient_that_decays(double initial)
    {
        // With 1e-9 of absolute tolerance: from far below it to where the estimate takes over, which lets errors of the tolerance pass.
        double gradient = Gradient("tsit5", new LinearField(new double[,] { { -1 } }), [initial], 100, [1])[0];
        Assert.InRange(Math.Abs(gradient), 0, 1e-9 / Math.Max(initial, 1e-9) * 1e-2);
        Assert.Equal(Math.Exp(-5), Gradient("tsit5", new LinearField(new double[,] { { -1 } }), [initial], 5, [1])[0], Math.Exp(-5) * 0.2);
    }

    [Theory]
    [MemberData(nameof(Adaptive))]
    public void Damped_oscillator_at_rest_has_the_gradients_of_its_motion(string name)
    {
        // z' = A z + b with b as components that stay as they are: z(T) = exp(A T) z0 + A^-1 (exp(A T) - 1) b.
        const double T = 10;
        double scale = Math.Exp(-0.05 * T), cos = scale * Math.Cos(2 * T), sin = scale * Math.Sin(2 * T), norm = (0.05 * 0.05) + 4;
        double[] actual = Gradient(
            name,
            new LinearField(new[,] { { s_oscillator[0, 0], s_oscillator[0, 1], 1, 0 }, { s_oscillator[1, 0], s_oscillator[1, 1], 0, 1 }, { 0, 0, 0, 0 }, { 0, 0, 0, 0 } }),
            [0, 0, 0, 0],
            T,
            [1, 1, 0, 0]);
        double sum = cos - sin - 1, difference = cos + sin - 1;
        FiniteDifference.AssertClose([cos - sin, cos + sin, ((-0.05 * sum) + (2 * difference)) / norm, ((-2 * sum) - (0.05 * difference)) / norm], actual, 5e-3);
    }

    [Theory]
    [MemberData(nameof(Adaptive))]
    public void Spring_at_rest_has_the_gradient_of_its_motion_though_its_Jacobian_is_far_from_normal(string name)
    {
        // q'' = -2500 q: the Jacobian maps a position to 2500 of velocity and a velocity to a position, so it stretches and shrinks in turn.
        const double T = 2;
        double[] actual = Gradient(name, new LinearField(new double[,] { { 0, 1 }, { -2500, 0 } }), [0, 0], T, [1, 0]);
        double tolerance = OdeSolver.Parse(name).Order <= 3 ? 2e-2 : 1e-3;
        Assert.Equal(Math.Cos(50 * T), actual[0], tolerance);
        Assert.Equal(Math.Sin(50 * T) / 50, actual[1], tolerance / 50);
    }

    [Theory]
    [InlineData(-10, 0)]
    [InlineData(-200, 0)]
    [InlineData(-1, 100)]
    public void A_component_at_rest_beside_one_that_moves_slowly_has_a_gradient_that_decays(double rate, double frequency)
    {
        foreach (string name in (string[])["tsit5", "dopri5", "bosh3", "vern7", "dopri8"])
        {
            // The last two components move on a scale of 1.
            var field = new LinearField(new[,] { { rate, frequency, 0, 0 }, { -frequency, rate, 0, 0 }, { 0, 0, 0, 1 }, { 0, 0, -1, 0 } });
            double[] gradient = Gradient(name, field, [0, 0, 1, 0], 10, [1, 0, 0, 1]);
            Assert.Equal(Math.Exp(rate * 10) * Math.Cos(frequency * 10), gradient[0], 1e-3);
            Assert.Equal(-Math.Sin(10), gradient[2], 1e-3);
        }
    }

    [Theory]
    [InlineData(0, 1e-3)]
    [InlineData(1e-3, 1e-2)]
    [InlineData(1, 1e-4)]
    public void A_parameter_near_zero_has_the_gradient_that_it_has_elsewhere(double value, double tolerance)
    {
        foreach (string name in (string[])["dopri5", "tsit5"])
        {
            var field = new Forced(value);
            var integrator = new Integrator<double>(OdeSolver.Parse(name), new AdaptiveSteps(), 1);
            var recording = new SolveRecording<double>();
            integrator.Solve(field, [1], [0, 10], new double[2], recording).ThrowIfFailed();
            integrator.Transpose(recording, field, [0, 1], new double[1], []);
            Assert.Equal((1 - Math.Cos(200)) / 20, field.Gradient, tolerance);
        }
    }

    [Fact]
    public void Float_at_rest_has_the_gradient_of_decay()
    {
        var integrator = new Integrator<float>(new Tsit5(), new AdaptiveSteps { RelativeTolerance = 1e-4, AbsoluteTolerance = 1e-6 }, 1);
        var recording = new SolveRecording<float>();
        var field = new FloatDecay();
        integrator.Solve(field, [0], [0, 5], new float[2], recording).ThrowIfFailed();
        float[] gradient = new float[1];
        integrator.Transpose(recording, field, [0, 1], gradient, []);
        Assert.Equal(Math.Exp(-5), gradient[0], 1e-4);
    }

    [Fact]
    public void The_bound_costs_one_evaluation_a_step_at_rest_nothing_in_motion_and_can_be_left_out()
    {
        var decay = new LinearField(new double[,] { { -1 } });
        SolveStatistics rest = Statistics(decay, [0], new AdaptiveSteps()), without = Statistics(decay, [0], new AdaptiveSteps { LimitsAtRest = false });
        Assert.InRange(rest.Evaluations, 1, (7 * rest.AcceptedSteps) + 10);
        Assert.InRange(without.AcceptedSteps, 1, 12);
        var motion = new KnownField<double>();
        Assert.Equal(
            Statistics(motion, KnownField<double>.Initial(0), new AdaptiveSteps { LimitsAtRest = false }), Statistics(motion, KnownField<double>.Initial(0), new AdaptiveSteps()));
    }

    private static SolveStatistics Statistics(IVectorField<double> field, double[] initial, AdaptiveSteps steps)
        => new Integrator<double>(new Tsit5(), steps, initial.Length).Solve(field, initial, [0, 20], new double[2 * initial.Length]).Statistics;

    private static double[] Gradient(string name, LinearField field, double[] initial, double end, double[] cotangent)
    {
        var integrator = new Integrator<double>(OdeSolver.Parse(name), new AdaptiveSteps(), initial.Length);
        var recording = new SolveRecording<double>();
        integrator.Solve(field, initial, [0, end], new double[2 * initial.Length], recording).ThrowIfFailed();
        double[] gradient = new double[initial.Length];
        integrator.Transpose(recording, field, [.. new double[initial.Length], .. cotangent], gradient, []);
        return gradient;
    }

    private sealed class Forced(double parameter) : IVectorField<double>, IVectorJacobianProduct<double>
    {
        public double Gradient { get; private set; }

        public void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz) => dz[0] = parameter * Math.Sin(20 * t);

        public double Evaluate(double t, ReadOnlySpan<double> z, ReadOnlySpan<double> a, Span<double> zGradient)
        {
            Gradient += a[0] * Math.Sin(20 * t);
            zGradient[0] = 0;
            return 20 * parameter * a[0] * Math.Cos(20 * t);
        }
    }

    private sealed class FloatDecay : IVectorField<float>, IVectorJacobianProduct<float>
    {
        public void Evaluate(double t, ReadOnlySpan<float> z, Span<float> dz) => dz[0] = -z[0];

        public double Evaluate(double t, ReadOnlySpan<float> z, ReadOnlySpan<float> a, Span<float> zGradient)
        {
            zGradient[0] = -a[0];
            return 0;
        }
    }
}
