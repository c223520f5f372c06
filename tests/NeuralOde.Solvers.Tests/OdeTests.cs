namespace NeuralOde.Solvers.Tests;

public class OdeTests
{
    [Fact]
    public void The_first_example_runs_as_written()
    {
        OdeSolution<double> orbit = Ode.Solve((t, y, dy) => { dy[0] = y[1]; dy[1] = -y[0]; }, y0: [1.0, 0.0], t0: 0, t1: 10, new Tsit5());
        double x = orbit.At(3.7)[0];

        // Relative tolerance 1e-6 over ten units of time.
        Assert.Equal(Math.Cos(3.7), x, 1e-5);
        Assert.Equal(Math.Cos(10), orbit.FinalState[0], 1e-5);
        Assert.Equal(SolveStatus.Success, orbit.Status);
        Assert.Equal(0, orbit.Times[0]);
        Assert.Equal(10, orbit.Times[^1]);
        Assert.Equal(orbit.Statistics.AcceptedSteps + 1, orbit.Times.Length);
        Assert.Equal(orbit.Times.Length * 2, orbit.States.Length);
        Assert.Equal(orbit.State(3).ToArray(), orbit.At(orbit.Times[3]));
    }

    [Fact]
    public void Integer_literals_make_a_double_state()
    {
        OdeSolution<double> decay = Ode.Solve((t, y, dy) => dy[0] = -y[0], [1], 0, 1);
        Assert.Equal(Math.Exp(-1), decay.FinalState[0], 1e-6);
    }

    [Fact]
    public void Float_states_are_solved_in_float()
    {
        float[] initial = [1, 0];
        OdeSolution<float> orbit = Ode.Solve<float>((t, y, dy) => { dy[0] = y[1]; dy[1] = -y[0]; }, initial, 0, 1);
        Assert.Equal(MathF.Cos(1), orbit.At(1)[0], 1e-5f);
    }

    [Fact]
    public void Output_times_give_the_states_there_and_no_others()
    {
        double[] times = [0, 1, 2, 4];
        OdeSolution<double> orbit = Ode.Solve((t, y, dy) => { dy[0] = y[1]; dy[1] = -y[0]; }, [1, 0], times);
        Assert.Equal(times, orbit.Times.ToArray());
        Assert.All(Enumerable.Range(0, 4), i => Assert.Equal(Math.Cos(times[i]), orbit.State(i)[0], 1e-5));
        Assert.Throws<InvalidOperationException>(() => orbit.At(1.5));

        OdeSolution<double> dense = Ode.Solve((t, y, dy) => { dy[0] = y[1]; dy[1] = -y[0]; }, [1, 0], times, options: new OdeOptions { DenseOutput = true });
        Assert.Equal(times, dense.Times.ToArray());
        Assert.Equal(Math.Cos(1.5), dense.At(1.5)[0], 1e-5);
    }

    [Fact]
    public void Backward_solves_are_read_backwards()
    {
        OdeSolution<double> decay = Ode.Solve((t, y, dy) => dy[0] = -y[0], [1], 1, -1);
        Assert.Equal(Math.Exp(0.7), decay.At(0.3)[0], 1e-5);
        Assert.Throws<ArgumentOutOfRangeException>(() => decay.At(1.0001));
        Assert.Throws<ArgumentOutOfRangeException>(() => decay.At(-1.0001));
        Assert.Throws<ArgumentOutOfRangeException>(() => decay.At(double.NaN));
    }

    [Fact]
    public void A_method_without_an_error_estimate_asks_for_fixed_steps()
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => Ode.Solve((t, y, dy) => dy[0] = -y[0], [1], 0, 1, new RungeKutta4()));
        Assert.Contains("FixedSteps", exception.Message, StringComparison.Ordinal);
        OdeSolution<double> decay = Ode.Solve((t, y, dy) => dy[0] = -y[0], [1], 0, 1, new RungeKutta4(), new OdeOptions { Steps = FixedSteps.OfLength(0.1) });
        Assert.Equal(10, decay.Statistics.AcceptedSteps);
        Assert.Equal(Math.Exp(-1), decay.FinalState[0], 1e-6);
    }

    [Fact]
    public void Without_dense_output_only_the_ends_are_kept()
    {
        OdeSolution<double> decay = Ode.Solve((t, y, dy) => dy[0] = -y[0], [1], 0, 1, options: new OdeOptions { DenseOutput = false });
        Assert.Equal([0, 1], decay.Times.ToArray());
    }

    [Fact]
    public void Failure_throws_unless_asked_not_to()
    {
        VectorFieldFunction<double> blowUp = (t, y, dy) => dy[0] = y[0] * y[0];
        Assert.Throws<OdeSolveException>(() => Ode.Solve(blowUp, [1], 0, 2));
        OdeSolution<double> failed = Ode.Solve(blowUp, [1], 0, 2, options: new OdeOptions { ThrowOnFailure = false });
        Assert.NotEqual(SolveStatus.Success, failed.Status);
        Assert.Equal(2, failed.At(0.5)[0], 1e-4);
        Assert.Throws<OperationCanceledException>(() => Ode.Solve(blowUp, [1], 0, 2, options: new OdeOptions { CancellationToken = new CancellationToken(canceled: true) }));
    }

    [Fact]
    public void Bad_input_is_refused_before_the_field_is_evaluated()
    {
        VectorFieldFunction<double> field = (_, _, _) => Assert.Fail("Evaluated.");
        Assert.Throws<ArgumentException>(() => Ode.Solve(field, [double.NaN], 0, 1));
        Assert.Throws<ArgumentException>(() => Ode.Solve(field, [], 0, 1));
        Assert.Throws<ArgumentException>(() => Ode.Solve(field, [1], 1, 1));
        Assert.Throws<ArgumentException>(() => Ode.Solve(field, [1], 0, double.PositiveInfinity));
        Assert.Throws<ArgumentException>(() => Ode.Solve(field, [1], [0, 1, 1]));
        Assert.Throws<ArgumentException>(() => Ode.Solve(field, [1], [0]));
        Assert.Throws<ArgumentNullException>(() => Ode.Solve((VectorFieldFunction<double>)null!, [1], 0, 1));
        Assert.Throws<ArgumentNullException>(() => Ode.Solve(field, null!, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ode.Solve(field, [1], 0, 1, options: new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = -1 } }));
    }

    [Fact]
    public void Solvers_are_found_by_name_and_an_error_lists_the_choices()
    {
        Assert.All(OdeSolver.Names, name => Assert.Equal(name, OdeSolver.Parse(name.ToUpperInvariant()).Name));
        Assert.IsType<Dopri5>(OdeSolver.Parse("dopri5"));
        ArgumentException exception = Assert.Throws<ArgumentException>(() => OdeSolver.Parse("dopri"));
        Assert.True(OdeSolver.TryParse(" Tsit5 ", out OdeSolver? solver) && solver is Tsit5);
        Assert.False(OdeSolver.TryParse("dopri", out _) || OdeSolver.TryParse(null, out _));
        Assert.All(OdeSolver.Names, name => Assert.Contains(name, exception.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_tableau_of_the_user_is_a_method()
    {
        // Ralston's method of order 2.
        var ralston = new ExplicitRungeKutta("ralston", new ButcherTableau(2, [[], [2.0 / 3]], [0.25, 0.75], [0, 2.0 / 3], 2, [[1, -0.75], [0, 0.75]]));
        OdeSolution<double> decay = Ode.Solve((t, y, dy) => dy[0] = -y[0], [1], 0, 1, ralston, new OdeOptions { Steps = FixedSteps.PerInterval(100) });
        Assert.Equal(Math.Exp(-1), decay.FinalState[0], 1e-4);
    }
}
