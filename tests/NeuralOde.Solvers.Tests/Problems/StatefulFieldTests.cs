namespace NeuralOde.Solvers.Tests.Problems;

public class StatefulFieldTests
{
    [Theory]
    [InlineData("dopri5")]
    [InlineData("tsit5")]
    [InlineData("bosh3")]
    public void Only_evaluations_of_accepted_steps_are_kept(string name)
    {
        // A kick at t = 1 makes adaptive steps fail, and a state at rest before it makes the solver probe for stability.
        var field = new LoggingField();
        var solver = OdeSolver.Parse(name);
        var recording = new SolveRecording<double>();
        double[] states = new double[2];
        SolveResult result = new Integrator<double>(solver, new AdaptiveSteps(), 1).Solve(field, [0], [0, 3], states, recording);
        Assert.True(result.IsSuccess);
        Assert.True(result.Statistics.RejectedSteps > 0);
        Assert.True(field.Log.Count < result.Statistics.Evaluations);

        var same = new LoggingField();
        _ = new Integrator<double>(solver, GivenSteps.At(recording.Times.ToArray()), 1).Solve(same, [0], [0, 3], states);
        // The error estimate takes one evaluation more, that at the end.
        Assert.Equal(same.Log.Count, field.Log.Count - 1);
        Assert.Equal(3, field.Log[^1].T);

        // Given times differ from the lengths of the steps by rounding.
        Assert.All(same.Log.Zip(field.Log), x => Assert.Equal(x.First.T, x.Second.T, 1e-12));
        Assert.All(same.Log.Zip(field.Log), x => Assert.Equal(x.First.Z, x.Second.Z, 1e-9));
        Assert.Equal(field.Log.Count, field.Kept);
    }

    [Fact]
    public void A_failed_solve_keeps_its_accepted_steps()
    {
        // z' = z² from 1 ends at t = 1; the trial steps beyond it meet infinity.
        var field = new LoggingField { HasPole = true };
        SolveResult result = new Integrator<double>(new Dopri5(), new AdaptiveSteps(), 1).Solve(field, [1], [0, 3], new double[2]);
        Assert.False(result.IsSuccess);
        Assert.Equal(field.Kept, field.Log.Count);
        Assert.All(field.Log, x => Assert.True(double.IsFinite(x.Z)));
    }

    private sealed class LoggingField : IStatefulField<double>
    {
        public bool HasPole { get; init; }

        public List<(double T, double Z)> Log { get; } = [];

        public int Kept { get; private set; }

        public void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
        {
            Log.Add((t, z[0]));
            dz[0] = HasPole ? z[0] * z[0] : t < 1 ? -z[0] : 100 - (50 * z[0]);
        }

        public void Commit() => Kept = Log.Count;

        public void Revert() => Log.RemoveRange(Kept, Log.Count - Kept);
    }
}
