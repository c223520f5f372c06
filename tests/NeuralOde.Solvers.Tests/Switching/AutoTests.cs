using NeuralOde.Solvers.Tests.Problems;

namespace NeuralOde.Solvers.Tests.Switching;

/// <summary>The method that switches between an explicit and a stiff half.</summary>
public class AutoTests
{
    public static TheoryData<string, double> Stiff
    {
        get
        {
            var data = new TheoryData<string, double>();
            foreach (string name in (string[])["van-der-pol", "robertson-1e5", "robertson-1e11"])
            {
                data.Add(name, 1e-4);
                data.Add(name, 1e-6);
                data.Add(name, 1e-9);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Stiff))]
    public void A_stiff_problem_is_handed_over_and_costs_hardly_more_than_by_the_stiff_half(string name, double tolerance)
    {
        var problem = StiffProblem.Named(name);
        var auto = new Auto();
        SolveStatistics alone = Solve(auto.StiffFor(problem.Length), out _, out _), switched = Solve(auto, out double error, out IReadOnlyList<MethodSwitch> switches);
        Assert.InRange(error, 0, 100 * tolerance);
        Assert.IsType<Rodas5P>(switches[0].Method);

        // Up to 50 explicit steps pass before it is noticed, after every fast transition.
        Assert.InRange(switched.Evaluations, 1, (1.1 * alone.Evaluations) + (switches.Count * 50 * auto.ExplicitFor(tolerance).StageCount));

        SolveStatistics Solve(OdeSolver solver, out double reached, out IReadOnlyList<MethodSwitch> changes)
        {
            var integrator = new Integrator<double>(solver, problem.Steps(tolerance), problem.Length);
            double[] states = new double[2 * problem.Length];
            SolveResult result = integrator.Solve(problem.ToProblem(), problem.Initial, [0, problem.End], states);
            result.ThrowIfFailed();
            reached = problem.Error(states.AsSpan(problem.Length));
            changes = integrator.Switches;
            return result.Statistics;
        }
    }

    [Theory]
    [InlineData(1e-3)]
    [InlineData(1e-6)]
    [InlineData(1e-9)]
    public void Problems_that_are_not_stiff_stay_with_the_explicit_half_at_its_cost(double tolerance)
    {
        var problems = new (VectorFieldFunction<double> Field, double[] Initial, double End)[]
        {
            ((t, z, dz) => (dz[0], dz[1]) = ((1.5 * z[0]) - (z[0] * z[1]), (z[0] * z[1]) - (3 * z[1])), [1, 1], 15),
            ((t, z, dz) => (dz[0], dz[1]) = (z[1], ((1 - (z[0] * z[0])) * z[1]) - z[0]), [2, 0], 20),
            ((t, z, dz) => (dz[0], dz[1], dz[2]) = (10 * (z[1] - z[0]), (z[0] * (28 - z[2])) - z[1], (z[0] * z[1]) - (8.0 / 3 * z[2])), [1, 1, 1], 10),
        };

        // The guard at rest, which the explicit method has for its transpose, would change its steps.
        var options = new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance, LimitsAtRest = false, InitialStep = 1e-3 } };
        foreach ((VectorFieldFunction<double> field, double[] initial, double end) in problems)
        {
            OdeSolution<double> auto = Ode.Solve(field, initial, 0, end, new Auto(), options);
            OdeSolution<double> alone = Ode.Solve(field, initial, 0, end, new Auto().ExplicitFor(tolerance), options);
            Assert.Empty(auto.Switches);
            Assert.Equal(alone.Times.ToArray(), auto.Times.ToArray());
            Assert.Equal(alone.FinalState.ToArray(), auto.FinalState.ToArray());
            Assert.InRange(auto.Statistics.Evaluations, 1, 1.03 * alone.Statistics.Evaluations);
        }
    }

    [Theory]
    [InlineData(1e-4, true)]
    [InlineData(1e-6, true)]
    [InlineData(1e-4, false)]
    public void A_problem_that_turns_stiff_and_back_is_switched_there_and_back(double tolerance, bool forward)
    {
        // Attraction to cos 3t with a rate that swings between 0 and 1000; the solution without the swing's derivative term is exact.
        double start = forward ? 0 : 50, end = 50 - start, sign = forward ? 1 : -1;
        VectorFieldFunction<double> field = (t, z, dz) => dz[0] = (-sign * Rate(t) * (z[0] - Math.Cos(3 * t))) - (3 * Math.Sin(3 * t));
        var options = new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance } };
        OdeSolution<double> solution = Ode.Solve(field, [Math.Cos(3 * start)], start, end, new Auto(), options);
        Assert.InRange(solution.Switches.Count, 6, 12);
        for (int i = 0; i < solution.Switches.Count; i++)
        {
            (double time, OdeSolver method) = solution.Switches[i];
            Assert.IsType(i % 2 == 0 ? typeof(Rodas5P) : typeof(Tsit5), method);

            // The step is about 0.1, and the stability interval 3.5 long.
            Assert.True(i % 2 == 0 ? Rate(time) > 10 : Rate(time) < 100, $"{time}: {Rate(time)}");
            Assert.Contains(time, solution.Times.ToArray());
        }

        for (double t = 0.01; t < 50; t += 0.037)
        {
            Assert.Equal(Math.Cos(3 * t), solution.At(t)[0], 100 * tolerance);
            Assert.Equal(-3 * Math.Sin(3 * t), solution.DerivativeAt(t)[0], 1e5 * tolerance);
        }

        static double Rate(double t) => 1000 * Math.Pow(Math.Sin(t / 4), 8);
    }

    [Fact]
    public void Counts_are_those_of_the_field_and_the_Jacobian_whoever_works()
    {
        var field = new Counting();
        var problem = new OdeProblem<double>(field) { Jacobian = field };
        var integrator = new Integrator<double>(new Auto(), new AdaptiveSteps(), 2);
        var recording = new SolveRecording<double>();
        SolveResult result = integrator.Solve(problem, [2, 0], [0, 1, 100, 500], new double[8], recording);
        Assert.True(integrator.Switches.Count > 2);
        Assert.Equal((field.Evaluations, field.Jacobians), (result.Statistics.Evaluations, result.Statistics.Jacobians));
        Assert.InRange(result.Statistics.Jacobians, 1, result.Statistics.AcceptedSteps + result.Statistics.RejectedSteps);
        Assert.InRange(result.Statistics.Factorizations, result.Statistics.Jacobians, long.MaxValue);
        Assert.Equal(result.Statistics.AcceptedSteps, recording.StepCount);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Events_and_jumps_go_through_with_either_half_at_work(double kick)
    {
        // Stiff all the time: after a kick the solution falls back to cos t within 0.01, which takes short steps that are for the explicit half.
        var problem = new OdeProblem<double>((t, z, dz) => dz[0] = (-1000 * (z[0] - Math.Cos(t))) - Math.Sin(t))
        {
            Events = [new(20, 40, 60) { Jump = (t, z) => z[0] += kick }, new((t, z) => z[0] - 0.5)],
        };
        OdeSolution<double> solution = Ode.Solve(problem, [1.0], 0, 75, new Auto(), new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = 1e-6 } });
        Assert.Equal(kick == 0 ? 1 : 7, solution.Switches.Count);
        Assert.IsType<Rodas5P>(solution.Switches[^1].Method);
        double[] expected = [.. Enumerable.Range(0, 12).SelectMany(k => (double[])[(2 * Math.PI * k) + (Math.PI / 3), (2 * Math.PI * (k + 1)) - (Math.PI / 3)])];
        double[] crossings = [.. solution.Events.Where(x => x.Index == 1).Select(x => x.Time)];
        Assert.All(expected.Where(x => x < 75), time => Assert.Contains(crossings, x => Math.Abs(x - time) < 1e-4));
        Assert.Equal(3, solution.Events.Count(x => x.Index == 0));
        Assert.Equal(Math.Cos(75), solution.FinalState[0], 1e-4);
        Assert.Equal(solution.Switches.Select(x => x.Time).Order(), solution.Switches.Select(x => x.Time));
    }

    [Fact]
    public void Quadratures_go_on_across_switches()
    {
        var integrator = new Integrator<double>(new Auto(), new AdaptiveSteps { RelativeTolerance = 1e-8, AbsoluteTolerance = 1e-8 }, 1, 1);
        double[] states = new double[4];
        var field = new FunctionField<double>((t, z, dz) => (dz[0], dz[1]) = ((-1000 * Math.Pow(Math.Sin(t / 4), 8) * (z[0] - Math.Cos(t))) - Math.Sin(t), z[0] * z[0]));
        integrator.Solve(field, [1, 0], [0, 25], states).ThrowIfFailed();
        Assert.True(integrator.Switches.Count >= 2);
        Assert.Equal(12.5 + (Math.Sin(50) / 4), states[3], 1e-5);
    }

    [Fact]
    public void The_same_solve_switches_again_at_the_same_places()
    {
        var problem = StiffProblem.Named("van-der-pol");
        var integrator = new Integrator<double>(new Auto(), problem.Steps(1e-6), 2);
        double[] first = new double[4], second = new double[4];
        integrator.Solve(problem.ToProblem(), problem.Initial, [0, problem.End], first);
        MethodSwitch[] switches = [.. integrator.Switches];
        integrator.Solve(problem.ToProblem(), problem.Initial, [0, problem.End], second);
        Assert.Equal(first, second);
        Assert.Equal(switches.Select(x => x.Time), integrator.Switches.Select(x => x.Time));
    }

    [Theory]
    [InlineData("dopri5", "kencarp4")]
    [InlineData("vern9", "radau5")]
    [InlineData("dopri8", "kvaerno5")]
    public void Any_halves_work_together(string explicitName, string stiffName)
    {
        var auto = new Auto((ExplicitRungeKutta)OdeSolver.Parse(explicitName), OdeSolver.Parse(stiffName));
        var problem = StiffProblem.Named("van-der-pol");
        var integrator = new Integrator<double>(auto, problem.Steps(1e-6), 2);
        double[] states = new double[4];
        var recording = new SolveRecording<double>();
        integrator.Solve(problem.ToProblem(), problem.Initial, [0, problem.End], states, recording).ThrowIfFailed();
        Assert.Equal(stiffName, integrator.Switches[0].Method.Name);
        Assert.InRange(problem.Error(states.AsSpan(2)), 0, 1e-4);
        double[] left = new double[2], right = new double[2];
        foreach (double time in integrator.Switches.Select(x => x.Time))
        {
            recording.Interpolate(time - 1e-9, left);
            recording.Interpolate(time + 1e-9, right);
            Assert.Equal(left[0], right[0], 1e-5);
        }
    }

    [Fact]
    public void Halves_that_do_not_serve_are_refused()
    {
        Assert.Contains("Tsit5", Assert.Throws<ArgumentException>(() => new Auto(new Bosh3())).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Auto(new RungeKutta4()));
        Assert.Contains("Rodas5P", Assert.Throws<ArgumentException>(() => new Auto(stiffMethod: new Bdf())).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Auto(stiffMethod: new Tsit5()));
    }

    [Fact]
    public void Fixed_steps_are_refused() => Assert.Throws<ArgumentException>(() => new Integrator<double>(new Auto(), FixedSteps.OfLength(0.1), 1));

    public static TheoryData<string> StiffHalves => ["kencarp4", "kvaerno5", "radau5", "rodas5p"];

    /// <summary>
    /// Attraction of x to cos 3t with a rate that swings between 0 and 1000, over which <c>y' = x y / 2</c> goes on, and an output within a step. The same steps are taken by the
    /// halves alone, from switch to switch, and differentiated by central differences of 1e-5: their error is 1e-10 of third derivatives, and 1e-11 of rounding.
    /// </summary>
    [Theory]
    [MemberData(nameof(StiffHalves))]
    public void The_gradient_is_that_of_the_steps(string name)
    {
        var auto = new Auto(new Dopri5(), OdeSolver.Parse(name));
        var field = new Swinging();
        double[] initial = [1.5, 0.8], times = [0, 5.03, 20], states = new double[6], gradient = new double[2];
        var integrator = new Integrator<double>(auto, new AdaptiveSteps { RelativeTolerance = 1e-7, AbsoluteTolerance = 1e-7 }, 2);
        var recording = new SolveRecording<double>();
        SolveStatistics solve = integrator.Solve(field, initial, times, states, recording).Statistics;
        Assert.InRange(integrator.Switches.Count, 2, 10);
        double[] nodes = [.. Enumerable.Range(0, recording.StepCount + 1).Select(recording.Node)];
        MethodSwitch[] switches = [.. integrator.Switches];
        double[] timeGradients = new double[3];
        SolveStatistics transpose = integrator.Transpose(recording, field, [0, 0, 0.3, 1, 0.5, 2], gradient, timeGradients);
        Assert.InRange(transpose.VectorJacobianProducts, recording.StepCount, 40L * solve.Evaluations);

        // Steps that are made again from checkpoints are made by the same halves.
        var within = new SolveRecording<double>(new RecordingBudget { MaxBytes = 6_000 });
        double[] same = new double[6], sameGradient = new double[2];
        integrator.Solve(field, initial, times, same, within).ThrowIfFailed();
        Assert.False(within.HoldsEveryStep);
        integrator.Transpose(within, field, [0, 0, 0.3, 1, 0.5, 2], sameGradient, new double[3]);
        Assert.Equal(states, same);
        Assert.Equal(gradient, sameGradient);
        Assert.Equal(switches, integrator.Switches);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal((Loss(i, 1e-5) - Loss(i, -1e-5)) / 2e-5, gradient[i], 1e-6);
        }

        // The loss depends on the last time by the field there, whose value in an implicit step is off by the tolerance times the rate, 715, and its weight, at most.
        double[] slope = new double[2];
        field.Evaluate(20, states.AsSpan(4), slope);
        Assert.Equal((0.5 * slope[0]) + (2 * slope[1]), timeGradients[2], 0.5 * 715 * 1e-7);

        double Loss(int component, double change)
        {
            double[] z = [.. initial];
            z[component] += change;
            double loss = 0;
            int first = 0;
            for (int part = 0; part <= switches.Length; part++)
            {
                int last = part == switches.Length ? nodes.Length - 1 : Array.IndexOf(nodes, switches[part].Time);
                OdeSolver half = part % 2 == 0 ? new Dopri5() : OdeSolver.Parse(name);
                bool hasOutput = nodes[first] < 5.03 && 5.03 < nodes[last];
                double[] outputs = hasOutput ? [nodes[first], 5.03, nodes[last]] : [nodes[first], nodes[last]], result = new double[2 * outputs.Length];
                var one = new Integrator<double>(half, GivenSteps.At(nodes[(first + 1)..(last + 1)]), 2);
                one.Solve(field, z, outputs, result).ThrowIfFailed();
                loss += hasOutput ? (0.3 * result[2]) + result[3] : 0;
                z = result[^2..];
                first = last;
            }

            return loss + (0.5 * z[0]) + (2 * z[1]);
        }
    }

    /// <summary>x' = −1000 (x − 1) at rest, and y' = −y beside it: no step amplifies a perturbation, and the stiff half is noticed in time.</summary>
    [Fact]
    public void A_gradient_at_rest_is_not_amplified()
    {
        var field = new Resting();
        var integrator = new Integrator<double>(new Auto(stiffMethod: new KenCarp4()), new AdaptiveSteps { RelativeTolerance = 1e-5, AbsoluteTolerance = 1e-5 }, 2);
        var recording = new SolveRecording<double>();
        double[] gradient = new double[2];
        SolveStatistics solve = integrator.Solve(field, [1, 2], [0, 10], new double[4], recording).Statistics;
        Assert.InRange(solve.AcceptedSteps, 20, 600);
        integrator.Transpose(recording, field, [0, 0, 1, 1], gradient, []);
        Assert.InRange(Math.Abs(gradient[0]), 0, 1e-3);
        Assert.Equal(Math.Exp(-10), gradient[1], 1e-4);
    }

    private sealed class Resting : IVectorField<double>, IVectorJacobianProduct<double>
    {
        public void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz) => (dz[0], dz[1]) = (-1000 * (z[0] - 1), -z[1]);

        public double Evaluate(double t, ReadOnlySpan<double> z, ReadOnlySpan<double> a, Span<double> zGradient)
        {
            (zGradient[0], zGradient[1]) = (-1000 * a[0], -a[1]);
            return 0;
        }
    }

    private sealed class Swinging : IVectorField<double>, IVectorJacobianProduct<double>
    {
        public void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
            => (dz[0], dz[1]) = ((-Rate(t) * (z[0] - Math.Cos(3 * t))) - (3 * Math.Sin(3 * t)), 0.5 * z[0] * z[1]);

        public double Evaluate(double t, ReadOnlySpan<double> z, ReadOnlySpan<double> a, Span<double> zGradient)
        {
            (zGradient[0], zGradient[1]) = ((-Rate(t) * a[0]) + (0.5 * z[1] * a[1]), 0.5 * z[0] * a[1]);
            return 0;
        }

        private static double Rate(double t) => 1000 * Math.Pow(Math.Sin(t / 4), 8);
    }

    /// <summary>Van der Pol's oscillator with μ = 100.</summary>
    private sealed class Counting : IVectorField<double>, IJacobian<double>
    {
        public long Evaluations { get; private set; }

        public long Jacobians { get; private set; }

        public void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
        {
            Evaluations++;
            (dz[0], dz[1]) = (z[1], (100 * (1 - (z[0] * z[0])) * z[1]) - z[0]);
        }

        public void Evaluate(double t, ReadOnlySpan<double> z, SquareMatrix<double> destination)
        {
            Jacobians++;
            destination[0, 1] = 1;
            destination[1, 0] = (-200 * z[0] * z[1]) - 1;
            destination[1, 1] = 100 * (1 - (z[0] * z[0]));
        }
    }
}
