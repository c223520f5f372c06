namespace NeuralOde.Solvers.Tests;

public class NewtonTests
{
    private static readonly double[] s_state = [0.9, 2e-5, 0.1];

    private static ErrorMeasure Scale => new(new Tolerances(1e-6, 1e-9), new ErrorNorm(0, 3));

    [Fact]
    public void A_Jacobian_by_finite_differences_is_that_of_the_field_also_where_a_component_is_zero()
    {
        var field = new Robertson();
        double[] f = new double[3];
        foreach (double[] z in new[] { s_state, [1, 0, 0] })
        {
            SquareMatrix<double> exact = new(3), differences = new(3);
            field.Evaluate(0, z, exact);
            field.Evaluate(0, z, f);
            int evaluations = new FiniteDifferenceJacobian<double>(3).Evaluate(field, 0, z, f, 1e-3, Scale.Tolerances, differences);
            Assert.Equal(3, evaluations);
            double largest = exact.Values.ToArray().Max(Math.Abs);
            for (int i = 0; i < 9; i++)
            {
                // Round-off of f over the smallest increment, relative to the largest element: a few times sqrt(ε).
                Assert.InRange(Math.Abs(exact.Values[i] - differences.Values[i]), 0, 1e-6 * largest);
            }
        }
    }

    [Fact]
    public void A_banded_Jacobian_takes_as_many_evaluations_as_its_band_has_diagonals()
    {
        const int Length = 30;
        var field = new FunctionField<double>((t, z, dz) =>
        {
            for (int i = 0; i < Length; i++)
            {
                dz[i] = (i > 0 ? z[i - 1] * z[i] : 0) - (z[i] * z[i]) + (i < Length - 2 ? Math.Sin(z[i + 2]) : 0);
            }
        });
        double[] state = [.. Enumerable.Range(0, Length).Select(i => 1 + Math.Sin(i))], f = new double[Length];
        field.Evaluate(0, state, f);
        SquareMatrix<double> banded = new(Length, new Bandwidth(1, 2)), dense = new(Length);
        Assert.Equal(4, new FiniteDifferenceJacobian<double>(Length).Evaluate(field, 0, state, f, 1, Scale.Tolerances, banded));
        Assert.Equal(Length, new FiniteDifferenceJacobian<double>(Length).Evaluate(field, 0, state, f, 1, Scale.Tolerances, dense));
        for (int i = 0; i < Length; i++)
        {
            for (int j = 0; j < Length; j++)
            {
                Assert.Equal(dense[i, j], banded[i, j], 1e-6);
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_stage_of_a_stiff_problem_is_solved_far_below_the_tolerance(bool givenJacobian)
    {
        var field = new Robertson();
        var newton = new NewtonSolver<double>(3, JacobianReuse.Default);
        newton.Start(new OdeProblem<double>(field) { Jacobian = givenJacobian ? field : null }, Scale);
        SolveCounts counts = default;
        double[] f = new double[3], z = [.. s_state];
        field.Evaluate(0, s_state, f);
        Assert.True(newton.Prepare(0, s_state, f, 0.1, 0.1, ref counts));
        NewtonResult result = newton.Solve(0, 0.1, s_state, z, ref counts);
        Assert.True(result.IsConverged);
        Assert.Equal((1, 1, result.Iterations), (counts.Jacobians, counts.Factorizations, counts.NewtonIterations));
        Assert.Equal(result.Iterations + (givenJacobian ? 0 : 3), counts.Evaluations);
        field.Evaluate(0, z, f);
        for (int i = 0; i < 3; i++)
        {
            // The stop is at 0.03 of the tolerance in the components' own scale; what is left of the equations is as small in the stiff component times its 1e3.
            Assert.InRange(Math.Abs(z[i] - s_state[i] - (0.1 * f[i])), 0, 1e-6);
        }
    }

    [Fact]
    public void A_mass_matrix_multiplies_the_derivative()
    {
        // 2 (z − 1) = γ (−z), so z = 2 / (2 + γ).
        var mass = new SquareMatrix<double>(1);
        mass[0, 0] = 2;
        var newton = new NewtonSolver<double>(1, JacobianReuse.Default);
        newton.Start(new OdeProblem<double>((t, z, dz) => dz[0] = -z[0]) { MassMatrix = mass }, new ErrorMeasure(new Tolerances(1e-9, 1e-9), new ErrorNorm(0, 1)));
        SolveCounts counts = default;
        double[] z = [1];
        Assert.True(newton.Prepare(0, [1], [-1], 0.5, 0.5, ref counts));
        Assert.True(newton.Solve(0, 0.5, [1], z, ref counts).IsConverged);
        Assert.Equal(0.8, z[0], 1e-9);
    }

    [Fact]
    public void Jacobian_and_factorization_are_made_anew_by_age_by_gamma_and_after_a_failure()
    {
        var field = new Robertson();
        var newton = new NewtonSolver<double>(3, new JacobianReuse(2, 0.3, 1));
        newton.Start(new OdeProblem<double>(field) { Jacobian = field }, Scale);
        SolveCounts counts = default;
        double[] f = new double[3];
        field.Evaluate(0, s_state, f);
        (double Gamma, bool Accept, long Jacobians, long Factorizations)[] steps =
            [(0.1, true, 1, 1), (0.12, true, 1, 1), (0.12, true, 2, 2), (0.2, false, 2, 3), (0.2, true, 2, 3), (0.2, true, 3, 4), (0.2, true, 3, 4)];
        foreach ((double gamma, bool accept, long jacobians, long factorizations) in steps)
        {
            Assert.True(newton.Prepare(0, s_state, f, gamma, gamma, ref counts));
            if (accept)
            {
                newton.OnAccepted();
            }

            Assert.Equal((jacobians, factorizations), (counts.Jacobians, counts.Factorizations));
        }

        Assert.True(newton.Discard());
        Assert.True(newton.Prepare(0, s_state, f, 0.2, 0.2, ref counts));
        Assert.Equal(4, counts.Jacobians);
        Assert.False(newton.Discard());
    }

    [Fact]
    public void An_iteration_that_does_not_converge_or_meets_NaN_says_so()
    {
        SolveCounts counts = default;
        var newton = new NewtonSolver<double>(1, JacobianReuse.Default);
        var scale = new ErrorMeasure(new Tolerances(1e-9, 1e-9), new ErrorNorm(0, 1));

        // z = 1 + γ (z² + 1) with γ = 1 has no real solution.
        newton.Start(new OdeProblem<double>((t, z, dz) => dz[0] = (z[0] * z[0]) + 1), scale);
        Assert.True(newton.Prepare(0, [1], [2], 1, 1, ref counts));
        Assert.Equal(StepOutcome.NewtonFailed, newton.Solve(0, 1, [1], [1.5], ref counts).Outcome);
        newton.Start(new OdeProblem<double>((t, z, dz) => dz[0] = z[0] > 1 ? double.NaN : 1), scale);
        Assert.True(newton.Prepare(0, [0.5], [1], 1, 1, ref counts));
        Assert.Equal(StepOutcome.NotFinite, newton.Solve(0, 1, [0.5], [0.6], ref counts).Outcome);
    }

    [Fact]
    public void A_linear_solver_of_the_user_is_asked()
    {
        var linear = new Diagonal();
        var newton = new NewtonSolver<double>(1, JacobianReuse.Default);
        newton.Start(new OdeProblem<double>((t, z, dz) => dz[0] = -z[0]) { LinearSolver = () => linear }, new ErrorMeasure(new Tolerances(1e-9, 1e-9), new ErrorNorm(0, 1)));
        SolveCounts counts = default;
        double[] z = [1];
        newton.Prepare(0, [1], [-1], 1, 1, ref counts);
        Assert.True(newton.Solve(0, 1, [1], z, ref counts).IsConverged);
        Assert.True(linear.Solves > 0);
        Assert.Equal(0.5, z[0], 1e-8);
    }

    private sealed class Diagonal : ILinearSolver<double>
    {
        private double _diagonal;

        public int Solves { get; private set; }

        public bool Prepare(SquareMatrix<double> jacobian, SquareMatrix<double>? massMatrix, double gamma) => (_diagonal = 1 - (gamma * jacobian[0, 0])) != 0;

        public void Solve(Span<double> b)
        {
            Solves++;
            b[0] /= _diagonal;
        }

        public void SolveTransposed(Span<double> b) => Solve(b);
    }

    private sealed class Robertson : IVectorField<double>, IJacobian<double>
    {
        public void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
        {
            double first = 0.04 * z[0], second = 1e4 * z[1] * z[2], third = 3e7 * z[1] * z[1];
            (dz[0], dz[1], dz[2]) = (second - first, first - second - third, third);
        }

        public void Evaluate(double t, ReadOnlySpan<double> z, SquareMatrix<double> destination)
        {
            (destination[0, 0], destination[0, 1], destination[0, 2]) = (-0.04, 1e4 * z[2], 1e4 * z[1]);
            (destination[1, 0], destination[1, 1], destination[1, 2]) = (0.04, (-1e4 * z[2]) - (6e7 * z[1]), -1e4 * z[1]);
            destination[2, 1] = 6e7 * z[1];
        }
    }
}
