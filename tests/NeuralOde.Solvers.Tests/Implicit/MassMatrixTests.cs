namespace NeuralOde.Solvers.Tests;

public class MassMatrixTests
{
    public static TheoryData<string> All =>
        [.. OdeSolver.Names.Where(name => SolverNames.SolvesEquations(OdeSolver.Parse(name)) && OdeSolver.Parse(name).SupportedParts.HasFlag(ProblemParts.MassMatrix))];

    [Theory]
    [MemberData(nameof(All))]
    public void A_regular_mass_matrix_equals_the_problem_multiplied_by_its_inverse(string name)
    {
        // M = [[2, 1, 0], [0, 3, 0], [1, 0, 1]].
        var mass = new SquareMatrix<double>(3);
        (mass[0, 0], mass[0, 1], mass[1, 1], mass[2, 0], mass[2, 2]) = (2, 1, 3, 1, 1);
        var field = new NonlinearField<double>();
        var multiplied = new OdeProblem<double>((t, z, dz) =>
        {
            field.Evaluate(t, z, dz);
            (dz[0], dz[1], dz[2]) = ((2 * dz[0]) + dz[1], 3 * dz[1], dz[0] + dz[2]);
        })
        { MassMatrix = mass };
        var options = new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = 1e-9, AbsoluteTolerance = 1e-10 } };
        OdeSolution<double> expected = Ode.Solve(field, [0.7, -0.4, 0.9], 0, 3, new Tsit5(), options);
        OdeSolution<double> actual = Ode.Solve(multiplied, [0.7, -0.4, 0.9], 0, 3, OdeSolver.Parse(name), options);
        FiniteDifference.AssertClose(expected.FinalState, actual.FinalState, 1e-7);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Robertson_s_problem_with_the_conservation_law_as_an_equation_equals_the_differential_one(string name)
    {
        // Index 1: 0 = y1 + y2 + y3 − 1. Reference: the stiff problem itself at 1e-12, at t = 1e5 (below).
        var mass = new SquareMatrix<double>(3);
        (mass[0, 0], mass[1, 1]) = (1, 1);
        var problem = new OdeProblem<double>((t, y, dy) =>
        {
            dy[0] = (-0.04 * y[0]) + (1e4 * y[1] * y[2]);
            dy[1] = (0.04 * y[0]) - (1e4 * y[1] * y[2]) - (3e7 * y[1] * y[1]);
            dy[2] = y[0] + y[1] + y[2] - 1;
        })
        { MassMatrix = mass };
        foreach (double tolerance in (double[])[1e-6, 1e-9])
        {
            var options = new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance * 1e-4 }, DenseOutput = true };
            OdeSolution<double> solution = Ode.Solve(problem, [1, 0, 0], 0, 1e5, OdeSolver.Parse(name), options);
            Assert.Equal(0.01786592114209946, solution.FinalState[0], 100 * tolerance * 0.018);
            Assert.Equal(7.274751468436319e-08, solution.FinalState[1], 100 * tolerance * 7.3e-8);
            double[] inside = solution.At(40);
            Assert.Equal(1, inside[0] + inside[1] + inside[2], 10 * tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_circuit_s_algebraic_equation_that_depends_on_time_is_followed(string name)
    {
        // z' = −z + y, 0 = y − z² − sin t: the same as z' = z² − z + sin t.
        var mass = new SquareMatrix<double>(2);
        mass[0, 0] = 1;
        var problem = new OdeProblem<double>((t, z, dz) => (dz[0], dz[1]) = (z[1] - z[0], z[1] - (z[0] * z[0]) - Math.Sin(t))) { MassMatrix = mass };
        var options = new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = 1e-8, AbsoluteTolerance = 1e-8 } };
        OdeSolution<double> expected = Ode.Solve((t, z, dz) => dz[0] = (z[0] * z[0]) - z[0] + Math.Sin(t), [0.1], 0, 2, new Tsit5(), options);
        OdeSolution<double> actual = Ode.Solve(problem, [0.1, 0.01], 0, 2, OdeSolver.Parse(name), options);
        Assert.Equal(expected.FinalState[0], actual.FinalState[0], 1e-6);
        Assert.Equal((actual.FinalState[0] * actual.FinalState[0]) + Math.Sin(2), actual.FinalState[1], 1e-6);
    }

    [Fact]
    public void The_gradient_of_a_problem_with_a_mass_matrix_is_refused()
    {
        var mass = new SquareMatrix<double>(3);
        (mass[0, 0], mass[1, 1], mass[2, 2]) = (1, 2, 3);
        var integrator = new Integrator<double>(new RadauIIA5(), FixedSteps.OfLength(0.1), 3);
        var recording = new SolveRecording<double>();
        var field = new NonlinearField<double>();
        integrator.Solve(new OdeProblem<double>(field) { MassMatrix = mass }, [1, 2, 3], [0, 1], new double[6], recording).ThrowIfFailed();
        Assert.Throws<NotSupportedException>(() => integrator.Transpose(recording, field, new double[6], new double[3], []));
    }
}
