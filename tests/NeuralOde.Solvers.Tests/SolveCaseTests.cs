namespace NeuralOde.Solvers.Tests;

/// <summary>Solves that once went wrong.</summary>
public class SolveCaseTests
{
    [Fact]
    public void Steps_near_time_zero_may_be_far_shorter_than_what_double_precision_resolves_at_the_end()
    {
        // y = ln(1 + 1e9 t): the first steps are of 1e-10, the last of 1e8.
        OdeSolution<double> logarithm = Ode.Solve((t, y, dy) => dy[0] = 1e9 / (1 + (1e9 * t)), [0], 0, 1e9);
        Assert.Equal(Math.Log(1 + 1e18), logarithm.FinalState[0], 1e-4);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_evaluation_is_further_ahead_than_the_largest_step(bool forward)
    {
        const double Largest = 0.5;
        double solved = forward ? 0 : 600, furthest = 0;
        var options = new OdeOptions { Steps = new AdaptiveSteps { MaxStep = Largest } };
        Ode.Solve(
            (t, y, dy) =>
            {
                furthest = Math.Max(furthest, Math.Abs(t - solved));
                solved = forward ? Math.Max(solved, t) : Math.Min(solved, t);
                dy[0] = 1e-4 * y[0];
            },
            [1],
            forward ? 0 : 600,
            forward ? 600 : 0,
            options: options);
        Assert.InRange(furthest, 0.01, Largest);
    }

    [Fact]
    public void Fixed_steps_whose_final_state_alone_is_read_take_no_memory()
    {
        // 2^24 numbers are kept by default; these are more by one step.
        const int Steps = (1 << 23) + 1;
        double[] initial = [1];
        long before = GC.GetAllocatedBytesForCurrentThread();
        OdeSolution<double> decay = Ode.Solve((t, y, dy) => dy[0] = -y[0], initial, 0, 1, new Euler(), new OdeOptions { Steps = FixedSteps.PerInterval(Steps) });
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Equal(Math.Exp(-1), decay.FinalState[0], 1e-6);
        Assert.Contains("DenseOutput", Assert.Throws<InvalidOperationException>(() => decay.At(0.5)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recording_that_ends_early_has_not_taken_the_memory_of_the_steps_that_did_not_come()
    {
        // 1e9 steps would be 16 GB; the solve is over after 1,000.
        long before = GC.GetAllocatedBytesForCurrentThread();
        var options = new OdeOptions { Steps = FixedSteps.OfLength(0.001), DenseOutput = true, ThrowOnFailure = false };
        OdeSolution<double> failed = Ode.Solve((t, y, dy) => dy[0] = t < 1 ? 1 : double.NaN, [0], 0, 1e6, new Euler(), options);
        Assert.Equal(1, failed.Times[^1], 1e-3);
        Assert.Equal(0.5, failed.At(0.5)[0], 1e-12);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void What_is_not_finite_among_the_inputs_is_named()
    {
        VectorFieldFunction<double> field = (_, _, _) => Assert.Fail("Evaluated.");
        Assert.Contains(
            "Component 1 of the initial state is NaN",
            Assert.Throws<ArgumentException>(() => Ode.Solve(field, [1, double.NaN], 0, 1)).Message,
            StringComparison.Ordinal);
        Assert.Contains("Time 1 is NaN", Assert.Throws<ArgumentException>(() => Ode.Solve(field, [1], [0, double.NaN])).Message, StringComparison.Ordinal);
        var integrator = new Integrator<double>(new Tsit5(), new AdaptiveSteps(), 2);
        SolveResult result = integrator.Solve(new OdeProblem<double>(field), [1, double.NaN], [0, 1], new double[4]);
        Assert.Contains("Component 1 of the initial state", Assert.Throws<OdeSolveException>(result.ThrowIfFailed).Message, StringComparison.Ordinal);
        var mass = new SquareMatrix<double>(2) { [0, 0] = 1, [1, 1] = double.NaN };
        Assert.Contains(
            "mass matrix has an entry in row 1",
            Assert.Throws<ArgumentException>(() => Ode.Solve(new OdeProblem<double>(field) { MassMatrix = mass }, [1.0, 1.0], 0, 1, new Rodas5P())).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "AbsoluteTolerances is NaN",
            Assert.Throws<ArgumentOutOfRangeException>(() => Ode.Solve(field, [1], 0, 1, options: Tolerance(double.NaN))).Message,
            StringComparison.Ordinal);

        static OdeOptions Tolerance(double value) => new() { Steps = new AdaptiveSteps { AbsoluteTolerances = [value] } };
    }

    [Fact]
    public void An_integrator_in_use_refuses_a_second_solve_and_serves_again_afterwards()
    {
        var integrator = new Integrator<double>(new Tsit5(), new AdaptiveSteps(), 1);
        double[] states = new double[2];
        var nested = new FunctionField<double>((t, z, dz) => integrator.Solve(new FunctionField<double>((_, _, d) => d[0] = 0), [1], [0, 1], new double[2]));
        Assert.Contains("in use", Assert.Throws<InvalidOperationException>(() => integrator.Solve(nested, [1], [0, 1], states)).Message, StringComparison.Ordinal);
        integrator.Solve(new FunctionField<double>((t, z, dz) => dz[0] = -z[0]), [1], [0, 1], states).ThrowIfFailed();
        Assert.Equal(Math.Exp(-1), states[1], 1e-6);
    }

    [Fact]
    public void Two_threads_on_one_integrator_get_an_error_and_never_wrong_numbers()
    {
        var integrator = new Integrator<double>(new Tsit5(), new AdaptiveSteps(), 1);
        double[] alone = new double[2];
        var field = new FunctionField<double>((t, z, dz) => dz[0] = Math.Sin(t) - z[0]);
        integrator.Solve(field, [1], [0, 5], alone);
        using var inside = new ManualResetEventSlim();
        using var over = new ManualResetEventSlim();
        var waiting = new FunctionField<double>((t, z, dz) =>
        {
            field.Evaluate(t, z, dz);
            inside.Set();
            over.Wait();
        });
        double[] first = new double[2];
        var thread = new Thread(() => integrator.Solve(waiting, [1], [0, 5], first));
        thread.Start();
        inside.Wait();
        Assert.Throws<InvalidOperationException>(() => integrator.Solve(field, [1], [0, 5], new double[2]));
        over.Set();
        thread.Join();
        Assert.Equal(alone, first);
    }

    [Fact]
    public void Parts_of_a_problem_that_a_method_cannot_solve_with_are_refused()
    {
        var field = new NonlinearField<double>();
        double[] initial = [1, 2, 3];
        var mass = new OdeProblem<double>(field) { MassMatrix = new SquareMatrix<double>(3) };
        Assert.Contains("MassMatrix", Assert.Throws<ArgumentException>(() => Ode.Solve(mass, initial, 0, 1)).Message, StringComparison.Ordinal);
        var split = new OdeProblem<double>(field) { StiffField = field };
        Assert.Contains("StiffField", Assert.Throws<ArgumentException>(() => Ode.Solve(split, initial, 0, 1)).Message, StringComparison.Ordinal);
        var band = new OdeProblem<double>(field) { JacobianBandwidth = new Bandwidth(3, 0) };
        Assert.Contains("band", Assert.Throws<ArgumentException>(() => Ode.Solve(band, initial, 0, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_method_without_a_transpose_says_so()
    {
        var integrator = new Integrator<double>(new WithoutTranspose(), new AdaptiveSteps(), 3);
        var recording = new SolveRecording<double>();
        var field = new NonlinearField<double>();
        integrator.Solve(field, [1, 2, 3], [0, 1], new double[6], recording).ThrowIfFailed();
        NotSupportedException exception = Assert.Throws<NotSupportedException>(() => integrator.Transpose(recording, field, new double[6], new double[3], []));
        Assert.Contains("no transpose", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_rises_to_one_in_at_most_about_a_hundred_reports()
    {
        var reports = new Reports();
        Ode.Solve((t, y, dy) => dy[0] = -y[0], [1], 3, 1, new Euler(), new OdeOptions { Steps = FixedSteps.PerInterval(1000), Progress = reports });
        Assert.InRange(reports.Shares.Count, 90, 101);
        Assert.Equal(reports.Shares.Order(), reports.Shares);
        Assert.Equal(1, reports.Shares[^1]);
    }

    [Fact]
    public void A_field_as_an_object_spans_and_a_derivative_at_a_time()
    {
        ReadOnlySpan<double> initial = [0.7, -0.4, 0.9];
        var field = new NonlinearField<double>();
        OdeSolution<double> solution = Ode.Solve(field, initial, 0, 2);
        double[] state = new double[3], slope = new double[3], exact = new double[3];
        solution.At(1.2, state);
        solution.DerivativeAt(1.2, slope);
        field.Evaluate(1.2, state, exact);

        // The derivative of a dense output of order 4 at a relative tolerance of 1e-6.
        FiniteDifference.AssertClose(exact, slope, 1e-4);
        Assert.Equal(solution.State(2).ToArray(), solution[2].ToArray());
        long before = GC.GetAllocatedBytesForCurrentThread();
        solution.At(1.3, state);
        solution.DerivativeAt(1.3, slope);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_controller_of_the_user_chooses_the_steps()
    {
        var options = new OdeOptions { Steps = new GrowingSteps(0.125) };
        OdeSolution<double> decay = Ode.Solve((t, y, dy) => dy[0] = -y[0], [1], 0, 1, new RungeKutta4(), options);
        Assert.Equal([0, 0.125, 0.375, 0.875, 1], decay.Times.ToArray());
    }

    private sealed class WithoutTranspose() : ExplicitRungeKutta("without", new Dopri5().Tableau)
    {
        public override bool HasTranspose => false;
    }

    private sealed class Reports : IProgress<double>
    {
        public List<double> Shares { get; } = [];

        public void Report(double value) => Shares.Add(value);
    }

    /// <summary>Each step is twice as long as the one before.</summary>
    private sealed record GrowingSteps(double First) : StepSizeControl
    {
        public override Tolerances Tolerances => new(1e-6, 1e-6);

        public override StepController CreateController(string parameter) => new Controller(First);

        private sealed class Controller(double first) : StepController
        {
            private double _size;

            public override bool NeedsError => false;

            public override void Start(double t, double end, double initialStep) => _size = first;

            public override StepPlan Plan(double t, double stop) => t + _size < stop ? new StepPlan(t + _size, _size, false) : new StepPlan(stop, stop - t, true);

            public override void OnAccepted(in StepPlan plan, in StepAttempt attempt) => _size *= 2;

            public override bool OnRejected(in StepPlan plan, in StepAttempt attempt) => false;
        }
    }
}
