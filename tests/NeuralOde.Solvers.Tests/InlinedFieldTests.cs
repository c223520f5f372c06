using System.Numerics;

namespace NeuralOde.Solvers.Tests;

/// <summary>
/// A field that is compiled into the loop over the steps gives what the same field gives in the loop for all, to the bit where both hold steps: states, counts and failures.
/// </summary>
public class InlinedFieldTests
{
    public static TheoryData<string> Methods => ["dopri5", "tsit5", "bosh3", "vern7", "bdf"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Solves_have_the_bits_of_the_loop_for_all(string name)
    {
        var random = new Random(7);
        for (int i = 0; i < 20; i++)
        {
            double stiffness = Math.Pow(10, 2 * random.NextDouble());
            double[] z = [.. Enumerable.Range(0, 4).Select(_ => (4 * random.NextDouble()) - 2)];
            double start = (10 * random.NextDouble()) - 5, length = 6 * random.NextDouble() * (i % 2 == 0 ? 1 : -1);
            double[] times = i % 3 == 0 ? [start, start + length] : [.. Enumerable.Range(0, 12).Select(j => start + (length * j / 11))];
            double tolerance = Math.Pow(10, -2 - (7 * random.NextDouble()));
            var steps = new AdaptiveSteps
            {
                RelativeTolerance = tolerance,
                AbsoluteTolerance = tolerance,
                HoldFrom = i % 4 < 2 ? 1 : 0.2,
                InitialStep = i % 5 == 0 ? 0.5 : null,
                MaxStep = i % 7 == 0 ? 0.11 : null,
                Controller = i % 8 < 5 ? ControllerCoefficients.Dopri5 : ControllerCoefficients.Arkode,
                MaxSteps = i % 10 == 9 ? 20 : 100_000,
            };
            Check(OdeSolver.Parse(name), steps, stiffness, z, times);
        }
    }

    /// <summary>x' = −10 x comes to rest, where the guard bounds the steps and evaluates the field for that.</summary>
    [Fact]
    public void Solves_at_rest_have_the_bits_of_the_loop_for_all()
        => Check_one(new AdaptiveSteps { RelativeTolerance = 1e-4, AbsoluteTolerance = 1e-4, HoldFrom = 1 }, default(Decay), static (_, z, dz) =>
            dz[0] = -10 * z[0], [0, 3, 40], SolveStatus.Success);

    /// <summary>x' = x² is infinite at t = 1.</summary>
    [Fact]
    public void Steps_that_become_too_small_are_reported_as_in_the_loop_for_all()
        => Check_one(new AdaptiveSteps { HoldFrom = 1 }, default(Explosion), static (_, z, dz) => dz[0] = z[0] * z[0], [0, 0.5, 2], SolveStatus.StepTooSmall);

    /// <summary>√(1 − t) is not a number after t = 1.</summary>
    [Fact]
    public void Values_that_are_not_finite_are_reported_as_in_the_loop_for_all()
        => Check_one(new AdaptiveSteps { HoldFrom = 0.2 }, default(Root), static (t, z, dz) => dz[0] = Math.Sqrt(1 - t), [0, 0.5, 2], SolveStatus.NotFinite);

    [Fact]
    public void Smallest_step_ends_a_solve_as_in_the_loop_for_all()
        => Check_one(
            new AdaptiveSteps { MinStep = 0.2, RelativeTolerance = 1e-9, HoldFrom = 1 },
            default(Explosion),
            static (_, z, dz) => dz[0] = z[0] * z[0],
            [0, 2],
            SolveStatus.StepTooSmall);

    [Fact]
    public void Events_and_recordings_are_served_as_for_every_field()
    {
        var steps = new AdaptiveSteps { RelativeTolerance = 1e-8, HoldFrom = 0.2 };
        IVectorField<double> inlined = State2<double>.Field(new Spiral2<double>(3));
        var events = new OdeProblem<double>(inlined) { Events = [new OdeEvent<double>((t, _) => t - 2)] };
        OdeSolution<double> solution = Ode.Solve(events, [1, 0.5], 0, 5, new Dopri5(), new OdeOptions { Steps = steps });
        OdeSolution<double> expected = Ode.Solve((t, z, dz) => Spiral(3, t, z, dz), [1, 0.5], 0, 5, new Dopri5(), new OdeOptions { Steps = steps });
        Assert.NotEmpty(solution.Events);
        Assert.Equal(expected.At(3.3), solution.At(3.3));
    }

    /// <summary>Also where the loop for all takes the steps, as with a recording, and where the integrator served other fields before.</summary>
    [Theory]
    [InlineData("dopri5", true)]
    [InlineData("tsit5", true)]
    [InlineData("bosh3", false)]
    public void Steps_are_held_by_default_where_the_field_is_compiled_into_the_loop(string name, bool holds)
    {
        AdaptiveSteps usual = new() { RelativeTolerance = 1e-8 }, given = usual with { HoldFrom = holds ? 0.2 : 1 }, following = usual with { HoldFrom = 1 };
        IVectorField<double> inlined = State2<double>.Field(new Spiral2<double>(3)), general = new FunctionField<double>((t, z, dz) => Spiral(3, t, z, dz));
        var integrator = new Integrator<double>(OdeSolver.Parse(name), usual, 2);
        Assert.Equal(With(following, general), Solve(integrator, general));
        double[] expected = With(given, general);
        Assert.Equal(expected, Solve(integrator, inlined));
        Assert.Equal(expected, Solve(integrator, inlined, new SolveRecording<double>()));
        Assert.Equal(With(following, general), Solve(integrator, general));
        Assert.Equal(With(following, general), With(following, inlined));
        Assert.Equal(holds, !expected.SequenceEqual(With(following, general)));

        double[] With(AdaptiveSteps steps, IVectorField<double> field) => Solve(new Integrator<double>(OdeSolver.Parse(name), steps, 2), field);

        static double[] Solve(Integrator<double> integrator, IVectorField<double> field, SolveRecording<double>? recording = null)
        {
            double[] states = new double[6];
            integrator.Solve(field, [1, 0.5], [0, 2, 3], states, recording).ThrowIfFailed();
            return states;
        }
    }

    [Fact]
    public void State_of_another_length_is_refused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Ode.Solve(State2<double>.Field(new Spiral2<double>(3)), [1.0, 2, 3], 0, 1));
        Assert.Contains("3 components", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Solve_allocates_nothing_after_the_first()
    {
        var integrator = new Integrator<double>(new Dopri5(), new AdaptiveSteps { HoldFrom = 0.2 }, 2);
        IVectorField<double> field = State2<double>.Field(new Spiral2<double>(3));
        double[] z0 = [1, 0.5], times = [0, 2, 3], states = new double[6];
        integrator.Solve(field, z0, times, states);
        long before = GC.GetAllocatedBytesForCurrentThread();
        integrator.Solve(field, z0, times, states);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.9)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Errors_that_hold_steps_are_checked(double from)
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => new Integrator<double>(new Dopri5(), new AdaptiveSteps { HoldFrom = from }, 2));
        Assert.Contains("HoldFrom", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The controller of <see cref="AdaptiveSteps"/>: within the range the next step is as long as the last, outside of it the formula decides.</summary>
    [Fact]
    public void Held_steps_are_equal_and_their_errors_are_remembered()
    {
        StepController held = new AdaptiveSteps { HoldFrom = 0.2 }.CreateController("control"), following = new AdaptiveSteps().CreateController("control");
        held.Start(0, 100, 1);
        following.Start(0, 100, 1);
        StepPlan plan = held.Plan(0, 100);
        foreach (double error in new[] { 0.2, 0.5, 0.9 })
        {
            held.OnAccepted(plan, new StepAttempt(StepOutcome.Complete, error, 5));
            Assert.Equal(plan.Size, held.Plan(0, 100).Size);
            following.OnAccepted(plan, new StepAttempt(StepOutcome.Complete, error, 5));
            Assert.NotEqual(plan.Size, following.Plan(0, 100).Size);
        }

        held.OnAccepted(plan, new StepAttempt(StepOutcome.Complete, 0.1, 5));
        following.OnAccepted(plan, new StepAttempt(StepOutcome.Complete, 0.1, 5));

        // Both errors of the formula are those of a bin, a quarter of a power of two wide: at most 0.11 from the logarithm of its middle, times exponents of 0.17 and 0.04.
        Assert.InRange(held.Plan(0, 100).Size / following.Plan(0, 100).Size, Math.Exp(-0.11 * 0.21), Math.Exp(0.11 * 0.21));
        held.OnRejected(plan, new StepAttempt(StepOutcome.Complete, 3, 5));
        plan = held.Plan(0, 100);
        held.OnAccepted(plan, new StepAttempt(StepOutcome.Complete, 0.95, 5));
        Assert.True(held.Plan(0, 100).Size < plan.Size);
    }

    private static void Check(OdeSolver solver, AdaptiveSteps steps, double stiffness, double[] z, double[] times)
    {
        Check<double, State1<double>, Spiral1<double>>(solver, steps, new(stiffness), stiffness, z[..1], times);
        Check<double, State2<double>, Spiral2<double>>(solver, steps, new(stiffness), stiffness, z[..2], times);
        Check<double, State3<double>, Spiral3<double>>(solver, steps, new(stiffness), stiffness, z[..3], times);
        Check<double, State4<double>, Spiral4<double>>(solver, steps, new(stiffness), stiffness, z[..4], times);
        if (steps.RelativeTolerance > 1e-6)
        {
            Check<float, State1<float>, Spiral1<float>>(solver, steps, new(stiffness), stiffness, z[..1], times);
            Check<float, State2<float>, Spiral2<float>>(solver, steps, new(stiffness), stiffness, z[..2], times);
            Check<float, State3<float>, Spiral3<float>>(solver, steps, new(stiffness), stiffness, z[..3], times);
            Check<float, State4<float>, Spiral4<float>>(solver, steps, new(stiffness), stiffness, z[..4], times);
        }
    }

    private static void Check<T, TState, TField>(OdeSolver solver, AdaptiveSteps steps, TField function, double stiffness, double[] z, double[] times)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TState : struct, IState<TState, T>
        where TField : struct, IStateField<TState>
    {
        T[] initial = [.. z.Select(T.CreateTruncating)], states = new T[z.Length * times.Length], expected = new T[states.Length];
        SolveResult result = new Integrator<T>(solver, steps, z.Length).Solve(new InlinedField<T, TState, TField>(function), initial, times, states);
        SolveResult expectedResult = new Integrator<T>(solver, steps, z.Length)
            .Solve(new FunctionField<T>((t, y, dy) => Spiral(T.CreateTruncating(stiffness), t, y, dy)), initial, times, expected);
        Assert.Equal(expected, states);
        Assert.Equal(expectedResult, result);
    }

    private static void Check_one<TField>(AdaptiveSteps steps, TField function, VectorFieldFunction<double> general, double[] times, SolveStatus status)
        where TField : struct, IStateField<State1<double>>
    {
        foreach (OdeSolver solver in new OdeSolver[] { new Dopri5(), new Tsit5() })
        {
            double[] states = new double[times.Length], expected = new double[times.Length];
            SolveResult result = new Integrator<double>(solver, steps, 1).Solve(State1<double>.Field(function), [1], times, states);
            SolveResult expectedResult = new Integrator<double>(solver, steps, 1).Solve(new FunctionField<double>(general), [1], times, expected);
            Assert.Equal(status, result.Status);
            Assert.Equal(expectedResult, result);
            Assert.Equal(expected, states);
        }
    }

    private static void Spiral<T>(T stiffness, double t, ReadOnlySpan<T> z, Span<T> dz)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < z.Length; i++)
        {
            dz[i] = Slope(stiffness, t, z[i], z[(i + 1) % z.Length]);
        }
    }

    private static T Slope<T>(T stiffness, double t, T z, T next)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => (next * T.CreateTruncating(1.3)) - (z * z * z) - (stiffness * T.CreateTruncating(0.1) * z) + T.CreateTruncating(Math.Sin(3 * t));

    private readonly struct Spiral1<T>(double stiffness) : IStateField<State1<T>>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly T _stiffness = T.CreateTruncating(stiffness);

        public State1<T> Evaluate(double t, State1<T> z) => new(Slope(_stiffness, t, z.X, z.X));
    }

    private readonly struct Spiral2<T>(double stiffness) : IStateField<State2<T>>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly T _stiffness = T.CreateTruncating(stiffness);

        public State2<T> Evaluate(double t, State2<T> z) => new(Slope(_stiffness, t, z.X, z.Y), Slope(_stiffness, t, z.Y, z.X));
    }

    private readonly struct Spiral3<T>(double stiffness) : IStateField<State3<T>>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly T _stiffness = T.CreateTruncating(stiffness);

        public State3<T> Evaluate(double t, State3<T> z) => new(Slope(_stiffness, t, z.X, z.Y), Slope(_stiffness, t, z.Y, z.Z), Slope(_stiffness, t, z.Z, z.X));
    }

    private readonly struct Spiral4<T>(double stiffness) : IStateField<State4<T>>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly T _stiffness = T.CreateTruncating(stiffness);

        public State4<T> Evaluate(double t, State4<T> z)
            => new(Slope(_stiffness, t, z.X, z.Y), Slope(_stiffness, t, z.Y, z.Z), Slope(_stiffness, t, z.Z, z.W), Slope(_stiffness, t, z.W, z.X));
    }

    private readonly struct Decay : IStateField<State1<double>>
    {
        public State1<double> Evaluate(double t, State1<double> z) => new(-10 * z.X);
    }

    private readonly struct Explosion : IStateField<State1<double>>
    {
        public State1<double> Evaluate(double t, State1<double> z) => new(z.X * z.X);
    }

    private readonly struct Root : IStateField<State1<double>>
    {
        public State1<double> Evaluate(double t, State1<double> z) => new(Math.Sqrt(1 - t));
    }
}
