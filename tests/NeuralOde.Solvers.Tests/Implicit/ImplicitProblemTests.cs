namespace NeuralOde.Solvers.Tests;

/// <summary>What methods that solve equations do with the parts of a problem and within the limits of a step.</summary>
public class ImplicitProblemTests
{
    private static readonly double[] s_initial = [0.7, -0.4, 0.9];

    public static TheoryData<string> OneStep => [.. Names];

    public static TheoryData<string> WithLinearSolver => [.. Names.Where(name => OdeSolver.Parse(name) is not Collocation)];

    private static IEnumerable<string> Names
        => OdeSolver.Names.Where(name => OdeSolver.Parse(name) is Collocation or DiagonallyImplicitRungeKutta or Rosenbrock);

    [Theory]
    [MemberData(nameof(OneStep))]
    public void No_evaluation_is_before_or_beyond_the_step_or_further_ahead_than_the_largest_one(string name)
    {
        foreach (bool forward in (bool[])[true, false])
        {
            double start = forward ? 0 : 60, end = 60 - start, solved = start, furthest = 0, before = 0;
            var options = new OdeOptions { Steps = new AdaptiveSteps { MaxStep = 0.5, RelativeTolerance = 1e-4 } };
            Ode.Solve(
                (t, y, dy) =>
                {
                    // Dense output of the state is not asked for: a step's evaluations start where the last one ended.
                    furthest = Math.Max(furthest, Math.Abs(t - solved));
                    before = Math.Max(before, forward ? start - t : t - start);
                    solved = forward ? Math.Max(solved, t) : Math.Min(solved, t);
                    dy[0] = 1e-4 * y[0];
                },
                [1],
                start,
                end,
                OdeSolver.Parse(name),
                options);
            Assert.InRange(furthest, 0.01, 0.5 * (1 + 1e-12));
            Assert.Equal(0, before);
            Assert.InRange(forward ? solved : 60 - solved, 60 - 0.5, 60);
        }
    }

    [Theory]
    [MemberData(nameof(WithLinearSolver))]
    public void A_linear_solver_of_the_user_is_used_and_gives_the_same(string name)
    {
        var solver = OdeSolver.Parse(name);
        int solves = 0;
        var field = new NonlinearField<double>();
        var problem = new OdeProblem<double>(field) { LinearSolver = () => new Elimination(() => solves++) };
        var options = new OdeOptions { Steps = FixedSteps.OfLength(0.1) };
        OdeSolution<double> expected = Ode.Solve(field, s_initial.AsSpan(), 0, 2, solver, options);
        OdeSolution<double> actual = Ode.Solve(problem, s_initial, 0, 2, solver, options);
        Assert.True(solves > 20);
        FiniteDifference.AssertClose(expected.FinalState, actual.FinalState, 1e-11);
    }

    [Theory]
    [MemberData(nameof(OneStep))]
    public void A_band_and_a_Jacobian_give_what_finite_differences_give(string name)
    {
        // A chain of three: z_i' depends on its neighbors alone.
        var solver = OdeSolver.Parse(name);
        VectorFieldFunction<double> chain = (t, z, dz) =>
            (dz[0], dz[1], dz[2], dz[3]) = (-z[0] + Math.Sin(z[1]), z[0] - (20 * z[1]) + z[2], (t * z[1]) - z[2] + z[3], (z[2] * z[2]) - (2 * z[3]));
        double[] initial = [1, 0.5, -0.2, 0.3];
        var options = new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = 1e-7, AbsoluteTolerance = 1e-8 } };
        OdeSolution<double> dense = Ode.Solve(new OdeProblem<double>(chain), initial, 0, 2, solver, options);
        OdeSolution<double> banded = Ode.Solve(new OdeProblem<double>(chain) { JacobianBandwidth = new Bandwidth(1, 1) }, initial, 0, 2, solver, options);
        OdeSolution<double> given = Ode.Solve(new OdeProblem<double>(chain) { JacobianBandwidth = new Bandwidth(1, 1), Jacobian = new Chain() }, initial, 0, 2, solver, options);
        FiniteDifference.AssertClose(dense.FinalState, banded.FinalState, 1e-6);
        FiniteDifference.AssertClose(dense.FinalState, given.FinalState, 1e-6);
        Assert.True(banded.Statistics.Evaluations <= dense.Statistics.Evaluations);
        Assert.True(given.Statistics.Evaluations < banded.Statistics.Evaluations);
    }

    private sealed class Chain : IJacobian<double>
    {
        public void Evaluate(double t, ReadOnlySpan<double> z, SquareMatrix<double> destination)
        {
            (destination[0, 0], destination[0, 1]) = (-1, Math.Cos(z[1]));
            (destination[1, 0], destination[1, 1], destination[1, 2]) = (1, -20, 1);
            (destination[2, 1], destination[2, 2], destination[2, 3]) = (t, -1, 1);
            (destination[3, 2], destination[3, 3]) = (2 * z[2], -2);
        }
    }

    /// <summary>Gaussian elimination without exchanges, which small steps allow.</summary>
    private sealed class Elimination(Action onSolve) : ILinearSolver<double>
    {
        private readonly double[,] _matrix = new double[3, 3];

        public bool Prepare(SquareMatrix<double> jacobian, SquareMatrix<double>? massMatrix, double gamma)
        {
            for (int i = 0; i < 3; i++)
            {
                for (int j = 0; j < 3; j++)
                {
                    _matrix[i, j] = (i == j ? 1 : 0) - (gamma * jacobian[i, j]);
                }
            }

            return true;
        }

        public void Solve(Span<double> b)
        {
            onSolve();
            double[,] a = (double[,])_matrix.Clone();
            for (int k = 0; k < 3; k++)
            {
                for (int i = 0; i < 3; i++)
                {
                    if (i == k)
                    {
                        continue;
                    }

                    double factor = a[i, k] / a[k, k];
                    b[i] -= factor * b[k];
                    for (int j = k; j < 3; j++)
                    {
                        a[i, j] -= factor * a[k, j];
                    }
                }
            }

            for (int i = 0; i < 3; i++)
            {
                b[i] /= a[i, i];
            }
        }

        public void SolveTransposed(Span<double> b) => throw new NotSupportedException();
    }
}
