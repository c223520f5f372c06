using NeuralOde.Solvers.Tests.Problems;

namespace NeuralOde.Solvers.Tests.VariableOrder;

public class VariableOrderTests
{
    private static readonly double[] s_initial = [0.7, -0.4, 0.9];

    public static TheoryData<string> Names => ["bdf", "adams"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Steps_that_are_given_are_refused(string name)
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => new Integrator<double>(OdeSolver.Parse(name), FixedSteps.OfLength(0.1), 1));
        Assert.Contains("AdaptiveSteps", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Orders_that_there_are_not_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Bdf(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Bdf(6));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adams(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adams(14));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adams(corrector: (MultistepCorrector)2));
    }

    [Theory]
    [InlineData("bdf", true)]
    [InlineData("bdf", false)]
    [InlineData("adams", true)]
    [InlineData("adams", false)]
    public void Float_reaches_its_own_precision_both_ways(string name, bool forward)
    {
        double[] times = forward ? [0, 1] : [1, 0];
        var integrator = new Integrator<float>(OdeSolver.Parse(name), new AdaptiveSteps { RelativeTolerance = 1e-5, AbsoluteTolerance = 1e-6 }, 2);
        float[] states = new float[4];
        integrator.Solve(new KnownField<float>(), KnownField<float>.Initial(times[0]), times, states).ThrowIfFailed();
        Assert.True(KnownField<float>.Error(times[1], states.AsSpan(2)) < 1e-4 * 3);
    }

    [Theory]
    [InlineData(1e-6)]
    [InlineData(1e-7)]
    public void Tolerances_near_the_round_off_of_float_do_not_stop_the_iterations(double tolerance)
    {
        foreach (string name in (string[])["bdf", "adams"])
        {
            var integrator = new Integrator<float>(OdeSolver.Parse(name), new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance }, 2);
            SolveResult result = integrator.Solve(new KnownField<float>(), KnownField<float>.Initial(0), [0, 1], new float[4]);
            result.ThrowIfFailed();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Quadratures_are_as_exact_as_the_state_and_do_not_change_it(string name)
    {
        double[] times = [0, 0.4, 1.3, 2];
        var steps = new AdaptiveSteps { RelativeTolerance = 1e-8, AbsoluteTolerance = 1e-8 };
        double[] apart = new double[20], alone = new double[12], exact = new double[20];
        SolveResult with = new Integrator<double>(OdeSolver.Parse(name), steps, 3, 2).Solve(new QuadratureField(), [.. s_initial, 0.1, -0.2], times, apart);
        SolveResult without = new Integrator<double>(OdeSolver.Parse(name), steps, 3).Solve(new NonlinearField<double>(), s_initial, times, alone);
        var tight = new AdaptiveSteps { RelativeTolerance = 1e-12, AbsoluteTolerance = 1e-12 };
        new Integrator<double>(new Tsit5(), tight, 5).Solve(new QuadratureField(), [.. s_initial, 0.1, -0.2], times, exact).ThrowIfFailed();
        Assert.Equal(without.Statistics.AcceptedSteps, with.Statistics.AcceptedSteps);
        for (int row = 0; row < times.Length; row++)
        {
            Assert.Equal(alone[(3 * row)..((3 * row) + 3)], apart[(5 * row)..((5 * row) + 3)]);
        }

        FiniteDifference.AssertClose(exact, apart, 1e-6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_regular_mass_matrix_gives_the_solution_of_the_equations_solved_for_the_derivative(bool banded)
    {
        // M z' = f against z' = M⁻¹ f.
        var mass = new SquareMatrix<double>(3, banded ? new Bandwidth(1, 1) : null);
        (mass[0, 0], mass[0, 1], mass[1, 0], mass[1, 1], mass[1, 2], mass[2, 1], mass[2, 2]) = (2, 1, 0.5, 3, -1, 0.25, 1);
        var lu = new DenseLu<double>(3);
        for (int i = 0; i < 3; i++)
        {
            for (int j = 0; j < 3; j++)
            {
                lu.Matrix[(3 * i) + j] = mass[i, j];
            }
        }

        Assert.True(lu.Factor());
        var field = new NonlinearField<double>();
        var options = new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = 1e-9, AbsoluteTolerance = 1e-9 } };
        double[] actual = Ode.Solve(new OdeProblem<double>(field) { MassMatrix = mass }, s_initial, 0, 3, new Bdf(), options).FinalState.ToArray();
        double[] expected = Ode.Solve(
            (t, z, dz) =>
            {
                field.Evaluate(t, z, dz);
                lu.Solve(dz);
            },
            s_initial,
            [0, 3],
            new Tsit5(),
            options).FinalState.ToArray();
        FiniteDifference.AssertClose(expected, actual, 1e-7);
    }

    [Fact]
    public void An_algebraic_equation_that_depends_on_time_holds_on_the_way()
    {
        // z0' = −z0 + z1, 0 = z0 + z1 − 2 sin t: z0' = −2 z0 + 2 sin t.
        var problem = new OdeProblem<double>((t, z, dz) => (dz[0], dz[1]) = (z[1] - z[0], z[0] + z[1] - (2 * Math.Sin(t))))
        {
            MassMatrix = new SquareMatrix<double>(2) { [0, 0] = 1 },
        };
        var options = new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = 1e-8, AbsoluteTolerance = 1e-8 } };
        OdeSolution<double> solution = Ode.Solve(problem, [1, -1], 0, 5, new Bdf(), options);
        for (double t = 0; t <= 5; t += 0.1)
        {
            double exact = (1.4 * Math.Exp(-2 * t)) + (0.8 * Math.Sin(t)) - (0.4 * Math.Cos(t));
            Assert.Equal(exact, solution.At(t)[0], 1e-6);
            Assert.Equal((2 * Math.Sin(t)) - exact, solution.At(t)[1], 1e-5);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Bands_and_linear_solvers_of_the_user_s_own_give_the_same_solution(bool ofTheUser)
    {
        StiffProblem chain = new SpeciesChain();
        int solves = 0;
        var problem = new OdeProblem<double>(chain) { LinearSolver = ofTheUser ? () => new CountingSolver(() => solves++) : null };
        double[] banded = new double[2 * chain.Length], dense = new double[2 * chain.Length];
        var integrator = new Integrator<double>(new Bdf(), chain.Steps(1e-6), chain.Length);
        integrator.Solve(chain.ToProblem(), chain.Initial, [0, 10], banded).ThrowIfFailed();
        SolveResult result = integrator.Solve(problem, chain.Initial, [0, 10], dense);
        result.ThrowIfFailed();
        FiniteDifference.AssertClose(banded, dense, 1e-4);
        Assert.Equal(ofTheUser ? result.Statistics.NewtonIterations : 0, solves);
    }

    [Fact]
    public void A_mass_matrix_is_refused_by_Adams()
    {
        var problem = new OdeProblem<double>(new NonlinearField<double>()) { MassMatrix = new SquareMatrix<double>(3) };
        Assert.Contains("MassMatrix", Assert.Throws<ArgumentException>(() => Ode.Solve(problem, s_initial, 0, 1, new Adams())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_that_does_not_fulfill_its_algebraic_equations_is_not_solved_silently()
    {
        StiffProblem problem = new RobertsonConstrained();
        var options = new OdeOptions { Steps = problem.Steps(1e-6), ThrowOnFailure = false };
        Assert.NotEqual(SolveStatus.Success, Ode.Solve(problem.ToProblem(), [1, 0, 0.5], 0, 1, new Bdf(), options).Result.Status);
    }

    [Fact]
    public void A_wrong_Jacobian_is_a_failure_of_the_iterations()
    {
        var problem = new OdeProblem<double>((t, z, dz) => dz[0] = -1e6 * (z[0] - Math.Cos(t))) { Jacobian = new Wrong() };
        SolveResult result = new Integrator<double>(new Bdf(), new AdaptiveSteps { MaxSteps = 2000 }, 1).Solve(problem, [1], [0, 10], new double[2]);
        Assert.True(result.Status is SolveStatus.NewtonFailed or SolveStatus.StepLimit or SolveStatus.StepTooSmall);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Dense_output_is_continuous_and_its_slope_is_the_field(string name)
    {
        var options = new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = 1e-8, AbsoluteTolerance = 1e-8 } };
        OdeSolution<double> solution = Ode.Solve(new OdeProblem<double>(new KnownField<double>()), KnownField<double>.Initial(0), 0, 3, OdeSolver.Parse(name), options);
        ReadOnlySpan<double> times = solution.Times;
        for (int i = 1; i < times.Length - 1; i++)
        {
            double[] before = solution.At(Math.BitDecrement(times[i])), at = solution.At(times[i]), after = solution.At(Math.BitIncrement(times[i]));
            FiniteDifference.AssertClose(at, before, 1e-13);
            FiniteDifference.AssertClose(at, after, 1e-13);
            double middle = (times[i] + times[i + 1]) / 2;
            double[] slope = new double[2];
            new KnownField<double>().Evaluate(middle, solution.At(middle), slope);
            FiniteDifference.AssertClose(slope, solution.DerivativeAt(middle), 1e-4);
            Assert.True(KnownField<double>.Error(middle, solution.At(middle)) < 2e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_controller_that_knows_nothing_of_orders_leaves_them_to_the_method(string name)
    {
        var steps = new PlainSteps { RelativeTolerance = 1e-8 };
        var options = new OdeOptions { Steps = steps };
        OdeSolution<double> solution = Ode.Solve(new OdeProblem<double>(new KnownField<double>()), KnownField<double>.Initial(0), 0, 3, OdeSolver.Parse(name), options);

        // It aims at the whole tolerance in every step.
        Assert.True(KnownField<double>.Error(3, solution.FinalState) < 1e-5);

        // Order 1 would take ten thousands.
        Assert.InRange(solution.Result.Statistics.AcceptedSteps, 20, 1000);
    }

    [Fact]
    public void Nothing_is_allocated_with_bands_and_mass_matrices_either()
    {
        foreach (StiffProblem stiff in (StiffProblem[])[new SpeciesChain(), new RobertsonConstrained(), new Hires()])
        {
            foreach (bool withJacobian in (bool[])[true, false])
            {
                OdeProblem<double> problem = stiff.ToProblem(withJacobian);
                double[] initial = stiff.Initial.ToArray(), states = new double[2 * stiff.Length], times = [0, 1];
                var integrator = new Integrator<double>(new Bdf(), stiff.Steps(1e-4), stiff.Length);
                Assert.Equal(0, Allocation.InSteadyState(() => integrator.Solve(problem, initial, times, states)));
            }
        }
    }

    private sealed class CountingSolver(Action onSolve) : ILinearSolver<double>
    {
        private readonly LuSolver<double> _lu = new();

        public bool Prepare(SquareMatrix<double> jacobian, SquareMatrix<double>? massMatrix, double gamma) => _lu.Prepare(jacobian, massMatrix, gamma);

        public void Solve(Span<double> b)
        {
            onSolve();
            _lu.Solve(b);
        }

        public void SolveTransposed(Span<double> b) => _lu.SolveTransposed(b);
    }

    private sealed class Wrong : IJacobian<double>
    {
        public void Evaluate(double t, ReadOnlySpan<double> z, SquareMatrix<double> destination) => destination[0, 0] = 1e6;
    }

    /// <summary>A classic controller of the user's own.</summary>
    private sealed record PlainSteps : StepSizeControl
    {
        public double RelativeTolerance { get; init; }

        public override Tolerances Tolerances => new(RelativeTolerance, RelativeTolerance);

        public override StepController CreateController(string parameter)
            => new Controller(new AdaptiveSteps { RelativeTolerance = RelativeTolerance, AbsoluteTolerance = RelativeTolerance });

        private sealed class Controller(AdaptiveSteps settings) : ErrorController(settings)
        {
            protected override double FactorAfterSuccess(in StepAttempt attempt) => 0.9 * Math.Pow(attempt.Error + 1e-10, -1.0 / attempt.ErrorOrder);

            protected override double FactorAfterFailure(in StepAttempt attempt) => 0.9 * Math.Pow(attempt.Error, -1.0 / attempt.ErrorOrder);
        }
    }
}
