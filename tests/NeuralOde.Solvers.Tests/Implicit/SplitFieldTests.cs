namespace NeuralOde.Solvers.Tests;

public class SplitFieldTests
{
    private static readonly double[] s_initial = [0.7, -0.4, 0.9];

    public static TheoryData<string> Split => DiagonallyImplicitConditionTests.Split;

    [Theory]
    [MemberData(nameof(Split))]
    public void Error_of_a_split_field_falls_with_the_order_of_the_method_also_in_dense_output(string name)
    {
        var solver = OdeSolver.Parse(name);
        double[] reference = Reference(2), inside = Reference(1.013);
        double Error(int n) => Distance(reference, Solve(solver, FixedSteps.PerInterval(n), 2).FinalState);
        double Dense(int n) => Distance(inside, Solve(solver, FixedSteps.PerInterval(n), 2).At(1.013));
        Assert.Equal(solver.Order, Math.Log2(Error(40) / Error(80)), 0.25);

        // Of an order less, so that a bound on its size is what holds for all.
        Assert.InRange(Dense(160), 0, (20 * Error(160)) + 1e-7);
    }

    [Theory]
    [MemberData(nameof(Split))]
    public void A_stiff_part_takes_as_few_steps_as_the_smooth_solution_needs(string name)
    {
        // z' = −1e6 (z − cos t) − sin t: the explicit part alone is −sin t.
        var stiff = new FunctionField<double>((t, z, dz) => dz[0] = -1e6 * (z[0] - Math.Cos(t)));
        var problem = new OdeProblem<double>((t, z, dz) => dz[0] = -Math.Sin(t)) { StiffField = stiff };
        var options = new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = 1e-5, AbsoluteTolerance = 1e-5 } };
        OdeSolution<double> solution = Ode.Solve(problem, [1.0], 0, 10, OdeSolver.Parse(name), options);
        Assert.Equal(Math.Cos(10), solution.FinalState[0], 1e-3);

        // An explicit method would need some three million.
        Assert.InRange(solution.Statistics.AcceptedSteps, 5, 1000);
    }

    [Theory]
    [MemberData(nameof(Split))]
    public void The_gradient_of_a_split_problem_is_refused_with_what_to_do(string name)
    {
        var integrator = new Integrator<double>(OdeSolver.Parse(name), FixedSteps.OfLength(0.1), 3);
        var recording = new SolveRecording<double>();
        integrator.Solve(Problem(), s_initial, [0, 1], new double[6], recording).ThrowIfFailed();
        NotSupportedException exception = Assert.Throws<NotSupportedException>(
            () => integrator.Transpose(recording, new NonlinearField<double>(), new double[6], new double[3], []));
        Assert.Contains("sum of both", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Split))]
    public void A_split_field_allocates_nothing_after_the_first_solve(string name)
    {
        var integrator = new Integrator<double>(OdeSolver.Parse(name), new AdaptiveSteps(), 3);
        OdeProblem<double> problem = Problem();
        double[] times = [0, 1, 2], states = new double[9];
        Assert.Equal(0, Allocation.InSteadyState(() => integrator.Solve(problem, s_initial, times, states)));
    }

    /// <summary>The nonlinear field in two parts, both of which depend on time and state.</summary>
    private static OdeProblem<double> Problem()
        => new((t, z, dz) => (dz[0], dz[1], dz[2]) = (0.8 * z[1] * Math.Cos(t), 0.25 * t * z[2], z[0] * z[1] * 0.5))
        {
            StiffField = new FunctionField<double>((t, z, dz) => (dz[0], dz[1], dz[2]) = (0, -Math.Sin(z[0]) - (0.3 * z[1]), (z[0] * z[1] * 0.5) - (0.5 * z[2]))),
        };

    private static OdeSolution<double> Solve(OdeSolver solver, StepSizeControl steps, double end)
        => Ode.Solve(Problem(), s_initial, 0, end, solver, new OdeOptions { Steps = steps, DenseOutput = true });

    /// <summary>The whole field by an explicit method with many steps.</summary>
    private static double[] Reference(double end)
        => Ode.Solve(new NonlinearField<double>(), s_initial.AsSpan(), 0, end, new Tsit5(), new OdeOptions { Steps = FixedSteps.PerInterval(4000) }).FinalState.ToArray();

    private static double Distance(double[] expected, ReadOnlySpan<double> actual) => Math.Sqrt(expected.Zip(actual.ToArray(), (x, y) => (x - y) * (x - y)).Sum());
}
