namespace NeuralOde.Solvers.Tests;

public class IntegratorTests
{
    private static readonly double[] s_initial = [0.7, -0.4, 0.9];

    public static TheoryData<string, bool> ExplicitBothWays => SolverNames.ExplicitBothWays;

    public static TheoryData<string, bool> AllBothWays => SolverNames.AllBothWays;

    public static TheoryData<string, bool> AdaptiveBothWays => SolverNames.AdaptiveBothWays;

    public static TheoryData<string> All => SolverNames.All;

    public static TheoryData<string> Adaptive => SolverNames.Adaptive;

    [Theory]
    [MemberData(nameof(AllBothWays))]
    public void Field_is_never_evaluated_outside_the_interval(string name, bool forward)
    {
        // Ends that binary fractions cannot represent, and steps that do not divide the interval.
        double[] times = forward ? [0.1, 0.30000000000000004, 0.7] : [0.7, 0.3, 0.1];
        StepSizeControl[] controls =
            [FixedSteps.PerInterval(3), FixedSteps.PerInterval(7), FixedSteps.OfLength(0.01), new AdaptiveSteps(), new AdaptiveSteps { InitialStep = 5 }];
        foreach (StepSizeControl control in Controls(name, controls))
        {
            var field = new NonlinearField<double>();
            new Integrator<double>(OdeSolver.Parse(name), control, 3).Solve(field, s_initial, times, new double[9], new SolveRecording<double>()).ThrowIfFailed();
            Assert.InRange(field.Earliest, 0.1, 0.7);
            Assert.InRange(field.Latest, 0.1, 0.7);
        }
    }

    [Theory]
    [MemberData(nameof(AllBothWays))]
    public void Last_step_lands_exactly_on_the_last_time(string name, bool forward)
    {
        double[] times = forward ? [0.1, 0.7] : [0.7, 0.1];
        foreach (StepSizeControl control in Controls(name, FixedSteps.PerInterval(7), new AdaptiveSteps()))
        {
            var recording = new SolveRecording<double>();
            double[] states = new double[6];
            SolveResult result = new Integrator<double>(OdeSolver.Parse(name), control, 3).Solve(new NonlinearField<double>(), s_initial, times, states, recording);
            Assert.Equal(times[1], result.Time);
            Assert.Equal(times[1], recording.Times[^1]);
            Assert.Equal(states[3..], recording.State(recording.StepCount).ToArray());
        }
    }

    [Fact]
    public void Even_grid_gets_the_same_number_of_steps_on_every_interval()
    {
        // 200 points on [0, 31.45]: ceil(0.158.../0.05) = 4 on each; and 0.05-spaced points get one step each, in spite of round-off.
        double[] times = [.. Enumerable.Range(0, 200).Select(i => 31.45 * i / 199)];
        var control = FixedSteps.OfLength(0.05);
        Assert.All(Enumerable.Range(1, 199), i => Assert.Equal(4, control.StepsOn(times[i - 1], times[i])));
        double[] spaced = [.. Enumerable.Range(0, 1000).Select(i => 0.05 * i)];
        Assert.All(Enumerable.Range(1, 999), i => Assert.Equal(1, control.StepsOn(spaced[i - 1], spaced[i])));
        Assert.All(Enumerable.Range(1, 999), i => Assert.Equal(1, control.StepsOn(spaced[i], spaced[i - 1])));
        Assert.Equal(3, control.StepsOn(0, 0.1001));
        Assert.Equal(2, control.StepsOn(0, 0.1));

        var field = new NonlinearField<double>();
        SolveResult result = new Integrator<double>(new Euler(), control, 3).Solve(field, s_initial, times, new double[600]);
        Assert.Equal(199 * 4, result.Statistics.AcceptedSteps);
        Assert.Equal(199 * 4, field.Evaluations);
    }

    [Theory]
    [InlineData("euler", 1)]
    [InlineData("heun", 2)]
    [InlineData("rk4", 4)]
    [InlineData("bosh3", 3)]
    [InlineData("tsit5", 6)]
    public void Fixed_steps_cost_one_evaluation_a_stage_and_none_for_a_shared_one(string name, int evaluations)
    {
        var field = new NonlinearField<double>();
        SolveResult result = new Integrator<double>(OdeSolver.Parse(name), FixedSteps.PerInterval(10), 3).Solve(field, s_initial, [0, 1], new double[6]);
        Assert.Equal(10 * evaluations, field.Evaluations);
        Assert.Equal(field.Evaluations, result.Statistics.Evaluations);
    }

    [Fact]
    public void Adams_Bashforth_costs_one_evaluation_a_step_after_its_start()
    {
        SolveResult result = new Integrator<double>(new AdamsBashforth(4), FixedSteps.PerInterval(20), 3).Solve(new NonlinearField<double>(), s_initial, [0, 1, 2], new double[9]);
        Assert.Equal((3 * 4) + 37, result.Statistics.Evaluations);
    }

    [Fact]
    public void Adams_Bashforth_starts_anew_where_the_step_more_than_doubles()
    {
        double[] times = [0, 0.1, 0.2, 0.3, 1];
        SolveResult result = new Integrator<double>(new AdamsBashforth(2), FixedSteps.PerInterval(1), 3).Solve(new NonlinearField<double>(), s_initial, times, new double[15]);
        Assert.Equal(4 + 1 + 1 + 4, result.Statistics.Evaluations);

        // A formula that extrapolated from one step of 1e-6 over a step of 0.5 would be off by far more than the method's own error.
        double[] states = new double[9];
        double[] exact = new double[9];
        double[] uneven = [0, 1e-6, 2];
        new Integrator<double>(new AdamsBashforth(4), FixedSteps.OfLength(0.02), 3).Solve(new NonlinearField<double>(), s_initial, uneven, states).ThrowIfFailed();
        new Integrator<double>(new Tsit5(), new AdaptiveSteps { RelativeTolerance = 1e-10, AbsoluteTolerance = 1e-12 }, 3)
            .Solve(new NonlinearField<double>(), s_initial, uneven, exact).ThrowIfFailed();
        FiniteDifference.AssertClose(exact, states, 1e-5);
    }

    [Theory]
    [MemberData(nameof(AdaptiveBothWays))]
    public void Output_times_do_not_change_adaptive_steps(string name, bool forward)
    {
        double[] many = [.. Enumerable.Range(0, 41).Select(i => forward ? i / 20.0 : 2 - (i / 20.0))];
        var integrator = new Integrator<double>(OdeSolver.Parse(name), new AdaptiveSteps { RelativeTolerance = 1e-5, AbsoluteTolerance = 1e-6 }, 3);
        double[] states = new double[many.Length * 3];
        double[] ends = new double[6];
        SolveResult withMany = integrator.Solve(new NonlinearField<double>(), s_initial, many, states);
        SolveResult withTwo = integrator.Solve(new NonlinearField<double>(), s_initial, [many[0], many[^1]], ends);
        bool hasDenseStages = integrator.Solver is ExplicitRungeKutta { Tableau.DenseStageCount: > 0 };
        Assert.Equal(withTwo.Statistics with { Evaluations = hasDenseStages ? withMany.Statistics.Evaluations : withTwo.Statistics.Evaluations }, withMany.Statistics);
        Assert.Equal(ends[3..], states[^3..]);
    }

    [Theory]
    [MemberData(nameof(ExplicitBothWays))]
    public void Quadrature_equals_the_same_component_in_the_state(string name, bool forward)
    {
        double[] times = forward ? [0, 0.4, 0.45, 1.3, 2] : [2, 1.3, 0.45, 0.4, 0];
        double[] initial = [.. s_initial, 0.1, -0.2];
        foreach (StepSizeControl control in Controls(name, FixedSteps.OfLength(0.07), new AdaptiveSteps { RelativeTolerance = 1e-4, AbsoluteTolerance = 1e-5 }))
        {
            double[] apart = new double[25];
            double[] within = new double[25];
            SolveResult quadrature = new Integrator<double>(OdeSolver.Parse(name), control, 3, quadratureLength: 2).Solve(new QuadratureField(), initial, times, apart);
            SolveResult state = new Integrator<double>(OdeSolver.Parse(name), control, 5, errorNorm: new ErrorNorm(0, 3)).Solve(new QuadratureField(), initial, times, within);
            Assert.Equal(state.Statistics, quadrature.Statistics);
            FiniteDifference.AssertClose(within, apart, 1e-14);
        }
    }

    [Theory]
    [MemberData(nameof(Adaptive))]
    public void Components_outside_the_error_norm_do_not_influence_the_steps(string name)
    {
        // The fourth component oscillates fast and feeds nothing.
        var field = new FunctionField<double>((t, z, dz) =>
        {
            new NonlinearField<double>().Evaluate(t, z[..3], dz[..3]);
            dz[3] = Math.Cos(300 * t);
        });
        double[] initial = [.. s_initial, 0];
        SolveResult alone = new Integrator<double>(OdeSolver.Parse(name), new AdaptiveSteps(), 3).Solve(new NonlinearField<double>(), s_initial, [0, 1], new double[6]);
        SolveResult seminorm = new Integrator<double>(OdeSolver.Parse(name), new AdaptiveSteps(), 4, errorNorm: new ErrorNorm(0, 3)).Solve(field, initial, [0, 1], new double[8]);
        SolveResult norm = new Integrator<double>(OdeSolver.Parse(name), new AdaptiveSteps(), 4).Solve(field, initial, [0, 1], new double[8]);
        Assert.Equal((alone.Statistics.AcceptedSteps, alone.Statistics.RejectedSteps), (seminorm.Statistics.AcceptedSteps, seminorm.Statistics.RejectedSteps));
        Assert.True(norm.Statistics.AcceptedSteps > 2 * alone.Statistics.AcceptedSteps);
    }

    [Fact]
    public void Count_of_the_error_norm_scales_it()
    {
        // Twice the state with the count of one is the norm times √2: more steps. With its own count it is the same norm: as many.
        double[] twice = [.. s_initial, .. s_initial];
        SolveStatistics Steps(int length, ErrorNorm? norm)
            => new Integrator<double>(new Dopri5(), new AdaptiveSteps(), length, errorNorm: norm)
                .Solve(new NonlinearField<double>(), twice.AsSpan(0, length), [0, 3], new double[2 * length]).Statistics;
        Assert.Equal(Steps(3, null), Steps(6, null));
        Assert.True(Steps(6, new ErrorNorm(0, 6, 1)).AcceptedSteps > Steps(6, null).AcceptedSteps);
    }

    [Fact]
    public void Largest_and_first_step_are_honoured()
    {
        var recording = new SolveRecording<double>();
        var control = new AdaptiveSteps { RelativeTolerance = 1e-2, AbsoluteTolerance = 1e-2, InitialStep = 0.01, MaxStep = 0.13 };
        new Integrator<double>(new Tsit5(), control, 3).Solve(new NonlinearField<double>(), s_initial, [0, 3], new double[6], recording).ThrowIfFailed();
        double[] times = recording.Times.ToArray();
        Assert.Equal(0.01, times[1]);
        Assert.All(times.Zip(times.Skip(1), (a, b) => b - a), h => Assert.True(h <= 0.13 * (1 + 1e-12)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_second_solve_gives_the_same_bits(string name)
    {
        var solver = OdeSolver.Parse(name);
        var integrator = new Integrator<double>(solver, solver.TakesFixedSteps ? FixedSteps.OfLength(0.06) : new AdaptiveSteps(), 3);
        double[] first = new double[9], second = new double[9];
        integrator.Solve(new NonlinearField<double>(), s_initial, [0, 0.5, 1], first);
        integrator.Solve(new NonlinearField<double>(), [1, 2, 3], [1, 0.5, -1], new double[9]);
        integrator.Solve(new NonlinearField<double>(), s_initial, [0, 0.5, 1], second);
        Assert.Equal(first, second);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(39)]
    [InlineData(1000)]
    public void Copies_of_a_problem_in_one_state_of_any_length_give_the_same_result(int copies)
    {
        double[] initial = [.. Enumerable.Repeat(s_initial, copies).SelectMany(z => z)];
        double[] single = new double[6];
        double[] many = new double[6 * copies];
        var control = new AdaptiveSteps { RelativeTolerance = 1e-4 };
        SolveResult one = new Integrator<double>(new Dopri5(), control, 3).Solve(new NonlinearField<double>(), s_initial, [0, 2], single);
        SolveResult all = new Integrator<double>(new Dopri5(), control, 3 * copies).Solve(new NonlinearField<double>(), initial, [0, 2], many);
        Assert.Equal(one.Statistics, all.Statistics);
        for (int copy = 0; copy < copies; copy++)
        {
            FiniteDifference.AssertClose(single.AsSpan(3), many.AsSpan(3 * (copies + copy), 3), 1e-12);
        }
    }

    [Fact]
    public void Bad_arguments_are_refused_with_the_reason()
    {
        Assert.Contains("FixedSteps", Assert.Throws<ArgumentException>(() => new Integrator<double>(new RungeKutta4(), new AdaptiveSteps(), 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Integrator<double>(new Tsit5(), new AdaptiveSteps(), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Integrator<double>(new Tsit5(), new AdaptiveSteps(), 1, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Integrator<double>(new Tsit5(), new AdaptiveSteps(), 3, 0, new ErrorNorm(1, 3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Integrator<double>(new Tsit5(), new AdaptiveSteps(), 3, 0, new ErrorNorm(0, 3, 0)));
        Assert.Throws<NotSupportedException>(() => new Integrator<Half>(new Tsit5(), new AdaptiveSteps(), 1));
        Assert.Throws<ArgumentNullException>(() => new Integrator<double>(null!, new AdaptiveSteps(), 1));

        AdaptiveSteps[] wrong =
        [
            new() { RelativeTolerance = -1 }, new() { AbsoluteTolerance = -1 }, new() { RelativeTolerance = double.NaN }, new() { SafetyFactor = 1.1 }, new() { MinFactor = 1 },
            new() { MaxFactor = 1 }, new() { InitialStep = 0 }, new() { MaxStep = -1 }, new() { MaxSteps = 0 }, new() { Controller = new(-1, 0) },
            new() { Controller = new(1, double.NaN) },
        ];
        Assert.All(wrong, control => Assert.Throws<ArgumentOutOfRangeException>(() => new Integrator<double>(new Tsit5(), control, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => FixedSteps.OfLength(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => FixedSteps.OfLength(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => FixedSteps.PerInterval(0));
        Assert.Throws<ArgumentException>(() => FixedSteps.OfLength(1e-12).StepsOn(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdamsBashforth(6));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdamsBashforthMoulton(1));

        var integrator = new Integrator<double>(new Tsit5(), new AdaptiveSteps(), 3);
        var field = new NonlinearField<double>();
        Assert.Throws<ArgumentException>(() => integrator.Solve(field, [1, 2], [0, 1], new double[6]));
        Assert.Throws<ArgumentException>(() => integrator.Solve(field, s_initial, [0, 1], new double[5]));
        Assert.Throws<ArgumentException>(() => integrator.Solve(field, s_initial, [0], new double[3]));
        Assert.Throws<ArgumentException>(() => integrator.Solve(field, s_initial, [0, 0], new double[6]));
        Assert.Throws<ArgumentException>(() => integrator.Solve(field, s_initial, [0, 2, 1], new double[9]));
        Assert.Throws<ArgumentException>(() => integrator.Solve(field, s_initial, [0, double.NaN], new double[6]));
        Assert.Throws<ArgumentException>(() => integrator.Solve(field, s_initial, [0, double.PositiveInfinity], new double[6]));
        Assert.Throws<ArgumentNullException>(() => integrator.Solve((IVectorField<double>)null!, s_initial, [0, 1], new double[6]));
        Assert.Throws<ArgumentException>(
            () => new Integrator<double>(new Tsit5(), new AdaptiveSteps(), 3, 2).Solve(new QuadratureField(), new double[5], [0, 1], new double[10], new SolveRecording<double>()));

        var recording = new SolveRecording<double>();
        Assert.Throws<InvalidOperationException>(() => integrator.Transpose(recording, field, new double[6], new double[3], []));
        integrator.Solve(field, s_initial, [0, 1], new double[6], recording);
        Assert.Throws<ArgumentException>(() => integrator.Transpose(recording, field, new double[3], new double[3], []));
        Assert.Throws<ArgumentException>(() => integrator.Transpose(recording, field, new double[6], new double[2], []));
        Assert.Throws<ArgumentException>(() => integrator.Transpose(recording, field, new double[6], new double[3], new double[1]));
        Assert.Throws<ArgumentException>(() => new Integrator<double>(new Tsit5(), new AdaptiveSteps(), 3).Transpose(recording, field, new double[6], new double[3], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => recording.Interpolate(1.5, new double[3]));
        Assert.Throws<ArgumentException>(() => recording.Interpolate(0.5, new double[2]));
    }

    private static IEnumerable<StepSizeControl> Controls(string name, params StepSizeControl[] controls)
        => controls.Where(control => control is FixedSteps ? OdeSolver.Parse(name).TakesFixedSteps : OdeSolver.Parse(name).IsAdaptive);
}
