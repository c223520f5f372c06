using System.Globalization;

namespace NeuralOde.Solvers.Tests;

public class FailureTests
{
    public static TheoryData<string> All => SolverNames.All;

    public static TheoryData<string> Adaptive => SolverNames.Adaptive;

    [Theory]
    [MemberData(nameof(All))]
    public void A_field_that_is_not_a_number_at_the_start_is_named_with_its_component(string name)
    {
        SolveResult result = Solve(name, (t, z, dz) => (dz[0], dz[1]) = (1, double.NaN), [0.5, 2], out double[] states);
        Assert.Equal(SolveStatus.NotFinite, result.Status);
        Assert.Equal(0.5, result.Time);
        Assert.Equal(1, result.Component);
        Assert.Equal([1, 1, double.NaN, double.NaN], states);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_field_that_stops_being_a_number_is_named_with_time_and_component(string name)
    {
        SolveResult result = Solve(name, (t, z, dz) => (dz[0], dz[1]) = (1, t <= 0.625 ? 1 : double.NaN), [0, 0.1, 2], out double[] states);
        Assert.Equal(SolveStatus.NotFinite, result.Status);
        Assert.Equal(1, result.Component);

        // Steps of at most 0.01, or what adaptive steps shrink to.
        // Gauss's nodes leave out the end of a step, so that the field is seen at the start of the next one.
        Assert.InRange(result.Time, 0.625, name.StartsWith("gauss", StringComparison.Ordinal) ? 0.66 : 0.636);
        Assert.True(double.IsFinite(states[3]) && double.IsNaN(states[5]));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void An_initial_state_that_is_not_finite_is_reported_without_an_evaluation(string name)
    {
        var integrator = new Integrator<double>(OdeSolver.Parse(name), Control(name), 2);
        SolveResult result = integrator.Solve(new FunctionField<double>((_, _, _) => Assert.Fail("Evaluated.")), [1, double.PositiveInfinity], [0, 1], new double[4]);
        Assert.Equal((SolveStatus.InitialStateNotFinite, 1), (result.Status, result.Component));
        Assert.Contains("initial state", result.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_quadrature_that_is_not_finite_is_reported_behind_the_state(string name)
    {
        var integrator = new Integrator<double>(OdeSolver.Parse(name), Control(name), 2, 2);
        var field = new FunctionField<double>((t, z, dz) => (dz[0], dz[1], dz[2], dz[3]) = (1, -1, 0, t < 0.5 ? 1 : double.PositiveInfinity));
        SolveResult result = integrator.Solve(field, [1, 1, 0, 0], [0, 1], new double[8]);
        Assert.Equal((SolveStatus.NotFinite, 3), (result.Status, result.Component));

        // A method that does not look at the end of a step may go beyond before it notices.
        bool looksAtEnd = integrator.Solver is not ExplicitRungeKutta method || method.Tableau.C[^1] == 1 || name == "midpoint";
        Assert.InRange(result.Time, 0.49, looksAtEnd && name != "doubled-euler" ? 0.52 : 0.6);
    }

    [Theory]
    [MemberData(nameof(Adaptive))]
    public void A_trial_step_that_leaves_the_field_s_domain_is_retried_with_a_smaller_one(string name)
    {
        // The solution exp(−10 t) stays positive; a first step of 1 makes stages that do not.
        var integrator = new Integrator<double>(OdeSolver.Parse(name), new AdaptiveSteps { InitialStep = 1 }, 1);
        double[] states = new double[2];
        SolveResult result = integrator.Solve(new FunctionField<double>((t, z, dz) => dz[0] = z[0] > 0 ? -10 * z[0] : double.NaN), [1], [0, 1], states);
        result.ThrowIfFailed();
        Assert.True(result.Statistics.RejectedSteps > 0);
        Assert.Equal(Math.Exp(-10), states[1], 1e-6);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_solution_that_blows_up_is_reported_near_its_pole(string name)
    {
        // z = 1 / (1 − t).
        SolveResult result = Solve(name, (t, z, dz) => (dz[0], dz[1]) = (z[0] * z[0], 0), [0, 2], out _);
        bool solves = SolverNames.SolvesEquations(OdeSolver.Parse(name));
        Assert.True(result.Status is SolveStatus.NotFinite or SolveStatus.StepTooSmall || (solves && result.Status == SolveStatus.NewtonFailed));

        // Fixed steps overshoot the pole by a few of their own.
        Assert.InRange(result.Time, 0.99, OdeSolver.Parse(name).IsAdaptive ? 1.01 : 1.3);
        Assert.True(result.Status != SolveStatus.NotFinite || result.Component == 0);
    }

    [Theory]
    [MemberData(nameof(Adaptive))]
    public void A_field_too_rough_for_the_tolerance_makes_the_step_too_small(string name)
    {
        // Jumps between ±1e6 from one evaluation to the next: the error estimate is of the order of 1e6 h, so h would have to be about 1e-18.
        double sign = 1;
        var integrator = new Integrator<double>(OdeSolver.Parse(name), new AdaptiveSteps { RelativeTolerance = 1e-12, AbsoluteTolerance = 1e-12 }, 1);
        SolveResult result = integrator.Solve(new FunctionField<double>((t, z, dz) => dz[0] = 1e6 * (sign = -sign)), [0.7], [1, 2], new double[2]);

        // What a method that solves equations meets first: their iterations may not converge, or their matrices hide the jumps.
        SolveStatus[] expected = SolverNames.SolvesEquations(OdeSolver.Parse(name))
            ? [SolveStatus.StepTooSmall, SolveStatus.NewtonFailed, SolveStatus.StepLimit]
            : [SolveStatus.StepTooSmall];
        Assert.Contains(result.Status, expected);
        if (result.Status == SolveStatus.StepTooSmall)
        {
            // The next evaluations may have the signs of which no error comes.
            Assert.Contains((result.Component, result.ErrorShare), ((int, double)[])[(0, 1.0), (-1, double.NaN)]);
        }
    }

    [Theory]
    [MemberData(nameof(Adaptive))]
    public void A_step_that_became_too_small_names_the_component_whose_error_is_the_largest(string name)
    {
        // The second component is the root of what is left until t = 2, where its derivative is infinite; the third is as rough, with a tenth of the weight.
        var steps = new AdaptiveSteps { RelativeTolerance = 1e-13, AbsoluteTolerance = 1e-13, InitialStep = 1e-3, MinStep = 1e-9 };
        var integrator = new Integrator<double>(OdeSolver.Parse(name), steps, 3);
        var field = new FunctionField<double>((t, z, dz) => (dz[0], dz[1], dz[2]) = (-z[0], -1 / Math.Sqrt(Math.Abs(2 - t)), -0.1 / Math.Sqrt(Math.Abs(2 - t))));
        SolveResult result = integrator.Solve(field, [1, 2 * Math.Sqrt(2), 0.2 * Math.Sqrt(2)], [0, 3], new double[6]);
        Assert.Contains(result.Status, (SolveStatus[])[SolveStatus.StepTooSmall, SolveStatus.NewtonFailed, SolveStatus.StepLimit]);
        if (result.Status == SolveStatus.StepTooSmall)
        {
            Assert.Equal(1, result.Component);

            // Of 1 + 0.1², but for the weights of relative tolerances.
            Assert.InRange(result.ErrorShare, 0.5, 1);
            string message = Assert.Throws<OdeSolveException>(result.ThrowIfFailed).Message;
            Assert.Contains("Component 1 makes", message, StringComparison.Ordinal);
            Assert.Contains("Discontinuities", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Adaptive))]
    public void The_step_limit_ends_a_solve(string name)
    {
        var integrator = new Integrator<double>(OdeSolver.Parse(name), new AdaptiveSteps { MaxSteps = 5 }, 3);
        SolveResult result = integrator.Solve(new NonlinearField<double>(), [0.7, -0.4, 0.9], [0, 30], new double[6]);
        Assert.Equal(SolveStatus.StepLimit, result.Status);
        Assert.Equal(5, result.Statistics.AcceptedSteps + result.Statistics.RejectedSteps);
        Assert.InRange(result.Time, 0, 30);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Cancellation_ends_a_solve_between_steps(string name)
    {
        using var source = new CancellationTokenSource();
        var integrator = new Integrator<double>(OdeSolver.Parse(name), Control(name), 1);
        double[] states = new double[2];
        SolveResult result = integrator.Solve(
            new FunctionField<double>((t, z, dz) =>
            {
                dz[0] = Math.Cos(30 * t);
                if (t > 0.5)
                {
                    source.Cancel();
                }
            }),
            [1],
            [0, 100],
            states,
            cancellationToken: source.Token);
        Assert.Equal(SolveStatus.Canceled, result.Status);
        Assert.InRange(result.Time, 0.3, 1.5);
        Assert.Throws<OperationCanceledException>(result.ThrowIfFailed);
        Assert.True(double.IsNaN(states[1]));
    }

    [Fact]
    public void The_exception_says_where_why_and_what_to_try()
    {
        SolveResult result = Solve("tsit5", (t, z, dz) => (dz[0], dz[1]) = (1, t <= 0.625 ? 1 : double.NaN), [0, 2], out _);
        OdeSolveException exception = Assert.Throws<OdeSolveException>(result.ThrowIfFailed);
        Assert.Equal(SolveStatus.NotFinite, exception.Reason);
        Assert.Contains("Component 1", exception.Message, StringComparison.Ordinal);
        Assert.Contains("t = " + result.Time.ToString("R", CultureInfo.InvariantCulture), exception.Message, StringComparison.Ordinal);
        Assert.Contains("try", exception.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_solve_leaves_no_recording_to_transpose_but_one_to_read()
    {
        var integrator = new Integrator<double>(new Tsit5(), new AdaptiveSteps { MaxSteps = 2 }, 3);
        var recording = new SolveRecording<double>();
        SolveResult result = integrator.Solve(new NonlinearField<double>(), [0.7, -0.4, 0.9], [0, 30], new double[6], recording);
        Assert.Equal(SolveStatus.StepLimit, result.Status);
        Assert.False(recording.IsComplete);
        Assert.Equal(result.Time, recording.Times[^1]);
        Assert.Throws<InvalidOperationException>(() => integrator.Transpose(recording, new NonlinearField<double>(), new double[6], new double[3], []));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_part_of_a_failed_solve_that_was_solved_is_that_of_the_whole_solve(string name)
    {
        // The second field is not a number from t = 0.625 on; adaptive steps come near to it, fixed ones of 0.01 end on one of its sides.
        var solver = OdeSolver.Parse(name);
        VectorFieldFunction<double> whole = (t, z, dz) => (dz[0], dz[1]) = (z[1], -z[0]);
        VectorFieldFunction<double> part = (t, z, dz) => (dz[0], dz[1]) = (z[1], t <= 0.625 ? -z[0] : double.NaN);
        OdeSolution<double> expected = Ode.Solve(whole, [1, 1], 0, 2, solver, new OdeOptions { Steps = Control(name) });
        OdeSolution<double> actual = Ode.Solve(part, [1, 1], 0, 2, solver, new OdeOptions { Steps = Control(name), ThrowOnFailure = false });
        Assert.Equal(SolveStatus.NotFinite, actual.Status);
        Assert.InRange(actual.Times[^1], 0.6, 0.6301);

        // The tolerance of the adaptive methods, and the same steps of the others.
        double tolerance = solver.IsAdaptive ? 1e-5 : 1e-14;
        double[] at = new double[2], slope = new double[2];
        for (double t = 0; t < actual.Times[^1]; t += 0.037)
        {
            actual.At(t, at);
            actual.DerivativeAt(t, slope);
            FiniteDifference.AssertClose(expected.At(t), at, tolerance);
            FiniteDifference.AssertClose(expected.DerivativeAt(t), slope, 100 * tolerance);
        }

        Assert.Equal(actual.At(actual.Times[^1]), actual.FinalState.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => actual.At(0.7));
    }

    [Fact]
    public void Without_dense_output_a_failed_solve_keeps_the_state_that_it_reached()
    {
        var options = new OdeOptions { DenseOutput = false, ThrowOnFailure = false };
        OdeSolution<double> failed = Ode.Solve((t, y, dy) => dy[0] = y[0] * y[0], [1], 0, 2, options: options);

        // 1 / (1 − t), whose pole the last steps cannot tell from their own errors.
        Assert.Equal(1, failed.Times[^1], 1e-5);
        Assert.True(failed.FinalState[0] > 1e5);
    }

    private static StepSizeControl Control(string name) => OdeSolver.Parse(name).IsAdaptive ? new AdaptiveSteps() : FixedSteps.OfLength(0.01);

    private static SolveResult Solve(string name, VectorFieldFunction<double> f, double[] times, out double[] states)
    {
        states = new double[2 * times.Length];
        return new Integrator<double>(OdeSolver.Parse(name), Control(name), 2).Solve(new FunctionField<double>(f), [1, 1], times, states);
    }
}
