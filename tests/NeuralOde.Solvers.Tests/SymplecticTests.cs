namespace NeuralOde.Solvers.Tests;

public class SymplecticTests
{
    public static TheoryData<string, bool> BothWays => Names(true, false);

    public static TheoryData<string, bool> SecondOrderOrNot => BothWays;

    [Theory]
    [MemberData(nameof(BothWays))]
    public void Error_falls_with_the_order_on_a_nonlinear_problem_that_depends_on_time(string name, bool forward)
    {
        var solver = OdeSolver.Parse(name);
        double start = forward ? 0 : 2;
        double Error(int n)
        {
            OdeSolution<double> solution = Ode.Solve(
                Separable(), Exact(start), start, 2 - start, solver, new OdeOptions { Steps = FixedSteps.PerInterval(n), DenseOutput = false });
            return Distance(Exact(2 - start), solution.FinalState);
        }

        int coarse = solver.Order switch { 6 => 32, 4 => 64, 2 => 256, _ => 4096 };
        Assert.Equal(solver.Order, Math.Log2(Error(coarse) / Error(2 * coarse)), 0.2);
    }

    [Theory]
    [MemberData(nameof(SecondOrderOrNot))]
    public void Dense_output_has_its_order_and_costs_an_evaluation_a_step(string name, bool secondOrder)
    {
        var solver = OdeSolver.Parse(name);
        OdeProblem<double> problem = secondOrder ? SecondOrder() : Separable();
        double Error(int n)
        {
            OdeSolution<double> solution = Ode.Solve(problem, Exact(0), 0, 1, solver, new OdeOptions { Steps = FixedSteps.PerInterval(n) });
            return Enumerable.Range(0, 50).Max(i => Distance(Exact(i / 50.0), solution.At(i / 50.0)));
        }

        int coarse = solver.Order == 1 ? 1024 : 64;
        Assert.InRange(Math.Log2(Error(coarse) / Error(2 * coarse)), solver.DenseOrder - 0.2, 10);
    }

    [Theory]
    [MemberData(nameof(SecondOrderOrNot))]
    public void Transpose_equals_finite_difference_of_the_discrete_map(string name, bool secondOrder)
    {
        double[] initial = [0.7, -0.4, 0.9, 0.3], times = [0.2, 0.5, 0.55, 1.4], weights = [.. Enumerable.Range(0, 16).Select(i => Math.Cos(1.7 * i) + 0.1)];
        var field = new Chain();
        OdeProblem<double> problem = new(field) { PositionCount = 2, IsSecondOrder = secondOrder };
        foreach (StepSizeControl control in (StepSizeControl[])[FixedSteps.OfLength(0.13), GivenSteps.At(0.3, 0.52, 0.9)])
        {
            var integrator = new Integrator<double>(OdeSolver.Parse(name), control, 4);
            var recording = new SolveRecording<double>();
            integrator.Solve(problem, initial, times, new double[16], recording).ThrowIfFailed();
            double[] gradient = new double[4], timeGradients = new double[4];
            integrator.Transpose(recording, field, weights, gradient, timeGradients);
            FiniteDifference.AssertClose(FiniteDifference.Gradient(z => Loss(z, times), initial), gradient);
            if (control is FixedSteps)
            {
                FiniteDifference.AssertClose(FiniteDifference.Gradient(ts => Loss(initial, ts), times), timeGradients);
            }

            double Loss(double[] z, double[] ts)
            {
                double[] states = new double[16];
                integrator.Solve(problem, z, ts, states).ThrowIfFailed();
                return states.Zip(weights, (x, w) => x * w).Sum();
            }
        }
    }

    [Theory]
    [InlineData("semi-implicit-euler", 2e-2)]
    [InlineData("verlet", 2e-4)]
    [InlineData("yoshida4", 2e-7)]
    [InlineData("yoshida6", 2e-9)]
    public void Energy_of_a_pendulum_does_not_drift_in_a_million_steps(string name, double bound)
    {
        // 1e6 steps of 0.02 are about 2,300 swings from 2 radians; the error at the end of each thousandth part stays what it was in the first.
        var pendulum = OdeProblem<double>.SecondOrder((t, q, a) => a[0] = -Math.Sin(q[0]), 1);
        double[] times = [.. Enumerable.Range(0, 1001).Select(i => i * 20.0)];
        var integrator = new Integrator<double>(OdeSolver.Parse(name), FixedSteps.PerInterval(1000), 2);
        double[] states = new double[2002];
        SolveResult result = integrator.Solve(pendulum, [2, 0], times, states);
        double[] errors = [.. Enumerable.Range(0, 1001).Select(i => Math.Abs((0.5 * states[(2 * i) + 1] * states[(2 * i) + 1]) - Math.Cos(states[2 * i]) + Math.Cos(2)))];
        Assert.InRange(errors.Max(), 0, bound);

        // A million roundings of 1e-16 that add up are 1e-10 at most.
        Assert.InRange(errors[500..].Average(), 0, (1.25 * errors[..500].Average()) + 1e-10);
        int evaluations = integrator.Solver.StageCount / 2;
        Assert.InRange(result.Statistics.Evaluations, 1, (1_000_000L * Math.Max(1, evaluations)) + 1);
    }

    [Fact]
    public void A_problem_that_says_nothing_of_positions_is_refused()
    {
        var options = new OdeOptions { Steps = FixedSteps.OfLength(0.1) };
        Assert.Contains(
            "PositionCount",
            Assert.Throws<ArgumentException>(() => Ode.Solve((t, y, dy) => dy.Clear(), [1, 0], 0, 1, new VelocityVerlet(), options)).Message,
            StringComparison.Ordinal);
        var wrong = new OdeProblem<double>((t, y, dy) => dy.Clear()) { PositionCount = 2 };
        Assert.Throws<ArgumentException>(() => Ode.Solve(wrong, [1, 0], 0, 1, new VelocityVerlet(), options));
        var uneven = new OdeProblem<double>((t, y, dy) => dy.Clear()) { PositionCount = 1, IsSecondOrder = true };
        Assert.Throws<ArgumentException>(() => Ode.Solve(uneven, [1, 0, 0], 0, 1, new VelocityVerlet(), options));
        Assert.Throws<ArgumentException>(() => new Integrator<double>(new VelocityVerlet(), FixedSteps.OfLength(0.1), 2, 1));
    }

    [Theory]
    [MemberData(nameof(SecondOrderOrNot))]
    public void Nothing_is_allocated_after_the_first_solve_and_float_follows_double(string name, bool secondOrder)
    {
        OdeProblem<double> problem = secondOrder ? SecondOrder() : Separable();
        var integrator = new Integrator<double>(OdeSolver.Parse(name), FixedSteps.OfLength(0.05), 2);
        var recording = new SolveRecording<double>();
        double[] initial = Exact(0), times = [0, 0.4, 1], states = new double[6];
        Assert.Equal(0, Allocation.InSteadyState(() =>
        {
            integrator.Solve(problem, initial, times, states);
            integrator.Solve(problem, initial, times, states, recording);
        }));
        var single = new Integrator<float>(OdeSolver.Parse(name), FixedSteps.OfLength(0.05), 2);
        float[] singles = new float[6];
        single.Solve(
            new OdeProblem<float>((t, z, dz) => (dz[0], dz[1]) = (z[1], (float)Acceleration(t, z[0]))) { PositionCount = 1, IsSecondOrder = secondOrder },
            [(float)initial[0], (float)initial[1]],
            times,
            singles).ThrowIfFailed();
        FiniteDifference.AssertClose(states, [.. singles.Select(x => (double)x)], 2e-6);
    }

    [Fact]
    public void A_velocity_that_is_not_finite_is_named()
    {
        var problem = new OdeProblem<double>((t, z, dz) => (dz[0], dz[1]) = (z[1], t < 0.5 ? 0 : double.NaN)) { PositionCount = 1 };
        SolveResult result = new Integrator<double>(new Yoshida4(), FixedSteps.OfLength(0.01), 2).Solve(problem, [1, 1], [0, 1], new double[4]);
        Assert.Equal((SolveStatus.NotFinite, 1), (result.Status, result.Component));
        Assert.InRange(result.Time, 0.49, 0.52);
    }

    [Theory]
    [MemberData(nameof(SecondOrderOrNot))]
    public void Rows_of_positions_and_velocities_are_solved_and_transposed_as_they_are_alone(string name, bool secondOrder)
    {
        double[] initial = [0.7, -0.4, 0.9, 0.3, -0.2, 0.5, 0.1, -0.6], times = [0.2, 0.5, 1.4];
        var solver = OdeSolver.Parse(name);
        var rows = new Rows(2);
        var integrator = new Integrator<double>(solver, FixedSteps.OfLength(0.13), 8);
        var recording = new SolveRecording<double>();
        double[] states = new double[24], gradient = new double[8], timeGradients = new double[3], weights = [.. Enumerable.Range(0, 24).Select(i => Math.Cos(1.7 * i) + 0.1)];
        integrator.Solve(new OdeProblem<double>(rows) { PositionCount = 2, RowLength = 4, IsSecondOrder = secondOrder }, initial, times, states, recording).ThrowIfFailed();
        integrator.Transpose(recording, rows, weights, gradient, timeGradients);
        double[] sum = new double[3];
        for (int row = 0; row < 2; row++)
        {
            var alone = new Integrator<double>(solver, FixedSteps.OfLength(0.13), 4);
            double[] own = new double[12], ownGradient = new double[4], ownTimes = new double[3], start = initial[(4 * row)..(4 * (row + 1))];
            alone.Solve(new OdeProblem<double>(new Chain()) { PositionCount = 2, IsSecondOrder = secondOrder }, start, times, own, recording).ThrowIfFailed();
            alone.Transpose(recording, new Chain(), Pick(weights, row), ownGradient, ownTimes);
            Assert.Equal(own, Pick(states, row));
            Assert.Equal(ownGradient, gradient[(4 * row)..(4 * (row + 1))]);
            sum = [.. sum.Zip(ownTimes, (x, y) => x + y)];
        }

        FiniteDifference.AssertClose(sum, timeGradients, 1e-13);

        static double[] Pick(double[] values, int row) => [.. values.Where((_, i) => i / 4 % 2 == row)];
    }

    [Fact]
    public void A_velocity_of_the_second_row_that_is_not_finite_is_named_and_rows_that_do_not_fit_are_refused()
    {
        var problem = new OdeProblem<double>((t, z, dz) => (dz[0], dz[1], dz[2], dz[3]) = (z[1], 0, z[3], t < 0.5 ? 0 : double.NaN)) { PositionCount = 1, RowLength = 2 };
        SolveResult result = new Integrator<double>(new VelocityVerlet(), FixedSteps.OfLength(0.01), 4).Solve(problem, [1, 1, 1, 1], [0, 1], new double[8]);
        Assert.Equal((SolveStatus.NotFinite, 3), (result.Status, result.Component));
        var options = new OdeOptions { Steps = FixedSteps.OfLength(0.1) };
        var uneven = new OdeProblem<double>((t, y, dy) => dy.Clear()) { PositionCount = 1, RowLength = 2 };
        Assert.Contains(
            "rows of 2", Assert.Throws<ArgumentException>(() => Ode.Solve(uneven, [1, 0, 0], 0, 1, new VelocityVerlet(), options)).Message, StringComparison.Ordinal);
    }

    // q'' has the solution cos 3t.
    private static double Acceleration(double t, double q) => (-9 * Math.Cos(3 * t)) + Math.Sin(Math.Cos(3 * t) - q);

    private static OdeProblem<double> SecondOrder() => OdeProblem<double>.SecondOrder((t, q, a) => a[0] = Acceleration(t, q[0]), 1);

    private static OdeProblem<double> Separable() => new((t, z, dz) => (dz[0], dz[1]) = (z[1], Acceleration(t, z[0]))) { PositionCount = 1 };

    private static double[] Exact(double t) => [Math.Cos(3 * t), -3 * Math.Sin(3 * t)];

    private static double Distance(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => Math.Sqrt(((x[0] - y[0]) * (x[0] - y[0])) + ((x[1] - y[1]) * (x[1] - y[1])));

    private static TheoryData<string, bool> Names(params bool[] values)
    {
        var data = new TheoryData<string, bool>();
        foreach (string name in OdeSolver.Names.Where(name => OdeSolver.Parse(name).NeedsPositions))
        {
            foreach (bool value in values)
            {
                data.Add(name, value);
            }
        }

        return data;
    }

    /// <summary>Several chains that do not meet.</summary>
    private sealed class Rows(int count) : IVectorField<double>, IVectorJacobianProduct<double>
    {
        private readonly Chain _chain = new();

        public void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
        {
            for (int i = 0; i < 4 * count; i += 4)
            {
                _chain.Evaluate(t, z.Slice(i, 4), dz.Slice(i, 4));
            }
        }

        public double Evaluate(double t, ReadOnlySpan<double> z, ReadOnlySpan<double> a, Span<double> zGradient)
        {
            double sum = 0;
            for (int i = 0; i < 4 * count; i += 4)
            {
                sum += _chain.Evaluate(t, z.Slice(i, 4), a.Slice(i, 4), zGradient.Slice(i, 4));
            }

            return sum;
        }
    }

    /// <summary>Two masses on nonlinear springs under a force that depends on time.</summary>
    private sealed class Chain : IVectorField<double>, IVectorJacobianProduct<double>
    {
        public void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
        {
            (dz[0], dz[1]) = (z[2], z[3]);
            dz[2] = Math.Sin(z[1] - z[0]) - z[0] + Math.Cos(t);
            dz[3] = Math.Sin(z[0] - z[1]) - (z[1] * z[1] * z[1]);
        }

        public double Evaluate(double t, ReadOnlySpan<double> z, ReadOnlySpan<double> a, Span<double> zGradient)
        {
            double cos = Math.Cos(z[1] - z[0]);
            zGradient[0] = (-a[2] * (cos + 1)) + (a[3] * cos);
            zGradient[1] = (a[2] * cos) - (a[3] * (cos + (3 * z[1] * z[1])));
            (zGradient[2], zGradient[3]) = (a[0], a[1]);
            return -a[2] * Math.Sin(t);
        }
    }
}
