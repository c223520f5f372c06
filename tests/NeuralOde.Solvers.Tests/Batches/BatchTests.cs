using System.Numerics;

namespace NeuralOde.Solvers.Tests;

public class BatchTests
{
    private const int Problems = 77;

    private static readonly string[] s_explicit = ["euler", "rk4", "heun", "bosh3", "dopri5", "tsit5", "dopri8", "vern7", "vern9"];

    public static TheoryData<string, bool> Methods
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (string name in s_explicit)
            {
                data.Add(name, false);
                if (OdeSolver.Parse(name).IsAdaptive)
                {
                    data.Add(name, true);
                }
            }

            return data;
        }
    }

    private static StepSizeControl Steps(bool adaptive, double tolerance = 1e-5)
        => adaptive ? new AdaptiveSteps { RelativeTolerance = tolerance, AbsoluteTolerance = tolerance } : FixedSteps.OfLength(0.013);

    [Theory]
    [MemberData(nameof(Methods))]
    public void Each_problem_agrees_with_the_integrator(string name, bool adaptive)
    {
        var solver = OdeSolver.Parse(name);
        OdeBatch<double> batch = Batch<double>();
        new BatchIntegrator<double>(solver, Steps(adaptive), 2, 2).Solve(BatchField.OneByOne<double>(Driven, 2, 2), batch, threads: 2);
        batch.ThrowIfFailed();
        var integrator = new Integrator<double>(solver, Steps(adaptive), 2);
        for (int i = 0; i < Problems; i++)
        {
            double[] p = batch.Parameters(i).ToArray(), times = batch.Times(i).ToArray(), states = new double[times.Length * 2];
            SolveResult one = integrator.Solve(new FunctionField<double>((t, z, dz) => Driven(t, z, p, dz)), batch.InitialState(i), times, states);
            Assert.Equal((one.Statistics.AcceptedSteps, one.Statistics.RejectedSteps), (batch.Result(i).Statistics.AcceptedSteps, batch.Result(i).Statistics.RejectedSteps));
            Assert.Equal(times[^1], batch.Result(i).Time);
            for (int k = 0; k < times.Length; k++)
            {
                // The steps are the same but for rounding, which a step of these smooth problems does not magnify.
                Assert.Equal(states[2 * k], batch.State(i, k)[0], 1e-11);
                Assert.Equal(states[(2 * k) + 1], batch.State(i, k)[1], 1e-11);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_problem_has_the_same_bits_alone_and_in_any_batch_on_any_threads(string name, bool adaptive)
    {
        CheckBits<float>(name, adaptive);
        CheckBits<double>(name, adaptive);
    }

    [Fact]
    public void Lanes_of_vectors_and_one_by_one_agree_to_the_bit()
    {
        foreach (bool adaptive in new[] { false, true })
        {
            var integrator = new BatchIntegrator<float>(new Tsit5(), Steps(adaptive), 3, 1);
            OdeBatch<float> lanes = Lorenz(300), rows = Lorenz(300);
            integrator.Solve(new LorenzLanes(), lanes);
            integrator.Solve(BatchField.OneByOne<float>(LorenzLanes.One, 3, 1), rows, threads: 1);
            for (int i = 0; i < 300; i++)
            {
                Assert.Equal(lanes.FinalState(i).ToArray(), rows.FinalState(i).ToArray());
                Assert.Equal(lanes.Result(i).Statistics, rows.Result(i).Statistics);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_problem_that_is_not_finite_leaves_the_others_unharmed(bool adaptive)
    {
        // One row explodes in finite time, one has a bad initial state, one a field that is not a number from t = 0.5 on.
        static void Field(double t, ReadOnlySpan<double> z, ReadOnlySpan<double> p, Span<double> dz) => dz[0] = p[0] switch
        {
            1 => z[0] * z[0] * z[0],
            3 => t > 0.5 ? double.NaN : -z[0],
            4 => double.NaN,
            _ => -z[0],
        };
        const int Count = 40;
        var batch = new OdeBatch<double>(Count, 1, 1);
        batch.SetTimes(0, 0.25, 2);
        for (int i = 0; i < Count; i++)
        {
            batch.InitialState(i)[0] = i == 2 ? double.NaN : 1 + (0.01 * i);
            batch.Parameters(i)[0] = i;
        }

        new BatchIntegrator<double>(new Tsit5(), Steps(adaptive), 1, 1).Solve(BatchField.OneByOne<double>(Field, 1, 1), batch);
        for (int i = 0; i < Count; i++)
        {
            SolveResult result = batch.Result(i);
            if (i is 1 or 3 or 4)
            {
                Assert.Contains(result.Status, i == 1 ? [SolveStatus.NotFinite, SolveStatus.StepTooSmall] : new[] { SolveStatus.NotFinite });
                Assert.InRange(result.Time, i switch { 1 => 0.4, 3 => 0.4999, _ => 0 }, i switch { 1 => 0.6, 3 => 0.54, _ => 0.02 });
                Assert.True(double.IsNaN(batch.FinalState(i)[0]));
                Assert.Equal(i != 4, double.IsFinite(batch.State(i, 1)[0]));
            }
            else
            {
                Assert.Equal(i == 2 ? SolveStatus.InitialStateNotFinite : SolveStatus.Success, result.Status);
                Assert.Equal(i == 2 ? double.NaN : (1 + (0.01 * i)) * Math.Exp(-2), batch.FinalState(i)[0], 1e-4);
            }
        }

        OdeSolveException e = Assert.Throws<OdeSolveException>(batch.ThrowIfFailed);
        Assert.StartsWith("Problem 1 of 40: ", e.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_parameter_that_is_not_a_number_is_named(bool keepsSteps)
    {
        var batch = new OdeBatch<double>(3, 1, 2) { KeepsSteps = keepsSteps };
        batch.SetTimes(0, 1);
        for (int i = 0; i < 3; i++)
        {
            batch.InitialState(i)[0] = 1;
            batch.Parameters(i)[0] = -1;

            // An infinite limit is a parameter like another.
            batch.Parameters(i)[1] = i == 1 ? double.NaN : double.PositiveInfinity;
        }

        new BatchIntegrator<double>(new Tsit5(), new AdaptiveSteps(), 1, 2)
            .Solve(BatchField.OneByOne<double>((t, z, p, dz) => dz[0] = Math.Min(p[1], p[0] * z[0]), 1, 2), batch);
        Assert.Equal([SolveStatus.Success, SolveStatus.ParameterNaN, SolveStatus.Success], Enumerable.Range(0, 3).Select(i => batch.Result(i).Status));
        Assert.Equal(1, batch.Result(1).Component);
        Assert.Contains("Problem 1 of 3: Parameter 1 is NaN", Assert.Throws<OdeSolveException>(batch.ThrowIfFailed).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_and_cancellation_end_problems_by_themselves()
    {
        OdeBatch<double> batch = Batch<double>();
        var few = new AdaptiveSteps { MaxSteps = 12 };
        new BatchIntegrator<double>(new Tsit5(), few, 2, 2).Solve(BatchField.OneByOne<double>(Driven, 2, 2), batch);
        SolveStatus[] statuses = [.. Enumerable.Range(0, Problems).Select(i => batch.Result(i).Status)];
        Assert.Contains(SolveStatus.StepLimit, statuses);
        Assert.Contains(SolveStatus.Success, statuses);
        foreach (bool adaptive in new[] { true, false })
        {
            using var source = new CancellationTokenSource();
            int calls = 0;
            void Cancelling(double t, ReadOnlySpan<double> z, ReadOnlySpan<double> p, Span<double> dz)
            {
                if (Interlocked.Increment(ref calls) == 2000)
                {
                    source.Cancel();
                }

                Driven(t, z, p, dz);
            }

            new BatchIntegrator<double>(new Tsit5(), Steps(adaptive, 1e-9), 2, 2).Solve(BatchField.OneByOne<double>(Cancelling, 2, 2), batch, 1, source.Token);
            Assert.Equal(SolveStatus.Canceled, batch.Result(Problems - 1).Status);
            Assert.Throws<OperationCanceledException>(batch.ThrowIfFailed);
        }
    }

    [Fact]
    public void Misuse_is_an_error()
    {
        IBatchField<double> field = BatchField.OneByOne<double>(Driven, 2, 2);
        var integrator = new BatchIntegrator<double>(new Tsit5(), Steps(true), 2, 2);
        Assert.Throws<InvalidOperationException>(() => integrator.Solve(field, new OdeBatch<double>(3, 2, 2)));
        Assert.Throws<ArgumentException>(() => integrator.Solve(field, new OdeBatch<double>(3, 2, 1)));
        Assert.Throws<InvalidOperationException>(() => new OdeBatch<double>(3, 2, 2).Result(0));
        Assert.Contains("positions", Assert.Throws<ArgumentException>(() => new BatchIntegrator<double>(new VelocityVerlet(), Steps(false), 2)).Message);
        Assert.Throws<ArgumentException>(() => new BatchIntegrator<double>(new RungeKutta4(), Steps(true), 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchIntegrator<double>(new Tsit5(), new AdaptiveSteps { RelativeTolerance = double.NaN }, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchIntegrator<double>(new Tsit5(), new AdaptiveSteps { AbsoluteTolerance = -1 }, 2));
        Assert.Throws<ArgumentException>(() => new BatchIntegrator<double>(new Tsit5(), new AdaptiveSteps { AbsoluteTolerances = [1e-6] }, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchIntegrator<double>(new Tsit5(), Steps(true), 2, errorNorm: new ErrorNorm(1, 2)));
        Assert.Throws<ArgumentException>(() => new OdeBatch<double>(3, 2).SetTimes(0, 1, 1));
        Assert.Throws<ArgumentNullException>(() => new OdeBatch<double>(3, 2).SetEvents(1, [null!]));

        // A field that calls back, and one that throws: the caller gets its own exception, and everything can be used again.
        OdeBatch<double> batch = Batch<double>(), other = Batch<double>();
        IBatchField<double> again = BatchField.OneByOne<double>((t, z, p, dz) => integrator.Solve(field, other), 2, 2);
        Assert.Contains("in use", Assert.Throws<InvalidOperationException>(() => integrator.Solve(again, batch)).Message);
        IBatchField<double> taken = BatchField.OneByOne<double>((t, z, p, dz) => new BatchIntegrator<double>(new Tsit5(), Steps(true), 2, 2).Solve(field, batch), 2, 2);
        Assert.Contains("batch is in use", Assert.Throws<InvalidOperationException>(() => integrator.Solve(taken, batch)).Message);
        IBatchField<double> throws = BatchField.OneByOne<double>((t, z, p, dz) => throw new ArithmeticException("mine"), 2, 2);
        Assert.Equal("mine", Assert.Throws<ArithmeticException>(() => integrator.Solve(throws, batch, threads: 2)).Message);
        Assert.Throws<InvalidOperationException>(() => batch.Result(0));
        integrator.Solve(field, batch);
        batch.ThrowIfFailed();
    }

    [Fact]
    public void Memory_does_not_grow_with_the_steps()
    {
        OdeBatch<float> batch = Lorenz(64);
        var integrator = new BatchIntegrator<float>(new Tsit5(), FixedSteps.OfLength(1e-4), 3, 1);
        var field = new LorenzLanes();
        integrator.Solve(field, batch, threads: 1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        integrator.Solve(field, batch, threads: 1);

        // Two queues and the work of a thread, for ten thousand steps.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 400);
    }

    private static void CheckBits<T>(string name, bool adaptive)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var solver = OdeSolver.Parse(name);
        IBatchField<T> field = BatchField.OneByOne<T>(Driven, 2, 2);
        OdeBatch<T> batch = Batch<T>();
        var integrator = new BatchIntegrator<T>(solver, Steps(adaptive, 1e-4), 2, 2);
        integrator.Solve(field, batch, threads: 1);
        (string, SolveStatistics Statistics)[] expected = Enumerable.Range(0, Problems).Select(i => (Bits(batch, i), batch.Result(i).Statistics)).ToArray();
        foreach (int threads in new[] { 2, 3 })
        {
            integrator.Solve(field, batch, threads);
            Assert.Equal(expected, Enumerable.Range(0, Problems).Select(i => (Bits(batch, i), batch.Result(i).Statistics)));
        }

        for (int i = 0; i < Problems; i += 5)
        {
            var alone = new OdeBatch<T>(1, 2, 2);
            batch.InitialState(i).CopyTo(alone.InitialState(0));
            batch.Parameters(i).CopyTo(alone.Parameters(0));
            alone.SetTimes(batch.Times(i));
            integrator.Solve(field, alone);
            Assert.Equal(expected[i], (Bits(alone, 0), alone.Result(0).Statistics));
        }
    }

    private static string Bits<T>(OdeBatch<T> batch, int problem)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => string.Join(' ', Enumerable.Range(0, batch.Times(problem).Length).Select(k => $"{batch.State(problem, k)[0]:R} {batch.State(problem, k)[1]:R}"));

    /// <summary>Pendulums of different lengths, driven at different strengths, over different times in both directions.</summary>
    private static OdeBatch<T> Batch<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var batch = new OdeBatch<T>(Problems, 2, 2);
        for (int i = 0; i < Problems; i++)
        {
            batch.InitialState(i)[0] = T.CreateChecked(0.02 * i);
            batch.InitialState(i)[1] = T.CreateChecked(1 - (0.03 * i));
            batch.Parameters(i)[0] = T.CreateChecked(1 + (0.1 * i));
            batch.Parameters(i)[1] = T.CreateChecked(0.5 * Math.Sin(i));
            double length = (1 + (i % 5)) * (i % 3 == 0 ? -0.3 : 0.4);
            batch.SetTimes(i, [.. Enumerable.Range(0, 2 + (i % 4)).Select(k => 0.1 + (length * k / (1 + (i % 4))))]);
        }

        return batch;
    }

    private static void Driven<T>(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> p, Span<T> dz)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        dz[0] = z[1];
        dz[1] = (p[1] * T.Cos(T.CreateChecked(t))) - (p[0] * T.Sin(z[0]));
    }

    private static OdeBatch<float> Lorenz(int count)
    {
        var batch = new OdeBatch<float>(count, 3, 1);
        batch.SetTimes(0, 1);
        for (int i = 0; i < count; i++)
        {
            batch.InitialState(i)[0] = 1;
            batch.Parameters(i)[0] = 21f * i / count;
        }

        return batch;
    }

    private sealed class LorenzLanes : IBatchField<float>
    {
        public bool IsAutonomous => true;

        public static void One(double t, ReadOnlySpan<float> z, ReadOnlySpan<float> p, Span<float> dz)
        {
            dz[0] = 10 * (z[1] - z[0]);
            dz[1] = (z[0] * (p[0] - z[2])) - z[1];
            dz[2] = (z[0] * z[1]) - (8f / 3 * z[2]);
        }

        public void Evaluate(in LaneBlock<float> lanes)
        {
            ReadOnlySpan<float> x = lanes.State(0), y = lanes.State(1), z = lanes.State(2), rho = lanes.Parameter(0);
            Span<float> dx = lanes.Derivative(0), dy = lanes.Derivative(1), dz = lanes.Derivative(2);
            for (int i = 0; i < lanes.Count; i += Vector<float>.Count)
            {
                Vector<float> a = new(x[i..]), b = new(y[i..]), c = new(z[i..]), r = new(rho[i..]);
                (10 * (b - a)).CopyTo(dx[i..]);
                ((a * (r - c)) - b).CopyTo(dy[i..]);
                ((a * b) - (8f / 3 * c)).CopyTo(dz[i..]);
            }
        }
    }
}
