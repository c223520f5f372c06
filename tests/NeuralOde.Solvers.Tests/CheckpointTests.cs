namespace NeuralOde.Solvers.Tests;

/// <summary>Recordings of limited memory: the gradient is that of the whole recording to the last bit, whatever the budget.</summary>
public class CheckpointTests
{
    private const int Length = 39;

    private static readonly double[] s_initial = [.. Enumerable.Range(0, 13).SelectMany(i => new[] { 0.7 + (0.01 * i), -0.4 - (0.02 * i), 0.9 })];

    public static TheoryData<string> Transposable => SolverNames.Transposable;

    public static TheoryData<string> AdaptiveTransposable => SolverNames.AdaptiveTransposable;

    [Theory]
    [MemberData(nameof(Transposable))]
    public void Gradient_of_fixed_steps_is_that_of_the_whole_recording(string name)
        => Check(OdeSolver.Parse(name), FixedSteps.OfLength(0.021), [0.17, 0.5, 0.55, 1.4, 2.1], [0.9, 0.1]);

    [Theory]
    [MemberData(nameof(AdaptiveTransposable))]
    public void Gradient_of_adaptive_steps_is_that_of_the_whole_recording(string name)
    {
        var solver = OdeSolver.Parse(name);
        double tolerance = solver.Order <= 3 ? 1e-5 : 1e-9;
        Check(solver, new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance, InitialStep = 0.5 }, [2.1, 1.3, 1.25, 0.17], [0.3, 0.1]);
    }

    [Theory]
    [InlineData("dopri5")]
    [InlineData("kvaerno5")]
    [InlineData("radau5")]
    public void Steps_restart_at_discontinuities(string name)
    {
        var steps = new AdaptiveSteps { RelativeTolerance = 1e-8, AbsoluteTolerance = 1e-8, Discontinuities = [0.6, 1.3] };
        Check(OdeSolver.Parse(name), steps, [0.17, 0.5, 1.4, 2.1], [0.3, 0.1]);
    }

    [Theory]
    [InlineData("dopri5")]
    [InlineData("rk4")]
    public void A_recording_serves_again(string name)
    {
        var field = new NonlinearField<double>();
        var integrator = new Integrator<double>(OdeSolver.Parse(name), FixedSteps.PerInterval(100), Length);
        double[] times = [0.1, 1.1, 2], gradients = Gradients(times.Length);
        var recording = new SolveRecording<double>(new RecordingBudget { MaxBytes = 40 * Length * sizeof(double) });
        double[][] results = new double[3][];
        for (int solve = 0; solve < 2; solve++)
        {
            integrator.Solve(field, s_initial, times, new double[times.Length * Length], recording).ThrowIfFailed();
            for (int i = solve; i < 3; i++)
            {
                results[i] = new double[Length];
                integrator.Transpose(recording, field, gradients, results[i], []);
            }
        }

        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Theory]
    [InlineData("dopri5", 400)]
    [InlineData("tsit5", 150)]
    [InlineData("rk4", 300)]
    [InlineData("kvaerno5", 100)]
    public void A_tenth_of_the_memory_costs_less_than_1_6_times_the_work(string name, int steps)
    {
        var field = new NonlinearField<double>();
        var integrator = new Integrator<double>(OdeSolver.Parse(name), FixedSteps.PerInterval(steps), Length);
        double[] times = [0.1, 2.1], gradients = Gradients(2);
        var whole = new SolveRecording<double>();
        double direct = Work(whole);
        double checkpointed = Work(new SolveRecording<double>(new RecordingBudget { MaxBytes = whole.PeakBytes / 10 }));
        Assert.InRange(checkpointed / direct, 1.2, 1.6);

        double Work(SolveRecording<double> recording)
        {
            // The field counts what the transposed equations of implicit methods evaluate, too.
            int before = field.Evaluations;
            integrator.Solve(field, s_initial, times, new double[2 * Length], recording).ThrowIfFailed();
            SolveStatistics transposed = integrator.Transpose(recording, field, gradients, new double[Length], []);
            return field.Evaluations - before + transposed.VectorJacobianProducts;
        }
    }

    [Fact]
    public void Memory_stays_within_the_budget_for_any_number_of_steps()
    {
        var field = new NonlinearField<double>();
        var integrator = new Integrator<double>(new Dopri5(), new AdaptiveSteps { RelativeTolerance = 1e-13, AbsoluteTolerance = 1e-13, MaxSteps = 100_000 }, Length);
        foreach (double end in new[] { 1.0, 20, 100 })
        {
            long budget = 100 * Length * sizeof(double);
            var recording = new SolveRecording<double>(new RecordingBudget { MaxBytes = budget });
            integrator.Solve(field, s_initial, [0, end], new double[2 * Length], recording).ThrowIfFailed();
            integrator.Transpose(recording, field, Gradients(2), new double[Length], []);

            // Times, lengths and plans of the steps come on top, in arrays that double.
            Assert.InRange(recording.PeakBytes, budget / 2, budget + (2 * 56 * (recording.StepCount + 16)));
        }
    }

    [Fact]
    public void A_budget_for_everything_costs_no_evaluation()
    {
        var field = new NonlinearField<double>();
        var integrator = new Integrator<double>(new Dopri5(), new AdaptiveSteps(), Length);
        var recording = new SolveRecording<double>(new RecordingBudget { MaxBytes = 1 << 22 });
        integrator.Solve(field, s_initial, [0, 5], new double[2 * Length], recording).ThrowIfFailed();
        Assert.Equal(0, integrator.Transpose(recording, field, Gradients(2), new double[Length], []).Evaluations);
        double[] state = new double[Length];
        recording.Interpolate(2.5, state);
        Assert.NotEqual(0, state[0]);
    }

    [Fact]
    public void A_budget_below_one_step_is_refused()
    {
        var integrator = new Integrator<double>(new Dopri5(), new AdaptiveSteps(), Length);
        var recording = new SolveRecording<double>(new RecordingBudget { MaxBytes = 10 * Length * sizeof(double) });
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => integrator.Solve(new NonlinearField<double>(), s_initial, [0, 1], new double[2 * Length], recording));
        Assert.Contains("too small", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new RecordingBudget { MaxBytes = 0 });

        // The integrator is not left in use.
        integrator.Solve(new NonlinearField<double>(), s_initial, [0, 1], new double[2 * Length]).ThrowIfFailed();
    }

    [Fact]
    public void A_state_that_was_not_kept_cannot_be_read()
    {
        var integrator = new Integrator<double>(new Dopri5(), FixedSteps.PerInterval(200), Length);
        var recording = new SolveRecording<double>(new RecordingBudget { MaxBytes = 40 * Length * sizeof(double) });
        integrator.Solve(new NonlinearField<double>(), s_initial, [0, 1], new double[2 * Length], recording).ThrowIfFailed();
        Assert.Throws<InvalidOperationException>(() => recording.State(3).Length);
        Assert.Throws<InvalidOperationException>(() => recording.Interpolate(0.1, new double[Length]));
        Assert.Equal(Length, recording.State(200).Length);
    }

    [Fact]
    public void Every_method_has_checkpoints()
        => Assert.All(OdeSolver.Names.Select(OdeSolver.Parse), static solver =>
            Assert.True(new Integrator<double>(solver, solver.TakesFixedSteps ? FixedSteps.OfLength(0.1) : new AdaptiveSteps(), Length).HasCheckpoints(), solver.Name));

    private static double[] Gradients(int times) => [.. Enumerable.Range(0, times * Length).Select(i => Math.Cos(1.7 * i) + 0.1)];

    private static void Check(OdeSolver solver, StepSizeControl control, double[] times, double[] shares)
    {
        double[] gradients = Gradients(times.Length);
        var field = new NonlinearField<double>();
        var integrator = new Integrator<double>(solver, control, Length);
        var whole = new SolveRecording<double>();
        double[] states = new double[times.Length * Length];
        integrator.Solve(field, s_initial, times, states, whole).ThrowIfFailed();
        (double[] initial, double[] byTime) = (new double[Length], new double[times.Length]);
        integrator.Transpose(whole, field, gradients, initial, byTime);
        Stepper<double> stepper = solver.CreateStepper<double>(Length, 0);
        long smallest = solver is Auto auto ? 1 + Math.Max(Smallest(auto.ExplicitFor(control.Tolerances.Relative)), Smallest(auto.StiffFor(Length))) : Smallest(solver);
        foreach (long elements in shares.Select(share => (long)(share * whole.StepCount * stepper.RecordedRows * Length)).Append(smallest))
        {
            var recording = new SolveRecording<double>(new RecordingBudget { MaxBytes = Math.Max(smallest, elements) * sizeof(double) });
            double[] other = new double[states.Length];
            integrator.Solve(field, s_initial, times, other, recording).ThrowIfFailed();
            Assert.Equal(states, other);
            var again = new NonlinearField<double>();
            (double[] initialAgain, double[] byTimeAgain) = (new double[Length], new double[times.Length]);
            integrator.Transpose(recording, again, gradients, initialAgain, byTimeAgain);
            Assert.Equal(initial, initialAgain);
            Assert.Equal(byTime, byTimeAgain);
            Assert.Equal(field.ParameterGradient, again.ParameterGradient);
        }
    }

    /// <summary>The elements of one checkpoint and one step.</summary>
    private static long Smallest(OdeSolver solver)
    {
        Stepper<double> stepper = solver.CreateStepper<double>(Length, 0);
        var measure = StepperSnapshot<double>.Measure();
        stepper.Transfer(ref measure);
        return measure.Length + ((6L + Math.Max(3, stepper.MaxRecordedRows) + (2 * stepper.HistoryBlocks)) * Length);
    }
}
