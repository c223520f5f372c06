namespace NeuralOde.Solvers.Tests;

/// <summary>Gradients through jumps and the times of events.</summary>
public class EventGradientTests
{
    private static readonly AdaptiveSteps s_tight = new() { RelativeTolerance = 1e-11, AbsoluteTolerance = 1e-12 };

    /// <summary>Methods that follow a parabola exactly, within steps too. The trapezoid rule does so but for what its iteration leaves at a loose tolerance.</summary>
    public static TheoryData<string> Parabolas
        => [.. OdeSolver.Names.Where(name => OdeSolver.Parse(name) is { HasTranspose: true, Order: >= 2, DenseOrder: >= 2, TakesFixedSteps: true } and not Trapezoid)];

    [Theory]
    [MemberData(nameof(Parabolas))]
    public void A_ball_that_bounces_twice_has_the_gradients_of_its_parabolas(string name)
    {
        var solver = OdeSolver.Parse(name);
        double[] parameters = [1.3, 0.1, 0.8, 9.81, 0.05];
        double[] times = [0, 0.2, 0.8, 1.4], gradients = [0.3, -0.2, 1.1, 0.4, -0.7, 0.9, 0.8, 1.7];
        var ball = new Ball(parameters);
        StepSizeControl control = solver.IsAdaptive ? new AdaptiveSteps { RelativeTolerance = 1e-5, AbsoluteTolerance = 1e-6 } : FixedSteps.OfLength(0.05);
        var integrator = new Integrator<double>(solver, control, 2);
        double[] expected = FiniteDifference.Gradient(p => Loss(gradients, Ball.States(p, times)), parameters);
        foreach (RecordingBudget? budget in new[] { null, new RecordingBudget { MaxBytes = 1000 } })
        {
            SolveRecording<double> recording = budget is null ? new() : new(budget);
            ball.Gradient.AsSpan().Clear();
            double[] states = new double[8], initial = new double[2], byTime = new double[4];
            integrator.Solve(ball.Problem, parameters[..2], times, states, recording).ThrowIfFailed();
            FiniteDifference.AssertClose(Ball.States(parameters, times), states, 1e-9);
            integrator.Transpose(recording, ball, gradients, initial, byTime);
            FiniteDifference.AssertClose(expected, [.. initial, .. ball.Gradient[2..]], 1e-8);

            // Of the times, the first is that of the initial state.
            double[] slopes = FiniteDifference.Gradient(ts => Loss(gradients, Ball.States(parameters, ts)), times);
            FiniteDifference.AssertClose(slopes, byTime, 1e-8);
        }
    }

    [Theory]
    [MemberData(nameof(Parabolas))]
    public void Time_of_the_fall_and_state_after_it_have_their_gradients(string name)
    {
        var solver = OdeSolver.Parse(name);
        double[] parameters = [1.3, 0.0, 0.8, 9.81, 0.0];
        var ball = new Ball(parameters);
        StepSizeControl control = solver.IsAdaptive ? new AdaptiveSteps { RelativeTolerance = 1e-5, AbsoluteTolerance = 1e-6 } : FixedSteps.OfLength(0.05);
        var integrator = new Integrator<double>(solver, control, 2);
        var recording = new SolveRecording<double>();
        foreach (bool isTerminal in new[] { false, true })
        {
            OdeProblem<double> problem = isTerminal ? ball.Terminal : ball.Problem;
            SolveResult result = integrator.Solve(problem, parameters[..2], [0, 0.9], new double[4], recording);
            Assert.Equal(isTerminal ? SolveStatus.Terminated : SolveStatus.Success, result.Status);
            Assert.Single(integrator.Occurrences);
            double fall = Math.Sqrt(2 * 1.3 / 9.81);
            double[] initial = new double[2];
            ball.Gradient.AsSpan().Clear();
            var events = new EventGradients<double>(1, 2);
            events.Times[0] = 1;
            integrator.Transpose(recording, ball, new double[4], initial, [], events);
            Assert.Equal(1 / (9.81 * fall), initial[0], 1e-9);
            Assert.Equal(-fall / (2 * 9.81), ball.Gradient[3], 1e-9);

            ball.Gradient.AsSpan().Clear();
            events = new EventGradients<double>(1, 2);
            events.StateAfter(0)[1] = 1;
            integrator.Transpose(recording, ball, new double[4], initial, [], events);
            Assert.Equal(0.8 / fall, initial[0], 1e-9);
            Assert.Equal(9.81 * fall, ball.Gradient[2], 1e-9);
            events.StateAfter(0).Clear();
            events.StateBefore(0)[1] = 1;
            integrator.Transpose(recording, ball, new double[4], initial, [], events);
            Assert.Equal(-1 / fall, initial[0], 1e-9);
        }
    }

    [Theory]
    [InlineData("dopri5")]
    [InlineData("vern7")]
    [InlineData("kvaerno5")]
    [InlineData("radau5")]
    public void Doses_with_a_lag_have_the_gradients_of_the_closed_form(string name)
    {
        double rate = 0.7, lag = 0.25, end = 4;
        double[] doses = [2, 1.5, 0.8], when = [0.5, 1.5, 3], gained = new double[3];
        double[] byRate = [0];
        int next = 0;
        var dose = new OdeEvent<double>([.. when.Select(t => t + lag)])
        {
            Jump = (t, z) => z[0] += doses[Index(t)],
            JumpProduct = (t, z, a, zGradient) =>
            {
                gained[Index(t)] += a[0];
                a.CopyTo(zGradient);
                return 0;
            },
        };
        int Index(double t) => Array.FindIndex(when, x => Math.Abs(x + lag - t) < 1e-9);
        var field = new Decay(rate, byRate);
        var integrator = new Integrator<double>(OdeSolver.Parse(name), s_tight, 1);
        var recording = new SolveRecording<double>();
        double[] states = new double[3], initial = new double[1], byTime = new double[3];

        // An output at the time of a dose is the state behind it.
        integrator.Solve(new OdeProblem<double>(field) { Events = [dose] }, [1.0], [0, 1.75, end], states, recording).ThrowIfFailed();
        var events = new EventGradients<double>(3, 1);
        integrator.Transpose(recording, field, [0, 0, 1], initial, byTime, events);
        double left = Math.Exp(-rate * end);
        double[] each = [.. when.Select(t => Math.Exp(-rate * (end - t - lag)))];
        double total = left + doses.Zip(each, (d, e) => d * e).Sum();
        Assert.Equal(total, states[2], 1e-9);
        Assert.Equal(left, initial[0], 1e-9);
        Assert.Equal(-rate * total, byTime[2], 1e-9);
        Assert.Equal(rate * left, byTime[0], 1e-9);
        for (next = 0; next < 3; next++)
        {
            Assert.Equal(each[next], gained[next], 1e-9);
            Assert.Equal(rate * doses[next] * each[next], events.GivenTimes[next], 1e-9);
        }

        Assert.Equal(-((end * left) + doses.Select((d, i) => d * (end - when[i] - lag) * each[i]).Sum()), byRate[0], 1e-8);
    }

    [Fact]
    public void Doses_at_the_initial_time_and_two_at_one_time_are_each_differentiated()
    {
        double[] byRate = [0];
        var field = new Decay(0.5, byRate);
        OdeEvent<double> Dose(double factor, double amount, params double[] times) => new(times) { Jump = (t, z) => z[0] = (factor * z[0]) + amount };
        var problem = new OdeProblem<double>(field) { Events = [Dose(1, 2, 0.0, 1.0), Dose(3, 0, 1.0)] };
        var integrator = new Integrator<double>(new Dopri5(), s_tight, 1);
        var recording = new SolveRecording<double>();
        double[] states = new double[2], initial = new double[1], byTime = new double[2];
        integrator.Solve(problem, [1.0], [0, 2], states, recording).ThrowIfFailed();

        // ((z0 + 2) e^(−1/2) + 2) · 3 · e^(−1/2).
        double e = Math.Exp(-0.5);
        Assert.Equal(((3 * e) + 2) * 3 * e, states[1], 1e-9);
        var events = new EventGradients<double>(3, 1);
        integrator.Transpose(recording, field, [0, 1], initial, byTime, events);
        Assert.Equal(3 * e * e, initial[0], 1e-9);

        // Of the first dose, added at t: 2 e^(t/2 − 1) · 3. Of the second alone: 2 · 3 e^((t − 2)/2). The third multiplies whatever is there, so its time does not matter.
        Assert.Equal(3 * e * e, events.GivenTimes[0], 1e-9);
        Assert.Equal(3 * e, events.GivenTimes[1], 1e-9);
        Assert.Equal(0, events.GivenTimes[2], 1e-9);
        Assert.Equal(0.5 * 3 * e * e, byTime[0], 1e-9);
    }

    [Theory]
    [InlineData("dopri5", true)]
    [InlineData("dopri8", true)]
    [InlineData("vern7", false)]
    [InlineData("doubled-rk4", true)]
    [InlineData("kencarp5", true)]
    [InlineData("radau5", false)]
    public void Nonlinear_events_equal_finite_differences_of_the_solve(string name, bool derivativesAreGiven)
    {
        var integrator = new Integrator<double>(OdeSolver.Parse(name), s_tight, 3);
        var accurate = new Integrator<double>(new Vern9(), new AdaptiveSteps { RelativeTolerance = 1e-13, AbsoluteTolerance = 1e-13 }, 3);
        double[] initial = [0.7, -0.4, 0.9], times = [0.17, 0.9, 2.2, 3.1], own = [0.55, 0.3];
        double[] gradients = [.. Enumerable.Range(0, 12).Select(i => Math.Cos(1.7 * i) + 0.1)], ownGradient = new double[2];
        var field = new NonlinearField<double>();
        var recording = new SolveRecording<double>();
        double[] states = new double[12], gradient = new double[3], byTime = new double[4];
        integrator.Solve(Problem(field, own), initial, times, states, recording).ThrowIfFailed();
        Assert.True(integrator.Occurrences.Count >= 2);
        integrator.Transpose(recording, field, gradients, gradient, byTime);
        double[] Solve(NonlinearField<double> f, double[] z0, double[] ts, double[] p)
        {
            double[] solved = new double[12];
            accurate.Solve(Problem(f, p), z0, ts, solved).ThrowIfFailed();
            return solved;
        }

        // Where an event lies is as exact as dense output, which for the diagonally implicit methods is of a lower order than their steps.
        double close = integrator.Solver is DiagonallyImplicitRungeKutta ? 1e-7 : 1e-8;
        FiniteDifference.AssertClose(FiniteDifference.Gradient(z0 => Loss(gradients, Solve(field, z0, times, own)), initial), gradient, close);
        FiniteDifference.AssertClose(
            FiniteDifference.Gradient(p => Loss(gradients, Solve(new NonlinearField<double> { Parameters = p }, initial, times, own)), field.Parameters),
            field.ParameterGradient,
            close);
        FiniteDifference.AssertClose(FiniteDifference.Gradient(ts => Loss(gradients, Solve(field, initial, ts, own)), times), byTime, 10 * close);
        if (derivativesAreGiven)
        {
            FiniteDifference.AssertClose(FiniteDifference.Gradient(p => Loss(gradients, Solve(field, initial, times, p)), own), ownGradient, close);
        }

        // g = z0 z1 + p0 sin t, z2 → z2 + p1 z0² t.
        OdeProblem<double> Problem(NonlinearField<double> f, double[] p) => new(f)
        {
            Events =
            [
                new((t, z) => (z[0] * z[1]) + (p[0] * Math.Sin(t)))
                {
                    FunctionGradient = !derivativesAreGiven ? null : (t, z, zGradient) =>
                    {
                        (zGradient[0], zGradient[1], zGradient[2]) = (z[1], z[0], 0);
                        return p[0] * Math.Cos(t);
                    },
                    FunctionParameterGradient = (t, z, a) => ownGradient[0] += a * Math.Sin(t),
                    Jump = (t, z) => z[2] += p[1] * z[0] * z[0] * t,
                    JumpProduct = !derivativesAreGiven ? null : (t, z, a, zGradient) =>
                    {
                        (zGradient[0], zGradient[1], zGradient[2]) = (a[0] + (2 * a[2] * p[1] * z[0] * t), a[1], a[2]);
                        ownGradient[1] += a[2] * z[0] * z[0] * t;
                        return a[2] * p[1] * z[0] * z[0];
                    },
                },
            ],
        };
    }

    [Fact]
    public void Events_that_change_nothing_have_times_with_gradients()
    {
        double[] byRate = [0];
        var field = new Decay(0.5, byRate);
        var problem = new OdeProblem<double>(field) { Events = [new((t, z) => z[0] - 0.6), new((t, z) => z[0] - 0.3)] };
        var integrator = new Integrator<double>(new Dopri5(), s_tight, 1);
        var recording = new SolveRecording<double>();
        integrator.Solve(problem, [1.0], [0, 5], new double[2], recording).ThrowIfFailed();
        var events = new EventGradients<double>(2, 1);
        events.Times[0] = 1;
        events.Times[1] = 10;
        double[] initial = new double[1];
        integrator.Transpose(recording, field, [0, 0], initial, [], events);

        // t = ln(z0 / c) / r.
        Assert.Equal(11 / 0.5, initial[0], 1e-8);
        Assert.Equal(-(Math.Log(1 / 0.6) + (10 * Math.Log(1 / 0.3))) / 0.25, byRate[0], 1e-7);
    }

    [Fact]
    public void What_has_no_derivative_says_so()
    {
        var field = new Decay(0.5, [0]);
        var integrator = new Integrator<double>(new Dopri5(), s_tight, 1);
        var recording = new SolveRecording<double>();
        double[] initial = new double[1];
        var together = new OdeProblem<double>(field)
        {
            Events = [new((t, z) => z[0] - 0.6) { Jump = (t, z) => z[0] -= 0.1, Name = "first" }, new((t, z) => z[0] - 0.6) { Jump = (t, z) => z[0] *= 0.9 }],
        };
        integrator.Solve(together, [1.0], [0, 3], new double[2], recording).ThrowIfFailed();
        NotSupportedException error = Assert.Throws<NotSupportedException>(() => integrator.Transpose(recording, field, [0, 1], initial, []));
        Assert.Contains("first", error.Message, StringComparison.Ordinal);

        // −(t − 1)³ crosses zero at a speed of zero.
        var grazes = new OdeProblem<double>(field)
        {
            Events = [new((t, z) => -Math.Pow(t - 1, 3)) { Jump = (t, z) => z[0] += 1, FunctionGradient = (t, z, g) => { g[0] = 0; return -3 * (t - 1) * (t - 1); } }],
        };
        integrator.Solve(grazes, [1.0], [0, 3], new double[2], recording).ThrowIfFailed();
        Assert.Equal(1, integrator.Occurrences[0].Time, 1e-5);
        Assert.Throws<ArgumentException>(() => integrator.Transpose(recording, field, [0, 1], initial, [], new EventGradients<double>(3, 1)));

        // The integrator is free again.
        integrator.Solve(field, [1.0], [0, 3], new double[2]).ThrowIfFailed();
    }

    private static double Loss(double[] gradients, double[] states) => gradients.Zip(states, (g, z) => g * z).Sum();

    private sealed class Decay(double rate, double[] gradient) : IVectorField<double>, IVectorJacobianProduct<double>
    {
        public void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz) => dz[0] = -rate * z[0];

        public double Evaluate(double t, ReadOnlySpan<double> z, ReadOnlySpan<double> a, Span<double> zGradient)
        {
            zGradient[0] = -rate * a[0];
            gradient[0] -= a[0] * z[0];
            return 0;
        }
    }

    /// <summary>Height, velocity, restitution, gravity and height of the floor as parameters.</summary>
    private sealed class Ball : IVectorField<double>, IVectorJacobianProduct<double>
    {
        private readonly double[] _p;

        public Ball(double[] parameters)
        {
            _p = parameters;
            OdeEvent<double> Floor(bool isTerminal) => new((t, z) => z[0] - _p[4])
            {
                IsTerminal = isTerminal,
                Direction = EventDirection.Falling,
                FunctionGradient = (t, z, g) =>
                {
                    (g[0], g[1]) = (1, 0);
                    return 0;
                },
                FunctionParameterGradient = (t, z, a) => Gradient[4] -= a,
                Jump = (t, z) => z[1] *= -_p[2],
                JumpProduct = (t, z, a, g) =>
                {
                    (g[0], g[1]) = (a[0], -_p[2] * a[1]);
                    Gradient[2] -= a[1] * z[1];
                    return 0;
                },
            };
            Problem = new OdeProblem<double>(this) { Events = [Floor(false)], PositionCount = 1, IsSecondOrder = true };
            Terminal = new OdeProblem<double>(this) { Events = [Floor(true)], PositionCount = 1, IsSecondOrder = true };
        }

        public double[] Gradient { get; } = new double[5];

        public OdeProblem<double> Problem { get; }

        public OdeProblem<double> Terminal { get; }

        public static double[] States(double[] p, double[] times)
        {
            double[] states = new double[2 * times.Length];
            double t = times[0], x = p[0] - p[4], v = p[1];
            for (int i = 0; i < times.Length; i++)
            {
                while (true)
                {
                    double fall = (v + Math.Sqrt((v * v) + (2 * p[3] * x))) / p[3], rest = times[i] - t;
                    if (fall > rest)
                    {
                        states[2 * i] = x + (v * rest) - (p[3] * rest * rest / 2) + p[4];
                        states[(2 * i) + 1] = v - (p[3] * rest);
                        break;
                    }

                    (t, x, v) = (t + fall, 0, -p[2] * (v - (p[3] * fall)));
                }
            }

            return states;
        }

        public void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz) => (dz[0], dz[1]) = (z[1], -_p[3]);

        public double Evaluate(double t, ReadOnlySpan<double> z, ReadOnlySpan<double> a, Span<double> zGradient)
        {
            (zGradient[0], zGradient[1]) = (0, a[0]);
            Gradient[3] -= a[1];
            return 0;
        }
    }
}
