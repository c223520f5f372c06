namespace NeuralOde.Solvers.Tests;

public class AllocationTests
{
    public static TheoryData<string> Fixed => SolverNames.Fixed;

    public static TheoryData<string> Adaptive => SolverNames.Adaptive;

    [Theory]
    [MemberData(nameof(Fixed))]
    public void Fixed_steps_allocate_nothing_after_the_first_solve(string name) => Check(name, FixedSteps.OfLength(0.02));

    [Theory]
    [MemberData(nameof(Adaptive))]
    public void Adaptive_steps_allocate_nothing_after_the_first_solve(string name) => Check(name, new AdaptiveSteps { RelativeTolerance = 1e-4, InitialStep = null });

    [Theory]
    [InlineData("euler", 1)]
    [InlineData("rk4", 4)]
    [InlineData("dopri5", 6)]
    [InlineData("ab2", 1)]
    public void A_recording_of_fixed_steps_takes_no_more_than_its_rows(string name, int stages)
    {
        const int Steps = 100, Length = 1_000;
        var integrator = new Integrator<double>(OdeSolver.Parse(name), FixedSteps.PerInterval(Steps), Length);
        double[] initial = new double[Length], states = new double[2 * Length];
        integrator.Solve(new Still(), initial, [0, 1], states, new SolveRecording<double>());
        var recording = new SolveRecording<double>();
        long before = GC.GetAllocatedBytesForCurrentThread();
        integrator.Solve(new Still(), initial, [0, 1], states, recording);
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;

        // A multistep method's first steps are made by another method, and what they took is copied once.
        long rows = (Steps * (1 + stages)) + 12, times = 200 * Steps;
        Assert.InRange(taken, Steps * (1 + stages) * Length * sizeof(double), (rows * Length * sizeof(double)) + times);
    }

    private sealed class Still : IVectorField<double>
    {
        public void Evaluate(double t, ReadOnlySpan<double> z, Span<double> derivative) => derivative.Clear();
    }

    private static void Check(string name, StepSizeControl control)
    {
        double[] initial = [0.7, -0.4, 0.9], times = [0, 0.4, 0.41, 0.42, 2], states = new double[15], timeGradients = new double[5], gradient = new double[3];
        double[] withQuadrature = [0.7, -0.4, 0.9, 0, 0], quadratureStates = new double[25];
        var field = new NonlinearField<double>();
        var quadratureField = new QuadratureField();
        var recording = new SolveRecording<double>();
        var integrator = new Integrator<double>(OdeSolver.Parse(name), control, 3);
        var quadratures = new Integrator<double>(OdeSolver.Parse(name), control, 3, 2);
        Assert.Equal(0, Allocation.InSteadyState(Work));

        void Work()
        {
            integrator.Solve(field, initial, times, states);
            integrator.Solve(field, initial, times, states, recording);
            if (integrator.Solver.HasTranspose)
            {
                integrator.Transpose(recording, field, states, gradient, timeGradients);
            }

            recording.Interpolate(0.3, gradient);
            quadratures.Solve(quadratureField, withQuadrature, times, quadratureStates);
        }
    }
}
