using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using NeuralOde.Solvers;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>8,192 Lorenz systems with σ = 10, β = 8/3 and ρ from 0 to 21, from (1, 0, 0) on [0, 1], in float with Tsit5: the ensemble of DiffEqGPU.jl.</summary>
internal sealed class LorenzBatchWorkload
{
    public const int Count = 8192;
    private static readonly double[] s_times = [0, 1];
    private static readonly float[] s_initial = [1, 0, 0];
    private readonly OdeBatch<float> _batch = new(Count, 3, 1);
    private readonly BatchIntegrator<float> _integrator;
    private readonly Integrator<float> _one;
    private readonly Single _single = new();
    private readonly Lanes _lanes = new();
    private readonly float[] _states = new float[6];

    public LorenzBatchWorkload(StepSizeControl steps)
    {
        _integrator = new BatchIntegrator<float>(new Tsit5(), steps, 3, 1);
        _one = new Integrator<float>(new Tsit5(), steps, 3);
        _batch.SetTimes(s_times);
        for (int i = 0; i < Count; i++)
        {
            s_initial.CopyTo(_batch.InitialState(i));
            _batch.Parameters(i)[0] = 21f * i / (Count - 1);
        }
    }

    public static StepSizeControl Fixed { get; } = FixedSteps.OfLength(1e-3);

    public static StepSizeControl Adaptive { get; } = new AdaptiveSteps { RelativeTolerance = 1e-6, AbsoluteTolerance = 1e-6 };

    /// <summary>Steps that all trajectories take together.</summary>
    public long Steps => Enumerable.Range(0, Count).Sum(i => _batch.Result(i).Statistics.AcceptedSteps + _batch.Result(i).Statistics.RejectedSteps);

    /// <summary>All at once.</summary>
    public void Run(int threads)
    {
        _integrator.Solve(_lanes, _batch, threads);
        _batch.ThrowIfFailed();
    }

    /// <summary>One after the other, on one thread, each in an integrator of its own kind.</summary>
    public void RunOneByOne()
    {
        for (int i = 0; i < Count; i++)
        {
            _single.Rho = _batch.Parameters(i)[0];
            _one.Solve(_single, s_initial, s_times, _states).ThrowIfFailed();
        }
    }

    private sealed class Single : IVectorField<float>
    {
        public float Rho { get; set; }

        public void Evaluate(double t, ReadOnlySpan<float> z, Span<float> dz)
        {
            dz[0] = 10 * (z[1] - z[0]);
            dz[1] = (z[0] * (Rho - z[2])) - z[1];
            dz[2] = (z[0] * z[1]) - (8f / 3 * z[2]);
        }
    }

    private sealed class Lanes : IBatchField<float>
    {
        public bool IsAutonomous => true;

        public void Evaluate(in LaneBlock<float> lanes)
        {
            ReadOnlySpan<Vector512<float>> x = Vectors(lanes.State(0)), y = Vectors(lanes.State(1)), z = Vectors(lanes.State(2)), rho = Vectors(lanes.Parameter(0));
            Span<Vector512<float>> dx = Vectors(lanes.Derivative(0)), dy = Vectors(lanes.Derivative(1)), dz = Vectors(lanes.Derivative(2));
            for (int i = 0; i < dz.Length; i++)
            {
                Vector512<float> a = x[i], b = y[i], c = z[i];
                dx[i] = 10 * (b - a);
                dy[i] = (a * (rho[i] - c)) - b;
                dz[i] = (a * b) - (8f / 3 * c);
            }
        }

        private static ReadOnlySpan<Vector512<float>> Vectors(ReadOnlySpan<float> lanes) => MemoryMarshal.Cast<float, Vector512<float>>(lanes);

        private static Span<Vector512<float>> Vectors(Span<float> lanes) => MemoryMarshal.Cast<float, Vector512<float>>(lanes);
    }
}
