namespace NeuralOde.Solvers.Tests;

public class AllocationTests
{
    public static TheoryData<string> All => SolverNames.All;

    public static TheoryData<string> Adaptive => SolverNames.Adaptive;

    [Theory]
    [MemberData(nameof(All))]
    public void Fixed_steps_allocate_nothing_after_the_first_solve(string name) => Check(name, new FixedSteps(0.02));

    [Theory]
    [MemberData(nameof(Adaptive))]
    public void Adaptive_steps_allocate_nothing_after_the_first_solve(string name) => Check(name, new AdaptiveSteps { RelativeTolerance = 1e-4, InitialStep = null });

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
            integrator.Transpose(recording, field, states, gradient, timeGradients);
            recording.Interpolate(0.3, gradient);
            quadratures.Solve(quadratureField, withQuadrature, times, quadratureStates);
        }
    }
}
