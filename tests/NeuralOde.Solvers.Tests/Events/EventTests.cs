namespace NeuralOde.Solvers.Tests;

public class EventTests
{
    private const double Gravity = 9.81;

    private static readonly AdaptiveSteps s_tight = new() { RelativeTolerance = 1e-10, AbsoluteTolerance = 1e-12 };

    public static TheoryData<string> Adaptive => SolverNames.Adaptive;

    public static TheoryData<string> Fixed => SolverNames.Fixed;

    [Theory]
    [MemberData(nameof(Adaptive))]
    public void Zeros_of_a_cosine_are_found_to_rounding_of_the_solution(string name)
    {
        var problem = new OdeProblem<double>(Rotation) { Events = [new((t, z) => z[0]), new((t, z) => z[0]) { Direction = EventDirection.Falling }] };
        double tolerance = OdeSolver.Parse(name).Order < 4 ? 1e-6 : 1e-9;
        var options = new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance } };
        OdeSolution<double> solution = Ode.Solve(problem, [1.0, 0.0], 0, 20, OdeSolver.Parse(name), options);
        double[] zeros = [.. Enumerable.Range(0, 6).Select(k => (k + 0.5) * Math.PI)];
        EventOccurrence<double>[] either = solution.Events.Where(x => x.Index == 0).ToArray();
        Assert.Equal(6, either.Length);
        Assert.Equal([0, 2, 4], solution.Events.Where(x => x.Index == 1).Select(x => Array.IndexOf(either.Select(y => y.Time).ToArray(), x.Time)));
        for (int i = 0; i < 6; i++)
        {
            // The error of the solution divided by the speed of crossing, 1. The estimates of fehlberg2 and sdirk2 are some times smaller than their errors.
            Assert.Equal(zeros[i], either[i].Time, (OdeSolver.Parse(name).Order < 3 ? 3e3 : 1e3) * tolerance);

            // The time is resolved: the interpolated state is zero to what one unit in the last place of time makes,
            // and the dense weights of the 8th and 9th order, which are large and cancel, some tens of times that.
            OdeSolver worker = OdeSolver.Parse(name) is Auto auto ? auto.ExplicitFor(tolerance) : OdeSolver.Parse(name);
            Assert.InRange(Math.Abs(either[i].StateBefore[0]), 0, worker.Order >= 7 ? 3e-13 : 8e-15);
            Assert.Equal(solution.At(either[i].Time)[0], either[i].StateAfter[0], 1e-15);
        }
    }

    [Theory]
    [MemberData(nameof(Fixed))]
    public void A_terminal_event_ends_a_solve_of_fixed_steps(string name)
    {
        var problem = new OdeProblem<double>(Rotation) { Events = [new((t, z) => z[0] - 0.5) { IsTerminal = true }] };
        var options = new OdeOptions { Steps = FixedSteps.OfLength(1e-3) };
        OdeSolution<double> solution = Ode.Solve(problem, [1.0, 0.0], 0, 20, OdeSolver.Parse(name), options);
        Assert.Equal(SolveStatus.Terminated, solution.Status);
        Assert.Equal(0, solution.Result.Event);

        // Euler's global error is h t / 2.
        Assert.Equal(Math.Acos(0.5), solution.Result.Time, 1e-3);
        Assert.Equal(0.5, solution.FinalState[0], 1e-14);
        Assert.Equal(solution.Result.Time, solution.Times[^1]);
        Assert.Equal(0.5, solution.At(solution.Result.Time)[0], 1e-14);
    }

    [Theory]
    [InlineData("tsit5", true)]
    [InlineData("dopri5", true)]
    [InlineData("bosh3", true)]
    [InlineData("rk4", false)]
    [InlineData("ab3", false)]
    public void A_bouncing_ball_follows_its_parabolas(string name, bool adaptive)
    {
        const double Restitution = 0.8, Height = 10;
        double first = Math.Sqrt(2 * Height / Gravity), speed = Gravity * first;
        var options = new OdeOptions { Steps = adaptive ? s_tight : FixedSteps.OfLength(0.01), DenseOutput = true };
        OdeSolution<double> solution = Ode.Solve(Ball(Restitution), [Height, 0.0], 0, 8, OdeSolver.Parse(name), options);
        Assert.Equal(SolveStatus.Success, solution.Status);
        double time = first;
        double tolerance = name == "bosh3" ? 1e-8 : 1e-11;
        foreach (EventOccurrence<double> bounce in solution.Events)
        {
            Assert.Equal(time, bounce.Time, tolerance);
            Assert.Equal(-speed, bounce.StateBefore[1], 10 * tolerance);
            Assert.Equal(-Restitution * bounce.StateBefore[1], bounce.StateAfter[1]);
            Assert.InRange(bounce.StateBefore[0], -1e-13, 0);
            speed *= Restitution;

            // Dense output on both sides of the jump, and at it.
            double half = speed / Gravity;
            if (time + half < 8)
            {
                Assert.Equal(speed * speed / (2 * Gravity), solution.At(time + half)[0], 100 * tolerance);
                Assert.Equal(-Gravity, solution.DerivativeAt(time + half)[1], 1e-6);
            }

            Assert.Equal(bounce.StateAfter[1], solution.At(bounce.Time)[1]);
            time += 2 * half;
        }

        Assert.True(time > 8);
        Assert.Equal(4, solution.Events.Count);
        for (double t = 0; t < 8; t += 0.01)
        {
            Assert.True(solution.At(t)[0] > -1e-8);
        }
    }

    [Fact]
    public void Bounces_that_never_end_are_named_and_do_not_hang()
    {
        OdeSolution<double> solution = Ode.Solve(Ball(0.5), [1.0, 0.0], 0, 10, new Tsit5(), new OdeOptions { Steps = s_tight, ThrowOnFailure = false });
        Assert.Equal(SolveStatus.EventsAccumulate, solution.Status);
        Assert.Equal(3 * Math.Sqrt(2 / Gravity), solution.Result.Time, 1e-9);
        Assert.True(solution.At(1)[0] >= 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Doses_are_exact_and_outputs_at_them_are_those_after(int direction)
    {
        // z' = −k z with doses: closed form, forward and backward in time.
        double[] times = [0, 1, 2.5, 4];
        var dose = new OdeEvent<double>(direction * 1.0, direction * 2.0, 99) { Jump = (t, z) => z[0] += 5 };
        foreach (StepSizeControl steps in new StepSizeControl[] { s_tight, FixedSteps.PerInterval(100) })
        {
            var problem = new OdeProblem<double>((t, z, dz) => dz[0] = -0.3 * direction * z[0]) { Events = [dose] };
            OdeSolution<double> solution = Ode.Solve(problem, [2.0], [.. times.Select(x => x * direction)], new Tsit5(), new OdeOptions { Steps = steps });
            double one = (2 * Math.Exp(-0.3)) + 5, two = (one * Math.Exp(-0.3)) + 5;
            Assert.Equal(one, solution[1][0], 1e-9);
            Assert.Equal(two * Math.Exp(-0.15), solution[2][0], 1e-9);
            Assert.Equal(two * Math.Exp(-0.6), solution[3][0], 1e-9);
            Assert.Equal([1.0, 2.0], solution.Events.Select(x => x.Time * direction));
            Assert.Equal(one - 5, solution.Events[0].StateBefore[0], 1e-9);
        }
    }

    [Fact]
    public void A_dose_at_the_start_and_at_the_end_happens()
    {
        var problem = new OdeProblem<double>((t, z, dz) => dz[0] = -z[0]) { Events = [new(0.0, 1.0) { Jump = (t, z) => z[0] += 1 }] };
        OdeSolution<double> solution = Ode.Solve(problem, [0.0], 0, 1);
        Assert.Equal(2, solution.Events.Count);
        Assert.Equal(0, solution.Events[0].StateBefore[0]);
        Assert.Equal(1, solution[0][0]);
        Assert.Equal(1 + Math.Exp(-1), solution.FinalState[0], 1e-6);
        Assert.Equal(Math.Exp(-0.5), solution.At(0.5)[0], 1e-6);
    }

    [Fact]
    public void An_event_function_that_is_zero_at_the_start_has_not_crossed()
    {
        // Thrown from the ground: the event is the landing.
        var problem = new OdeProblem<double>(Fall) { Events = [new((t, z) => z[0]) { IsTerminal = true }] };
        OdeSolution<double> solution = Ode.Solve(problem, [0.0, 10.0], 0, 100);
        Assert.Equal(2 * 10 / Gravity, solution.Result.Time, 1e-9);
        Assert.Single(solution.Events);
    }

    [Fact]
    public void Two_crossings_within_one_step_are_both_found()
    {
        // One step over the whole interval: the function dips below zero between 1.4995 and 1.5005 only.
        var problem = new OdeProblem<double>((t, z, dz) => dz[0] = 1) { Events = [new((t, z) => ((z[0] - 1.503) * (z[0] - 1.503)) - 1e-8)] };
        OdeSolution<double> solution = Ode.Solve(problem, [0.0], 0, 4, new Tsit5(), new OdeOptions { Steps = new AdaptiveSteps { InitialStep = 4 } });
        Assert.Equal(1, solution.Statistics.AcceptedSteps);
        Assert.Equal(2, solution.Events.Count);
        Assert.Equal(1.5029, solution.Events[0].Time, 1e-12);
        Assert.Equal(1.5031, solution.Events[1].Time, 1e-12);
    }

    [Fact]
    public void Events_at_one_time_all_happen_in_their_order()
    {
        var problem = new OdeProblem<double>((t, z, dz) => dz[0] = 1)
        {
            Events =
            [
                new((t, z) => z[0] - 0.7) { Jump = (t, z) => z[0] *= 3 },
                new((t, z) => (10 * z[0]) - 7),
                new((t, z) => Math.Exp(z[0]) - Math.Exp(0.7)) { Jump = (t, z) => z[0] += 1, Direction = EventDirection.Rising },
                new((t, z) => 0.7 - z[0]) { Direction = EventDirection.Rising },
            ],
        };
        OdeSolution<double> solution = Ode.Solve(problem, [0.0], 0, 1);
        Assert.Equal([0, 1, 2], solution.Events.Select(x => x.Index));
        Assert.Equal(solution.Events[0].StateAfter[0], solution.Events[1].StateBefore[0]);
        Assert.Equal((3 * 0.7) + 1 + 0.3, solution.FinalState[0], 1e-12);
    }

    [Fact]
    public void A_solve_without_a_crossing_has_the_same_numbers_as_without_events()
    {
        var problem = new OdeProblem<double>(Rotation) { Events = [new((t, z) => z[0] - 2)] };
        OdeSolution<double> watched = Ode.Solve(problem, [1.0, 0.0], 0, 10);
        OdeSolution<double> plain = Ode.Solve(Rotation, [1.0, 0.0], 0, 10);
        Assert.Empty(watched.Events);
        Assert.Equal(plain.States.ToArray(), watched.States.ToArray());
        Assert.Equal(plain.Statistics, watched.Statistics);
    }

    [Fact]
    public void Backward_solves_meet_events_in_their_own_order()
    {
        var problem = new OdeProblem<double>(Rotation) { Events = [new((t, z) => z[0]) { Direction = EventDirection.Falling }] };
        OdeSolution<double> solution = Ode.Solve(problem, [1.0, 0.0], 0, -8);
        Assert.Equal([-0.5 * Math.PI, -2.5 * Math.PI], solution.Events.Select(x => x.Time), (x, y) => Math.Abs(x - y) < 1e-4);
    }

    [Fact]
    public void Output_times_behind_a_terminal_event_are_left_out()
    {
        var problem = new OdeProblem<float>((t, z, dz) => dz[0] = 1) { Events = [new((t, z) => z[0] - 1.5f) { IsTerminal = true }] };
        OdeSolution<float> solution = Ode.Solve(problem, [0f], [0.0, 1.0, 2.0, 3.0]);
        Assert.Equal(3, solution.Times.Length);
        Assert.Equal(1.5, solution.Times[2], 1e-6);
        Assert.Equal(1.5f, solution.FinalState[0], 1e-6f);
    }

    [Fact]
    public void Functions_that_fail_are_named()
    {
        var options = new OdeOptions { ThrowOnFailure = false };
        var notANumber = new OdeProblem<double>((t, z, dz) => dz[0] = 1) { Events = [new((t, z) => 1), new((t, z) => Math.Sqrt(0.5 - z[0]))] };
        OdeSolution<double> solution = Ode.Solve(notANumber, [0.0], 0, 1, options: options);
        Assert.Equal((SolveStatus.NotFinite, 1), (solution.Status, solution.Result.Event));
        Assert.Contains("event 1", solution.Result.ToString());

        var badJump = new OdeProblem<double>((t, z, dz) => dz.Fill(1)) { Events = [new(0.5) { Jump = (t, z) => z[1] = double.NaN }] };
        solution = Ode.Solve(badJump, [0.0, 0.0], 0, 1, options: options);
        Assert.Equal((SolveStatus.NotFinite, 0, 1, 0.5), (solution.Status, solution.Result.Event, solution.Result.Component, solution.Result.Time));
        Assert.Equal(0.25, solution.At(0.25)[0], 1e-12);

        var throws = new OdeProblem<double>((t, z, dz) => dz[0] = 1) { Events = [new((t, z) => t > 0.5 ? throw new ArithmeticException("mine") : 1)] };
        var integrator = new Integrator<double>(new Tsit5(), new AdaptiveSteps(), 1);
        double[] states = new double[2];
        Assert.Equal("mine", Assert.Throws<ArithmeticException>(() => integrator.Solve(throws, [0.0], [0, 1], states)).Message);
        Assert.True(integrator.Solve(new OdeProblem<double>((t, z, dz) => dz[0] = 1), [0.0], [0, 1], states).IsSuccess);
        Assert.Empty(integrator.Occurrences);
        Assert.Throws<ArgumentException>(() => new OdeEvent<double>(1.0, 1.0));
        Assert.Throws<ArgumentException>(() => new OdeEvent<double>(double.NaN));
    }

    [Theory]
    [InlineData("leapfrog")]
    [InlineData("reversible-heun")]
    [InlineData("dopri5")]
    public void Dense_output_of_the_step_that_an_event_cuts_leads_to_the_event(string name)
    {
        var problem = new OdeProblem<double>(Rotation) { Events = [new((t, z) => z[0]) { Jump = (t, z) => z[1] *= 3 }] };
        var integrator = new Integrator<double>(OdeSolver.Parse(name), FixedSteps.OfLength(0.1), 2);
        var recording = new SolveRecording<double>();
        integrator.Solve(problem, [1.0, 0.0], [0, 3], new double[4], recording).ThrowIfFailed();
        double time = integrator.Occurrences[0].Time;
        double[] before = new double[2];
        recording.Interpolate(Math.BitDecrement(time), before);
        FiniteDifference.AssertClose(integrator.Occurrences[0].StateBefore.ToArray(), before, 1e-14);
        int mark = recording.Times.IndexOf(time);
        Assert.Equal(integrator.Occurrences[0].StateBefore, recording.State(mark));
        Assert.Equal(integrator.Occurrences[0].StateAfter, recording.State(mark + 1));
    }

    [Fact]
    public void Quadratures_go_on_across_jumps()
    {
        var problem = new OdeProblem<double>((t, z, dz) => (dz[0], dz[1]) = (0, z[0])) { Events = [new(1.0) { Jump = (t, z) => z[0] = 3 }] };
        var integrator = new Integrator<double>(new Tsit5(), new AdaptiveSteps(), 1, 1);
        double[] states = new double[4];
        integrator.Solve(problem, [2.0, 0.0], [0, 3], states).ThrowIfFailed();
        Assert.Equal([3, 2 + 6], states[2..], (x, y) => Math.Abs(x - y) < 1e-12);
    }

    private static OdeProblem<double> Ball(double restitution) => new(Fall)
    {
        Events = [new((t, z) => z[0]) { Direction = EventDirection.Falling, Jump = (t, z) => z[1] *= -restitution }],
    };

    private static void Rotation(double t, ReadOnlySpan<double> z, Span<double> dz) => (dz[0], dz[1]) = (z[1], -z[0]);

    private static void Fall(double t, ReadOnlySpan<double> z, Span<double> dz) => (dz[0], dz[1]) = (z[1], -Gravity);
}
