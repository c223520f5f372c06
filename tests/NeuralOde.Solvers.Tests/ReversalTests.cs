namespace NeuralOde.Solvers.Tests;

/// <summary>Transposes that take the steps of reversible methods back instead of recording them.</summary>
public class ReversalTests
{
    private static readonly double[] s_initial = [0.7, -0.4, 0.9];

    public static TheoryData<string> Reversible => ["leapfrog", "reversible-heun", "alf"];

    public static TheoryData<string> Symplectic => ["semi-implicit-euler", "verlet", "yoshida4", "yoshida6"];

    [Theory]
    [MemberData(nameof(Reversible))]
    public void Gradient_is_that_of_the_recorded_steps_to_rounding(string name)
    {
        var field = new NonlinearField<double>();
        foreach (double[] times in new double[][] { [0.17, 0.5, 0.55, 1.4, 2.1], [2.1, 1.4, 1.35, 0.2] })
        {
            Check(OdeSolver.Parse(name), new OdeProblem<double>(field), field, () => field.ParameterGradient, s_initial, times, FixedSteps.OfLength(0.021), 1e-11);
        }
    }

    [Theory]
    [MemberData(nameof(Symplectic))]
    public void Gradient_of_symplectic_steps_is_that_of_the_recorded_ones_to_rounding(string name)
    {
        var pendulum = new Pendulum();
        foreach (bool isSecondOrder in new[] { false, true })
        {
            var problem = new OdeProblem<double>(pendulum) { PositionCount = 1, IsSecondOrder = isSecondOrder };
            Check(OdeSolver.Parse(name), problem, pendulum, () => pendulum.Gradient, [0.9, 0.2], [0, 0.3, 1, 2.5], FixedSteps.OfLength(0.02), 1e-12);
        }
    }

    [Theory]
    [InlineData("leapfrog")]
    [InlineData("alf")]
    [InlineData("reversible-heun")]
    [InlineData("verlet")]
    [InlineData("yoshida6")]
    public void Memory_is_the_same_for_any_number_of_steps_and_drift_is_round_off(string name)
    {
        var pendulum = new Pendulum();
        var problem = new OdeProblem<double>(pendulum) { PositionCount = 1 };
        List<(long Allocated, long Peak)> sizes = [];
        // The least of several counts: when another test collects, the runtime charges this thread for the rest of its allocation buffer.
        foreach (int steps in (int[])[100, 100, 100, 100, 10_000, 10_000, 10_000, 10_000])
        {
            var recording = new SolveRecording<double> { KeepsEndOnly = true };
            double[] states = new double[4], initial = new double[2], byTime = new double[2];
            long before = GC.GetAllocatedBytesForCurrentThread();
            var integrator = new Integrator<double>(OdeSolver.Parse(name), FixedSteps.PerInterval(steps), 2);
            integrator.Solve(problem, [0.9, 0.2], [0, 10], states, recording).ThrowIfFailed();
            integrator.Transpose(recording, pendulum, [0, 0, 1, 0.5], initial, byTime);
            sizes.Add((GC.GetAllocatedBytesForCurrentThread() - before, recording.PeakBytes));

            // Rounding errors of 1e-16 a step add up; those of the leapfrog's second solution grow with the square of the number.
            Assert.InRange(recording.ReversalDrift, 0, 1e-16 * (name == "leapfrog" ? 1e2 : 10) * steps);
        }

        Assert.InRange((double)sizes[5..].Min(static x => x.Allocated) / sizes[1..4].Min(static x => x.Allocated), 0.99, 1.01);
        Assert.Equal(sizes[1].Peak, sizes[5].Peak);
    }

    [Fact]
    public void A_damped_solution_shows_its_drift()
    {
        // Forward the solution shrinks by e^(−24), and the method's second solution grows; backward round-off does what the solution did.
        var field = new LinearField(new double[,] { { -3 } });
        var integrator = new Integrator<double>(new ReversibleHeun(), FixedSteps.OfLength(0.01), 1);
        var recording = new SolveRecording<double> { KeepsEndOnly = true };
        integrator.Solve(new OdeProblem<double>(field), [1.0], [0, 8], new double[2], recording).ThrowIfFailed();
        Assert.True(double.IsNaN(recording.ReversalDrift));
        integrator.Transpose(recording, field, [0, 1], new double[1], []);
        Assert.True(recording.ReversalDrift > 1e-6);
    }

    [Fact]
    public void What_cannot_be_taken_back_says_so()
    {
        var field = new NonlinearField<double>();
        var recording = new SolveRecording<double> { KeepsEndOnly = true };
        double[] states = new double[6];
        var adaptive = new Integrator<double>(new Dopri5(), new AdaptiveSteps(), 3);
        Assert.Throws<NotSupportedException>(() => adaptive.Solve(field, s_initial, [0, 1], states, recording));
        var given = new Integrator<double>(new ReversibleHeun(), GivenSteps.OfLengths(0.1), 3);
        Assert.Throws<NotSupportedException>(() => given.Solve(field, s_initial, [0, 1], states, recording));
        var integrator = new Integrator<double>(new ReversibleHeun(), FixedSteps.OfLength(0.1), 3);
        var problem = new OdeProblem<double>(field) { Events = [new(0.5)] };
        Assert.Throws<NotSupportedException>(() => integrator.Solve(problem, s_initial, [0, 1], states, recording));
        Assert.Throws<InvalidOperationException>(() => integrator.Transpose(recording, field, states, new double[3], []));
        integrator.Solve(field, s_initial, [0, 1], states, recording).ThrowIfFailed();
        Assert.Throws<InvalidOperationException>(() => recording.State(0).Length);
    }

    private static void Check(
        OdeSolver solver,
        OdeProblem<double> problem,
        IVectorJacobianProduct<double> field,
        Func<double[]> parameterGradient,
        double[] z0,
        double[] times,
        FixedSteps control,
        double close)
    {
        int length = z0.Length;
        double[] gradients = [.. Enumerable.Range(0, times.Length * length).Select(i => Math.Cos(1.7 * i) + 0.1)];
        var integrator = new Integrator<double>(solver, control, length);
        List<double[]> results = [];
        foreach (bool keepsEndOnly in new[] { false, true })
        {
            double[] states = new double[times.Length * length], initial = new double[length], byTime = new double[times.Length], again = new double[length];
            var recording = new SolveRecording<double> { KeepsEndOnly = keepsEndOnly };
            integrator.Solve(problem, z0, times, states, recording).ThrowIfFailed();
            parameterGradient().AsSpan().Clear();
            integrator.Transpose(recording, field, gradients, initial, byTime);
            results.Add([.. states, .. initial, .. byTime, .. parameterGradient()]);
            integrator.Transpose(recording, field, gradients, again, []);
            FiniteDifference.AssertClose(initial, again, 1e-13);
        }

        FiniteDifference.AssertClose(results[0], results[1], close);
    }

    private sealed class Pendulum : IVectorField<double>, IVectorJacobianProduct<double>
    {
        public double[] Gradient { get; } = new double[1];

        public void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz) => (dz[0], dz[1]) = (z[1], -1.3 * Math.Sin(z[0]) + (0.1 * t));

        public double Evaluate(double t, ReadOnlySpan<double> z, ReadOnlySpan<double> a, Span<double> zGradient)
        {
            (zGradient[0], zGradient[1]) = (-1.3 * Math.Cos(z[0]) * a[1], a[0]);
            Gradient[0] -= a[1] * Math.Sin(z[0]);
            return 0.1 * a[1];
        }
    }
}
