using NeuralOde.Solvers;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>Steps of the Dormand-Prince method in float, many to a solve.</summary>
internal sealed class SolveWorkload(IVectorField<float> field, float[] state, int quadratures)
{
    /// <summary>Steps of one repetition.</summary>
    public const int Steps = 200;

    private const double StepLength = 1e-3;

    /// <summary>A field that costs next to nothing, which leaves the solver's own work.</summary>
    public static SolveWorkload Empty(int length) => new(new EmptyField(), [.. Enumerable.Repeat(1f, length)], 0);

    /// <summary>Steps of fixed length: stage sums only.</summary>
    public Action<int> Fixed() => Create(FixedSteps.PerInterval(Steps));

    /// <summary>Steps with error norm, controller and dense output's bookkeeping, held at the same length by a bound.</summary>
    public Action<int> Adaptive() =>
        // An empty field is at rest; the guard would take steps of its own.
        Create(new AdaptiveSteps { InitialStep = StepLength, MaxStep = StepLength, LimitsAtRest = false });

    private Action<int> Create(StepSizeControl control)
    {
        var integrator = new Integrator<float>(new Dopri5(), control, state.Length, quadratures);
        float[] start = [.. state, .. new float[quadratures]];
        float[] states = new float[2 * start.Length];
        double[] times = [0, Steps * StepLength];
        return n =>
        {
            for (int i = 0; i < n; i++)
            {
                integrator.Solve(field, start, times, states).ThrowIfFailed();
            }
        };
    }

    private sealed class EmptyField : IVectorField<float>
    {
        public void Evaluate(double t, ReadOnlySpan<float> z, Span<float> dz) => dz.Clear();
    }
}
