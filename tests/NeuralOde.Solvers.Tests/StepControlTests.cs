namespace NeuralOde.Solvers.Tests;

public class StepControlTests
{
    public static TheoryData<string> Adaptive => SolverNames.Adaptive;

    public static TheoryData<string, ControllerCoefficients> Presets => new()
    {
        { "classic", ControllerCoefficients.Classic }, { "dopri5", ControllerCoefficients.Dopri5 }, { "gustafsson", ControllerCoefficients.Gustafsson },
        { "soderlind42", ControllerCoefficients.Soderlind42 }, { "h211pi", ControllerCoefficients.H211Pi }, { "h312pid", ControllerCoefficients.H312Pid },
        { "arkode", ControllerCoefficients.Arkode },
    };

    public static TheoryData<string> OfGivenSteps => [.. OdeSolver.Names.Where(static x => OdeSolver.Parse(x).TakesFixedSteps)];

    [Theory]
    [MemberData(nameof(Presets))]
    public void Every_published_controller_keeps_the_error_near_the_tolerance(string name, ControllerCoefficients controller)
    {
        Assert.NotEmpty(name);
        foreach (double tolerance in (double[])[1e-4, 1e-6, 1e-8])
        {
            var steps = new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance, Controller = controller };
            OdeSolution<double> solution = Known(steps);
            Assert.InRange(KnownField<double>.Error(20, solution.FinalState), 0, 50 * tolerance);
            Assert.InRange(solution.Statistics.RejectedSteps, 0, 0.2 * solution.Statistics.AcceptedSteps);
        }
    }

    [Fact]
    public void Factors_of_a_PID_controller_are_the_powers_of_the_last_three_errors()
    {
        var settings = new AdaptiveSteps { Controller = new ControllerCoefficients(0.5, 0.2, 0.1), SafetyFactor = 0.9, MaxFactor = 100, InitialStep = 1 };
        StepController controller = settings.CreateController("");
        controller.Start(0, 1e9, double.NaN);
        double t = 0, h = 1;
        double[] errors = [0.5, 0.2, 0.6, 0.3];
        for (int i = 0; i < errors.Length; i++)
        {
            StepPlan plan = controller.Plan(t, 1e9);
            Assert.Equal(h, plan.Size, 1e-12 * h);
            controller.OnAccepted(plan, new StepAttempt(StepOutcome.Complete, errors[i], 5));
            t = plan.End;
            double previous = i > 0 ? errors[i - 1] : 1e-4, before = i > 1 ? errors[i - 2] : 1e-4;
            h = plan.Size * 0.9 * Math.Pow(errors[i], -0.8 / 5) * Math.Pow(previous, 0.4 / 5) * Math.Pow(before, -0.1 / 5);
        }

        Assert.Equal(h, controller.Plan(t, 1e9).Size, 1e-12 * h);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Given_steps_are_taken(bool forward)
    {
        double[] times = forward ? [0, 1] : [1, 0];
        Assert.Equal(forward ? [0, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1] : [1, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, 0], Times(GivenSteps.OfLengths(0.25, 0.125)));
        Assert.Equal(forward ? [0, 0.1, 0.7, 1] : [1, 0.7, 0.1, 0], Times(GivenSteps.At(0.7, 0.1, 0.1, 3, -1, 0)));

        double[] Times(StepSizeControl steps)
            => Ode.Solve((t, y, dy) => dy[0] = -y[0], [1], times[0], times[1], new RungeKutta4(), new OdeOptions { Steps = steps }).Times.ToArray();
    }

    [Fact]
    public void Given_steps_are_checked_and_their_gradient_is_that_of_the_discrete_map()
    {
        Assert.Throws<ArgumentException>(() => GivenSteps.OfLengths());
        Assert.Contains("Value 1", Assert.Throws<ArgumentException>(() => GivenSteps.OfLengths(1, 0)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => GivenSteps.At(double.NaN));
        double[] initial = [0.7, -0.4, 0.9], times = [0, 0.5, 1];
        var field = new NonlinearField<double>();
        var integrator = new Integrator<double>(new AdamsBashforth(3), GivenSteps.At(0.1, 0.25, 0.4, 0.6, 0.8), 3);
        var recording = new SolveRecording<double>();
        double[] gradient = new double[3];
        double[] weights = [0, 0, 0, 1, -2, 0.5, 0.3, 1, 2];
        integrator.Solve(field, initial, times, new double[9], recording).ThrowIfFailed();

        // Output times lie within steps, so the last state alone is differentiated here.
        weights.AsSpan(0, 6).Clear();
        integrator.Transpose(recording, field, weights, gradient, []);
        FiniteDifference.AssertClose(
            FiniteDifference.Gradient(
                z =>
                {
                    double[] states = new double[9];
                    integrator.Solve(field, z, times, states);
                    return states.Zip(weights, (x, w) => x * w).Sum();
                },
                initial),
            gradient);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Steps_land_on_times(bool forward)
    {
        var steps = new AdaptiveSteps { LandOn = [0.31, 7.25, 0.3, 99, -5] };
        OdeSolution<double> solution = Ode.Solve((t, y, dy) => dy[0] = -y[0], [1], forward ? 0 : 10, forward ? 10 : 0, options: new OdeOptions { Steps = steps });
        Assert.All([0.3, 0.31, 7.25], time => Assert.Contains(time, solution.Times.ToArray()));
        Assert.Equal(Math.Exp(forward ? -10 : 10), solution.FinalState[0], 1e-3 * solution.FinalState[0]);
    }

    [Theory]
    [MemberData(nameof(Adaptive))]
    public void A_jump_of_the_field_that_is_known_costs_no_rejections_and_no_accuracy(string name)
    {
        var solver = OdeSolver.Parse(name);
        double[] jumps = [0, 1, 2.5];

        // y' = 1 until 1, then -2 until 2.5, then 100 (t - 2.5) y: a jump of each kind, of which the first lies at time 0 and so at the edge.
        static void Field(double t, ReadOnlySpan<double> y, Span<double> dy) => dy[0] = t < 1 ? Math.Cos(t) : t < 2.5 ? -2 * Math.Sin(t) : y[0] * 3;
        double exact = (Math.Sin(1) + (2 * (Math.Cos(2.5) - Math.Cos(1)))) * Math.Exp(1.5);
        var steps = new AdaptiveSteps { Discontinuities = jumps, RelativeTolerance = 1e-5, AbsoluteTolerance = 1e-5 };
        OdeSolution<double> solution = Ode.Solve(Field, [0], 0, 3, solver, new OdeOptions { Steps = steps });
        Assert.Equal(exact, solution.FinalState[0], name == "fehlberg2" ? 0.3 : solver.Order == 1 ? 0.1 : 1e-2);
        Assert.All([1.0, 2.5], time => Assert.Contains(time, solution.Times.ToArray()));
        Assert.Equal(Math.Sin(0.9), solution.At(0.9)[0], name == "fehlberg2" || solver.Order == 1 ? 1e-2 : 1e-3);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(2, 0)]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void A_jump_is_gone_over_either_way_and_may_lie_at_an_end(double from, double to)
    {
        // y = 5 t before 1, and 5 - 100 (t - 1) from there: no step meets both pieces, so each piece is solved exactly without a rejection.
        static double Exact(double t) => t < 1 ? 5 * t : 5 - (100 * (t - 1));
        var options = new OdeOptions { Steps = new AdaptiveSteps { Discontinuities = [1] } };
        OdeSolution<double> solution = Ode.Solve((t, y, dy) => dy[0] = t < 1 ? 5 : -100, [Exact(from)], from, to, new Tsit5(), options);
        Assert.Equal(Exact(to), solution.FinalState[0], 1e-11);
        Assert.Equal(0, solution.Statistics.RejectedSteps);
        double inner = (from + to + 1) / 3;
        Assert.Equal(Exact(inner), solution.At(inner)[0], 1e-11);
    }

    [Fact]
    public void Gradients_go_across_a_jump()
    {
        // y' = a y before 1 and b y after: dy(2)/dy(0) = exp(a + b).
        var field = new TwoRates();
        var integrator = new Integrator<double>(new Dopri5(), new AdaptiveSteps { Discontinuities = [1] }, 1);
        var recording = new SolveRecording<double>();
        double[] gradient = new double[1];
        double[] states = new double[3];
        integrator.Solve(field, [1], [0, 1.5, 2], states, recording).ThrowIfFailed();
        integrator.Transpose(recording, field, [0, 0.5, 1], gradient, []);
        double middle = Math.Exp(0.3 - 1), end = Math.Exp(0.3 - 2);
        Assert.Equal(end, states[2], 1e-5);
        Assert.Equal(end + (0.5 * middle), gradient[0], 1e-5);
    }

    [Fact]
    public void A_smallest_step_ends_the_solve_where_a_shorter_one_is_needed()
    {
        var options = new OdeOptions { Steps = new AdaptiveSteps { MinStep = 1e-3 }, ThrowOnFailure = false };
        OdeSolution<double> singular = Ode.Solve((t, y, dy) => dy[0] = y[0] * y[0], [1], 0, 2, options: options);
        Assert.Equal(SolveStatus.StepTooSmall, singular.Result.Status);
        Assert.InRange(singular.Times[^1], 0.9, 1);
        double[] lengths = [.. singular.Times.ToArray().Zip(singular.Times.ToArray().Skip(1), (a, b) => b - a)];
        Assert.True(lengths.Min() >= 1e-3 * (1 - 1e-12));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdaptiveSteps { MinStep = 1, MaxStep = 0.5 }.CreateController("steps"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdaptiveSteps { Discontinuities = [double.NaN] }.CreateController("steps"));
    }

    [Fact]
    public void Absolute_tolerances_may_differ_by_component_and_be_zero()
    {
        // Two decays of the same kind, one of 1e-12 of the other's size: only with tolerances to its scale is the small one resolved.
        static void Field(double t, ReadOnlySpan<double> y, Span<double> dy) => (dy[0], dy[1]) = (-y[0] + (0 * t), -50 * y[1]);
        double Error(AdaptiveSteps steps)
        {
            OdeSolution<double> solution = Ode.Solve(Field, [1, 1e-12], 0, 0.2, options: new OdeOptions { Steps = steps });
            return Math.Abs((solution.FinalState[1] / (1e-12 * Math.Exp(-10))) - 1);
        }

        Assert.InRange(Error(new AdaptiveSteps { AbsoluteTolerances = [1e-9, 1e-21] }), 0, 1e-3);
        Assert.InRange(Error(new AdaptiveSteps { AbsoluteTolerance = 0 }), 0, 1e-4);
        Assert.True(Error(new AdaptiveSteps { LimitsAtRest = false }) > 1e-2);
        Assert.Contains(
            "2 components", Assert.Throws<ArgumentException>(() => Error(new AdaptiveSteps { AbsoluteTolerances = [1e-9] })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Error(new AdaptiveSteps { AbsoluteTolerances = [1e-9, -1] }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Error(new AdaptiveSteps { AbsoluteTolerance = 0, RelativeTolerance = 0 }));

        // Equal tolerances give the steps of the kernel, but for the order of its sums.
        OdeSolution<double> one = Known(new AdaptiveSteps { AbsoluteTolerance = 1e-7 }), each = Known(new AdaptiveSteps { AbsoluteTolerances = [1e-7, 1e-7] });
        Assert.Equal(one.Statistics, each.Statistics);
        Assert.Equal(one.FinalState[0], each.FinalState[0], 1e-12);

        // A component that is zero and stays so has no scale, and no error either.
        var relative = new OdeOptions { Steps = new AdaptiveSteps { AbsoluteTolerance = 0 } };
        OdeSolution<double> zero = Ode.Solve((t, y, dy) => (dy[0], dy[1]) = (-y[0], 0), [1, 0], 0, 1, options: relative);
        Assert.Equal(Math.Exp(-1), zero.FinalState[0], 1e-5);
    }

    [Fact]
    public void Norms_are_the_mean_the_maximum_or_the_users()
    {
        // Of ten components one has an error: the maximum sees the whole of it, the mean a tenth.
        double Error(ErrorNorm? norm)
        {
            var integrator = new Integrator<double>(new Bosh3(), new AdaptiveSteps { RelativeTolerance = 1e-4, AbsoluteTolerance = 1e-4, LimitsAtRest = false }, 100, 0, norm);
            double[] initial = [1, .. new double[99]], states = new double[200];
            integrator.Solve(new FunctionField<double>((t, z, dz) => { dz.Clear(); dz[0] = -10 * Math.Sin(10 * t); }), initial, [0, 10], states).ThrowIfFailed();
            return Math.Abs(states[100] - Math.Cos(100));
        }

        double mean = Error(null), largest = Error(ErrorNorm.Maximum(0, 100));
        Assert.True(mean > 3 * largest, $"{mean} {largest}");
        Assert.Equal(largest, Error(new ErrorNorm(0, 100) { Function = static errors => errors.ToArray().Max(Math.Abs) }));
        Assert.Equal(largest, Error(ErrorNorm.Maximum(0, 1)));
        Assert.Equal(mean, Error(new ErrorNorm(0, 100) { Function = static errors => Math.Sqrt(errors.ToArray().Sum(e => e * e) / errors.Length) }), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Adaptive))]
    public void Every_method_measures_by_the_tolerances_and_the_norm_that_were_given(string name)
    {
        OdeSolution<double> Solve(AdaptiveSteps steps, ErrorNorm? norm = null) => Ode.Solve(
            new KnownField<double>().Evaluate, KnownField<double>.Initial(0), 0, 3, OdeSolver.Parse(name), new OdeOptions { Steps = steps, ErrorNorm = norm });
        OdeSolution<double> one = Solve(new AdaptiveSteps { RelativeTolerance = 1e-5, AbsoluteTolerance = 1e-5 });
        OdeSolution<double> each = Solve(new AdaptiveSteps { RelativeTolerance = 1e-5, AbsoluteTolerances = [1e-5, 1e-5] });
        var mean = new ErrorNorm(0, 2) { Function = static errors => Math.Sqrt((errors[0] * errors[0]) + (errors[1] * errors[1])) / Math.Sqrt(2) };
        OdeSolution<double> users = Solve(new AdaptiveSteps { RelativeTolerance = 1e-5, AbsoluteTolerance = 1e-5 }, mean);

        // The same but for the order of sums, which a step that is nearly rejected may see.
        Assert.Equal(one.FinalState[0], each.FinalState[0], 1e-6);
        Assert.InRange(each.Statistics.AcceptedSteps, one.Statistics.AcceptedSteps - 2, one.Statistics.AcceptedSteps + 2);
        Assert.InRange(users.Statistics.AcceptedSteps, one.Statistics.AcceptedSteps - 2, one.Statistics.AcceptedSteps + 2);

        // Loose tolerances of the components let steps grow; a norm that is thirty times as large makes them shorter, by 30^(1/10) at order 9.
        OdeSolution<double> loose = Solve(new AdaptiveSteps { RelativeTolerance = 1e-5, AbsoluteTolerances = [1, 1] });
        var large = new ErrorNorm(0, 2) { Function = static errors => 30 * Math.Max(Math.Abs(errors[0]), Math.Abs(errors[1])) };
        OdeSolution<double> strict = Solve(new AdaptiveSteps { RelativeTolerance = 1e-5, AbsoluteTolerance = 1e-5 }, large);
        Assert.True(loose.Statistics.AcceptedSteps < one.Statistics.AcceptedSteps, $"{loose.Statistics} {one.Statistics}");
        Assert.True(strict.Statistics.AcceptedSteps > 1.1 * one.Statistics.AcceptedSteps, $"{strict.Statistics} {one.Statistics}");

        // No absolute tolerance, and a component that is zero and stays so.
        var relative = new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = 1e-5, AbsoluteTolerance = 0 } };
        OdeSolution<double> zero = Ode.Solve((t, y, dy) => (dy[0], dy[1]) = (-y[0], 0), [1, 0], 0, 1, OdeSolver.Parse(name), relative);
        Assert.Equal(Math.Exp(-1), zero.FinalState[0], 1e-3);

        // No relative tolerance.
        OdeSolution<double> absolute = Solve(new AdaptiveSteps { RelativeTolerance = 0, AbsoluteTolerance = 1e-6 });
        Assert.InRange(KnownField<double>.Error(3, absolute.FinalState), 0, 1e-3);
    }

    private static OdeSolution<double> Known(AdaptiveSteps steps)
        => Ode.Solve(new KnownField<double>().Evaluate, KnownField<double>.Initial(0), 0, 20, new Dopri5(), new OdeOptions { Steps = steps });

    private sealed class TwoRates : IVectorField<double>, IVectorJacobianProduct<double>
    {
        public void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz) => dz[0] = (t < 1 ? 0.3 : -2) * z[0];

        public double Evaluate(double t, ReadOnlySpan<double> z, ReadOnlySpan<double> a, Span<double> zGradient)
        {
            zGradient[0] = (t < 1 ? 0.3 : -2) * a[0];
            return 0;
        }
    }

    [Fact]
    public void A_first_step_that_is_known_is_taken_without_an_estimate_and_shortened_where_it_is_too_long()
    {
        static void Field(double t, ReadOnlySpan<double> z, Span<double> dz) => dz[0] = -z[0] * Math.Cos(t);
        var problem = new OdeProblem<double>(new VectorFieldFunction<double>(Field));
        var integrator = new Integrator<double>(new Dopri5(), new AdaptiveSteps { LimitsAtRest = false }, 1);
        var recording = new SolveRecording<double>();
        double[] states = new double[2];
        SolveResult usual = integrator.Solve(problem, [1.0], [0, 3], states, recording);
        Assert.Equal(2 + (6 * (usual.Statistics.AcceptedSteps + usual.Statistics.RejectedSteps)), usual.Statistics.Evaluations);

        integrator.FirstStep = 0.125;
        SolveResult known = integrator.Solve(problem, [1.0], [0, 3], states, recording);
        Assert.Equal(0.125, recording.Times[1]);
        Assert.Equal(1 + (6 * (known.Statistics.AcceptedSteps + known.Statistics.RejectedSteps)), known.Statistics.Evaluations);

        integrator.FirstStep = 100;
        SolveResult tooLong = integrator.Solve(problem, [1.0], [0, 3], states, recording);
        Assert.True(tooLong.Statistics.RejectedSteps > 0);
        Assert.Equal(Math.Exp(-Math.Sin(3)), states[1], 1e-5);
        Assert.Throws<ArgumentOutOfRangeException>(() => integrator.FirstStep = double.NaN);
    }

    [Theory]
    [MemberData(nameof(OfGivenSteps))]
    public void States_within_given_steps_are_those_of_the_recorded_steps(string name)
    {
        static void Field(double t, ReadOnlySpan<double> z, Span<double> dz) => (dz[0], dz[1]) = (z[1], -Math.Sin(z[0]) * Math.Cos(t));
        var integrator = new Integrator<double>(OdeSolver.Parse(name), GivenSteps.OfLengths(0.3, 0.5), 2);
        var recording = new SolveRecording<double>();
        double[] times = [0, 0.1, 0.2, 0.45, 1.3, 1.4, 2], states = new double[14], state = new double[2];
        var problem = new OdeProblem<double>(new VectorFieldFunction<double>(Field)) { PositionCount = OdeSolver.Parse(name).NeedsPositions ? 1 : null };
        integrator.Solve(problem, [1, 0.5], times, states, recording).ThrowIfFailed();
        for (int i = 0; i < times.Length; i++)
        {
            recording.Interpolate(times[i], state);
            Assert.Equal(state[0], states[2 * i], 1e-14);
            Assert.Equal(state[1], states[(2 * i) + 1], 1e-14);
        }
    }
}
