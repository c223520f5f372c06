namespace NeuralOde.Solvers.Tests;

public class OutputTests
{
    [Fact]
    public void Every_nth_step_reaches_a_callback()
    {
        List<double> seen = [];
        var output = new OdeOutput<double>((t, z) => seen.Add(t)) { EverySteps = 3 };
        var integrator = new Integrator<double>(new RungeKutta4(), FixedSteps.PerInterval(10), 2);
        integrator.Solve(new OdeProblem<double>(Rotation), [1.0, 0.0], [0, 1], output).ThrowIfFailed();
        Assert.Equal([0, 0.3, 0.6, 0.9, 1], seen, (x, y) => Math.Abs(x - y) < 1e-15);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_function_of_the_state_is_kept_instead_of_the_state(bool adaptive)
    {
        double[] times = [0, 0.5, 1.7, 3], states = new double[8];
        StepSizeControl steps = adaptive ? new AdaptiveSteps() : FixedSteps.OfLength(0.01);
        var integrator = new Integrator<double>(new Tsit5(), steps, 2);
        var problem = new OdeProblem<double>(Rotation);
        var energy = new OdeOutput<double>((t, z, value) => value[0] = (z[0] * z[0]) + (z[1] * z[1]), 1);
        SolveResult result = integrator.Solve(problem, [1.0, 0.0], times, energy);
        integrator.Solve(problem, [1.0, 0.0], times, states);
        Assert.Equal(SolveStatus.Success, result.Status);
        Assert.Equal(times, energy.Times.ToArray());
        Assert.Equal(Enumerable.Range(0, 4).Select(i => (states[2 * i] * states[2 * i]) + (states[(2 * i) + 1] * states[(2 * i) + 1])), energy.Values.ToArray());
    }

    [Fact]
    public void A_failed_solve_gives_out_the_state_that_it_reached()
    {
        var output = new OdeOutput<double>((t, z, value) => value[0] = z[0], 1);
        var integrator = new Integrator<double>(new Tsit5(), new AdaptiveSteps(), 1);
        SolveResult result = integrator.Solve(new OdeProblem<double>((t, z, dz) => dz[0] = z[0] * z[0]), [1.0], [0, 0.5, 2], output);
        Assert.False(result.IsSuccess);
        Assert.Equal(3, output.Times.Length);
        Assert.InRange(output.Times[2], 0.99, 1.001);
        Assert.True(output.Values[2] > 1e3);

        Action<SolveResult> check = x => Assert.True(x.IsSuccess);
        check(integrator.Solve(new OdeProblem<double>((t, z, dz) => dz[0] = -z[0]), [1.0], [0, 1], output));
        Assert.Equal(2, output.Times.Length);
    }

    [Fact]
    public void A_final_state_after_a_million_steps_takes_no_memory()
    {
        var integrator = new Integrator<double>(new Euler(), FixedSteps.PerInterval(1_000_000), 1);
        var field = new FunctionField<double>((t, z, dz) => dz[0] = -z[0]);
        double[] states = new double[2], times = [0, 1], initial = [1];
        integrator.Solve(field, initial, times, states);
        long before = GC.GetAllocatedBytesForCurrentThread();
        integrator.Solve(field, initial, times, states);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        // The simple call too, where dense output is off, and off by itself where it would be too much.
        before = GC.GetAllocatedBytesForCurrentThread();
        var options = new OdeOptions { Steps = FixedSteps.PerInterval(1_000_000), DenseOutput = false };
        OdeSolution<double> solution = Ode.Solve((t, z, dz) => dz[0] = -z[0], [1.0], 0, 1, new Euler(), options);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000);
        Assert.Equal(Math.Exp(-1), solution.FinalState[0], 1e-6);
    }

    [Fact]
    public void A_failed_call_carries_what_it_solved()
    {
        OdeSolveException e = Assert.Throws<OdeSolveException>(() => Ode.Solve((t, z, dz) => dz[0] = z[0] * z[0], [1.0], 0, 2));
        OdeSolution<double> partial = e.PartialSolution<double>()!;
        Assert.Equal(2, partial.At(0.5)[0], 1e-5);
        Assert.Equal(e.Result.Status, partial.Status);
        Assert.Null(e.PartialSolution<float>());
    }

    private static void Rotation(double t, ReadOnlySpan<double> z, Span<double> dz) => (dz[0], dz[1]) = (z[1], -z[0]);
}
