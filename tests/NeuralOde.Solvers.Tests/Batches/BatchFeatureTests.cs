namespace NeuralOde.Solvers.Tests;

/// <summary>What a batch has beside plain steps: events, dense output, times to land on, norms, and methods that lanes do not take.</summary>
public class BatchFeatureTests
{
    private const double Gravity = 9.81;
    private const int Count = 37;

    private static readonly AdaptiveSteps s_tight = new() { RelativeTolerance = 1e-8, AbsoluteTolerance = 1e-10 };

    [Fact]
    public void Balls_bounce_and_stop_by_themselves()
    {
        // Every third ball flies on through the floor, every third is caught at its first touch, the others bounce with the half of their speed.
        var bounce = new OdeEvent<double>((t, z) => z[0]) { Direction = EventDirection.Falling, Jump = (t, z) => z[1] *= -0.5 };
        var caught = new OdeEvent<double>((t, z) => z[0]) { Direction = EventDirection.Falling, IsTerminal = true };
        OdeBatch<double> batch = Balls();
        for (int i = 0; i < Count; i++)
        {
            batch.SetEvents(i, i % 3 == 1 ? [caught] : i % 3 == 2 ? [bounce] : []);
        }

        IBatchField<double> field = BatchField.OneByOne<double>(Fall, 2, 1);
        var integrator = new BatchIntegrator<double>(new Tsit5(), s_tight, 2, 1);
        integrator.Solve(field, batch, threads: 2);
        batch.ThrowIfFailed();
        for (int i = 0; i < Count; i++)
        {
            double height = 1 + (0.1 * i), g = batch.Parameters(i)[0];
            double touch = Math.Sqrt(2 * height / g), end = batch.Times(i)[^1];
            IReadOnlyList<EventOccurrence<double>> happened = batch.Occurrences(i);
            switch (i % 3)
            {
                case 0:
                    Assert.Empty(happened);
                    Assert.Equal(height - (g * end * end / 2), batch.FinalState(i)[0], 1e-9);
                    break;
                case 1:
                    Assert.Equal(SolveStatus.Terminated, batch.Result(i).Status);
                    Assert.Equal(touch, batch.ReachedTime(i), 1e-12);
                    Assert.Equal(touch, Assert.Single(happened).Time, 1e-12);
                    Assert.Equal(-g * touch, batch.ReachedState(i)[1], 1e-11);
                    Assert.True(double.IsNaN(batch.FinalState(i)[0]));
                    break;
                default:
                    // Up with half of the speed, and back after as long as it fell.
                    double flight = end - touch;
                    Assert.Equal(touch, Assert.Single(happened).Time, 1e-12);
                    Assert.Equal((g * touch / 2 * flight) - (g * flight * flight / 2), batch.FinalState(i)[0], 1e-9);
                    Assert.Equal(end, batch.ReachedTime(i));
                    Assert.Equal(batch.FinalState(i).ToArray(), batch.ReachedState(i).ToArray());
                    break;
            }
        }

        // The same bits alone, whatever else is in the batch.
        for (int i = 0; i < Count; i++)
        {
            var alone = new OdeBatch<double>(1, 2, 1);
            batch.InitialState(i).CopyTo(alone.InitialState(0));
            batch.Parameters(i).CopyTo(alone.Parameters(0));
            alone.SetTimes(batch.Times(i));
            alone.SetEvents([.. batch.Events(i)]);
            integrator.Solve(field, alone);
            Assert.Equal(batch.Result(i), alone.Result(0));
            Assert.Equal(batch.ReachedState(i).ToArray(), alone.ReachedState(0).ToArray());
        }
    }

    [Theory]
    [InlineData("tsit5")]
    [InlineData("bdf")]
    public void Kept_steps_give_the_state_at_any_time(string name)
    {
        var solver = OdeSolver.Parse(name);
        OdeBatch<double> batch = Balls();
        batch.KeepsSteps = true;
        new BatchIntegrator<double>(solver, s_tight, 2, 1).Solve(BatchField.OneByOne<double>(Fall, 2, 1), batch, threads: 2);
        batch.ThrowIfFailed();
        double[] state = new double[2], slope = new double[2], expected = new double[2];
        var integrator = new Integrator<double>(solver, s_tight, 2);
        for (int i = 0; i < Count; i++)
        {
            double g = batch.Parameters(i)[0], t = batch.Times(i)[^1] * 0.37;
            batch.Recording(i).Interpolate(t, state);
            batch.Recording(i).Derivative(t, slope);
            // Within a hundred times the tolerance.
            Assert.Equal(1 + (0.1 * i) - (g * t * t / 2), state[0], 1e-6);
            Assert.Equal(-g, slope[1], 1e-6);

            // To the bit what the integrator gives.
            var recording = new SolveRecording<double>();
            integrator.Solve(
                new FunctionField<double>((t, z, dz) => Fall(t, z, [g], dz)), batch.InitialState(i), batch.Times(i), new double[2 * batch.Times(i).Length], recording);
            recording.Interpolate(t, expected);
            Assert.Equal(expected, state);
            Assert.Equal(recording.Times.ToArray(), batch.Recording(i).Times.ToArray());
        }

        batch.KeepsSteps = false;
        new BatchIntegrator<double>(solver, s_tight, 2, 1).Solve(BatchField.OneByOne<double>(Fall, 2, 1), batch);
        Assert.Throws<InvalidOperationException>(() => batch.Recording(0));
    }

    [Fact]
    public void Discontinuities_and_times_to_land_on_are_kept()
    {
        // z' is p, and −p from t = 0.5 on.
        static void Turn(double t, ReadOnlySpan<double> z, ReadOnlySpan<double> p, Span<double> dz) => dz[0] = t < 0.5 ? p[0] : -p[0];
        var steps = new AdaptiveSteps { Discontinuities = [0.5], LandOn = [0.25], MinStep = 1e-6 };
        var integrator = new BatchIntegrator<double>(new Dopri5(), steps, 1, 1);
        Assert.False(integrator.UsesLanes);
        var batch = new OdeBatch<double>(20, 1, 1) { KeepsSteps = true };
        for (int i = 0; i < 20; i++)
        {
            batch.Parameters(i)[0] = i;
            batch.SetTimes(i, [0, 0.6 + (0.1 * i)]);
        }

        integrator.Solve(BatchField.OneByOne<double>(Turn, 1, 1), batch, threads: 2);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(i * (1 - batch.Times(i)[^1]), batch.FinalState(i)[0], 1e-12);
            Assert.Contains(0.25, batch.Recording(i).Times.ToArray());
            Assert.Equal(0, batch.Result(i).Statistics.RejectedSteps);
        }
    }

    [Fact]
    public void Stiff_problems_are_solved_by_implicit_methods()
    {
        // Robertson's reactions with the second rate as the parameter: each as the integrator solves it, to the bit.
        static void Robertson(double t, ReadOnlySpan<double> y, ReadOnlySpan<double> p, Span<double> dy)
        {
            double a = 0.04 * y[0], b = 1e4 * y[1] * y[2], c = p[0] * y[1] * y[1];
            (dy[0], dy[1], dy[2]) = (b - a, a - b - c, c);
        }

        var solver = new Bdf();
        var batch = new OdeBatch<double>(8, 3, 1);
        batch.SetTimes(0, 1, 1e5);
        for (int i = 0; i < 8; i++)
        {
            batch.InitialState(i)[0] = 1;
            batch.Parameters(i)[0] = 3e7 * (1 + (0.1 * i));
        }

        new BatchIntegrator<double>(solver, s_tight, 3, 1).Solve(BatchField.OneByOne<double>(Robertson, 3, 1), batch, threads: 2);
        batch.ThrowIfFailed();
        var integrator = new Integrator<double>(solver, s_tight, 3);
        for (int i = 0; i < 8; i++)
        {
            double[] p = batch.Parameters(i).ToArray(), states = new double[9];
            SolveResult one = integrator.Solve(new FunctionField<double>((t, z, dz) => Robertson(t, z, p, dz)), batch.InitialState(i), batch.Times(i), states);
            Assert.Equal(states[6..], batch.FinalState(i).ToArray());
            Assert.Equal(one.Statistics, batch.Result(i).Statistics);
        }
    }

    public static TheoryData<string> Norms => ["components", "maximum", "part", "zero", "mine"];

    [Theory]
    [MemberData(nameof(Norms))]
    public void Errors_are_measured_as_the_integrator_measures_them(string kind)
    {
        // The pendulum's angle counts little, its speed much. The first step is long enough for its error to be more than rounding.
        AdaptiveSteps steps = kind switch
        {
            "components" => new() { RelativeTolerance = 1e-9, AbsoluteTolerances = [1e-7, 1e-11] },
            "zero" => new() { RelativeTolerance = 1e-9, AbsoluteTolerances = [0, 1e-11] },
            _ => new() { RelativeTolerance = 1e-9, AbsoluteTolerance = 1e-10 },
        };
        steps = steps with { InitialStep = 0.1 };
        ErrorNorm? norm = kind switch
        {
            "maximum" => ErrorNorm.Maximum(0, 2),
            "part" => new ErrorNorm(1, 1, 3),
            "mine" => new ErrorNorm(0, 2) { Function = static errors => Math.Abs(errors[0]) + Math.Abs(errors[1]) },
            _ => null,
        };
        foreach (OdeSolver solver in new OdeSolver[] { new Tsit5(), new Dopri8() })
        {
            var integrator = new BatchIntegrator<double>(solver, steps, 2, 1, norm);
            Assert.Equal(kind is not ("zero" or "mine"), integrator.UsesLanes);
            OdeBatch<double> batch = Balls();
            integrator.Solve(BatchField.OneByOne<double>(Swing, 2, 1), batch, threads: 2);
            batch.ThrowIfFailed();
            var one = new Integrator<double>(solver, steps with { LimitsAtRest = !integrator.UsesLanes }, 2, errorNorm: norm);
            for (int i = 0; i < Count; i++)
            {
                double[] p = batch.Parameters(i).ToArray(), states = new double[2 * batch.Times(i).Length];
                SolveResult result = one.Solve(new FunctionField<double>((t, z, dz) => Swing(t, z, p, dz)), batch.InitialState(i), batch.Times(i), states);
                Assert.Equal(result.Statistics, batch.Result(i).Statistics);

                // One by one to the bit. In lanes rounding moves the steps: error estimates of 1e-12 or more have three digits, and a step that is 1e-3 longer moves the
                // state, of which components are up to 10, by this part of the tolerance.
                double tolerance = integrator.UsesLanes ? 1e-11 : 0;
                Assert.Equal(states[^2], batch.FinalState(i)[0], tolerance);
                Assert.Equal(states[^1], batch.FinalState(i)[1], tolerance);
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_solved_before_a_failure_can_be_read(bool inLanes)
    {
        // Not a number from t = 0.5 on, in every second problem.
        static void Field(double t, ReadOnlySpan<double> z, ReadOnlySpan<double> p, Span<double> dz) => dz[0] = t > 0.5 && p[0] == 1 ? double.NaN : -z[0];
        foreach (StepSizeControl steps in new StepSizeControl[] { s_tight, FixedSteps.OfLength(0.01) })
        {
            var batch = new OdeBatch<double>(40, 1, 1) { KeepsSteps = !inLanes };
            batch.SetTimes(0, 1);
            for (int i = 0; i < 40; i++)
            {
                batch.InitialState(i)[0] = 1 + i;
                batch.Parameters(i)[0] = i % 2;
            }

            // An interval that is empty is refused before anything is solved, and the times of before stay.
            Assert.Throws<ArgumentException>(() => batch.SetTimes(3, [2, 2]));
            var integrator = new BatchIntegrator<double>(new Tsit5(), steps, 1, 1);
            Assert.True(integrator.UsesLanes);
            integrator.Solve(BatchField.OneByOne<double>(Field, 1, 1), batch, threads: 2);
            for (int i = 0; i < 40; i++)
            {
                Assert.Equal(i % 2 == 0 ? SolveStatus.Success : SolveStatus.NotFinite, batch.Result(i).Status);
                double reached = batch.ReachedTime(i);
                Assert.InRange(reached, i % 2 == 0 ? 1 : 0.48, i % 2 == 0 ? 1 : 0.5);
                Assert.Equal((1 + i) * Math.Exp(-reached), batch.ReachedState(i)[0], 1e-7);
            }
        }
    }

    [Fact]
    public void An_event_that_is_not_a_number_ends_its_problem_alone()
    {
        OdeBatch<double> batch = Balls();
        batch.SetEvents(5, new OdeEvent<double>((t, z) => t > 0.2 ? double.NaN : 1));
        batch.SetEvents(6, new OdeEvent<double>((t, z) => 1));
        IBatchField<double> field = BatchField.OneByOne<double>(Fall, 2, 1);
        var integrator = new BatchIntegrator<double>(new Tsit5(), s_tight, 2, 1);
        integrator.Solve(field, batch, threads: 2);
        Assert.Equal((SolveStatus.NotFinite, 0), (batch.Result(5).Status, batch.Result(5).Event));
        Assert.All(Enumerable.Range(0, Count).Where(static i => i != 5), i => Assert.Equal(SolveStatus.Success, batch.Result(i).Status));

        // One that throws reaches the caller, and everything can be used again.
        batch.SetEvents(5, new OdeEvent<double>((t, z) => throw new ArithmeticException("mine")));
        Assert.Equal("mine", Assert.Throws<ArithmeticException>(() => integrator.Solve(field, batch, threads: 2)).Message);
        batch.SetEvents(5);
        integrator.Solve(field, batch, threads: 2);
        batch.ThrowIfFailed();
    }

    private static void Fall(double t, ReadOnlySpan<double> z, ReadOnlySpan<double> p, Span<double> dz) => (dz[0], dz[1]) = (z[1], -p[0]);

    private static void Swing(double t, ReadOnlySpan<double> z, ReadOnlySpan<double> p, Span<double> dz) => (dz[0], dz[1]) = (z[1], -p[0] * Math.Sin(z[0]));

    /// <summary>Balls that start at rest from different heights, under different gravity, until each has touched the floor once.</summary>
    private static OdeBatch<double> Balls()
    {
        var batch = new OdeBatch<double>(Count, 2, 1);
        for (int i = 0; i < Count; i++)
        {
            batch.InitialState(i)[0] = 1 + (0.1 * i);
            batch.Parameters(i)[0] = Gravity * (1 + (0.05 * (i % 7)));
            batch.SetTimes(i, [0, 0.2, 1.3 * Math.Sqrt(2 * batch.InitialState(i)[0] / batch.Parameters(i)[0])]);
        }

        return batch;
    }
}
