namespace NeuralOde.Solvers.Tests;

/// <summary>Jacobians of blocks on the diagonal: a batch of rows that do not depend on each other.</summary>
public class BlockJacobianTests
{
    private const int Rows = 5, RowLength = 3, Length = Rows * RowLength;

    private static readonly double[] s_initial = [.. Enumerable.Range(0, Length).Select(static i => Math.Sin(1 + i))];

    public static TheoryData<string> Implicit
        => [.. OdeSolver.Names.Where(static x => OdeSolver.Parse(x) is { IsAdaptive: true } and (Bdf or Collocation or DiagonallyImplicitRungeKutta or Rosenbrock))];

    [Theory]
    [MemberData(nameof(Implicit))]
    public void Solution_and_gradient_are_those_of_the_whole_matrix_with_fewer_evaluations(string name)
    {
        foreach (bool isGiven in (bool[])[false, true])
        {
            (double[] states, double[] gradient, SolveStatistics cost) = Solve(name, isGiven, blockLength: RowLength);
            (double[] expected, double[] expectedGradient, SolveStatistics expectedCost) = Solve(name, isGiven, blockLength: null);

            // Factors of a block and of the whole round alike, but for the order of sums: what Newton's iterations leave differs by that.
            FiniteDifference.AssertClose(expected, states, 1e-9);
            FiniteDifference.AssertClose(expectedGradient, gradient, 1e-8);
            Assert.True(isGiven || cost.Evaluations < expectedCost.Evaluations, $"{cost.Evaluations} instead of {expectedCost.Evaluations}");
        }
    }

    [Fact]
    public void One_evaluation_serves_a_column_of_all_blocks()
    {
        var matrix = SquareMatrix<double>.OfBlocks(Length, RowLength);
        Assert.Equal(RowLength, matrix.ColumnGroupCount);
        Assert.Equal((3, 5), matrix.RowsOf(4));
        var field = new NonlinearField<double>();
        double[] f = new double[Length];
        field.Evaluate(0.3, s_initial, f);
        int evaluations = new FiniteDifferenceJacobian<double>(Length, 0).Evaluate(field, 0.3, s_initial, f, 0.1, new Tolerances(1e-6, 1e-6), matrix);
        Assert.Equal(RowLength, evaluations);
        var exact = new SquareMatrix<double>(Length);
        field.Evaluate(0.3, s_initial, exact);
        for (int i = 0; i < Length; i++)
        {
            for (int j = 0; j < Length; j++)
            {
                Assert.Equal(exact[i, j], matrix[i, j], 1e-6);
            }
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => matrix[2, 3] = 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => SquareMatrix<double>.OfBlocks(Length, 4));
    }

    [Fact]
    public void Blocks_that_do_not_fit_are_refused()
    {
        var field = new NonlinearField<double>();
        var integrator = new Integrator<double>(new Kvaerno3(), new AdaptiveSteps(), Length);
        void Solve(OdeProblem<double> problem) => integrator.Solve(problem, s_initial, [0, 1], new double[2 * Length]);
        Assert.Contains("blocks of 4", Assert.Throws<ArgumentException>(() => Solve(new(field) { JacobianBlockLength = 4 })).Message, StringComparison.Ordinal);
        ArgumentException error = Assert.Throws<ArgumentException>(() => Solve(new(field) { JacobianBlockLength = 3, JacobianBandwidth = new Bandwidth(2, 2) }));
        Assert.Contains("not both", error.Message, StringComparison.Ordinal);
    }

    private static (double[] States, double[] Gradient, SolveStatistics Cost) Solve(string name, bool isGiven, int? blockLength)
    {
        var field = new NonlinearField<double>();
        var problem = new OdeProblem<double>(field) { Jacobian = isGiven ? field : null, JacobianBlockLength = blockLength };
        var solver = OdeSolver.Parse(name);
        double tolerance = solver.Order < 3 ? 1e-4 : 1e-6;
        StepSizeControl steps = solver.TakesFixedSteps ? FixedSteps.PerInterval(20) : new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance };
        var integrator = new Integrator<double>(solver, steps, Length);
        var recording = new SolveRecording<double>();
        double[] states = new double[2 * Length], gradient = new double[Length];
        SolveResult result = integrator.Solve(problem, s_initial, [0, 2], states, recording);
        result.ThrowIfFailed();
        integrator.Transpose(recording, field, [.. new double[Length], .. Enumerable.Range(0, Length).Select(static i => Math.Cos(i))], gradient, []);
        return (states[Length..], gradient, result.Statistics);
    }
}
