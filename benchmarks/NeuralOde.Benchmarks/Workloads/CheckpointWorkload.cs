using NeuralOde.Solvers;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>A solve of <c>z' = tanh(W z)</c> by fixed steps of a method, and its transpose, with a recording that may have a budget.</summary>
internal sealed class CheckpointWorkload
{
    private const int Length = 64;

    private readonly Layer _field = new();
    private readonly Integrator<double> _integrator;
    private readonly SolveRecording<double> _recording;
    private readonly double[] _start = [.. Enumerable.Range(0, Length).Select(static i => Math.Cos(i))];
    private readonly double[] _states = new double[2 * Length];
    private readonly double[] _gradient = new double[Length];
    private SolveStatistics _forward;
    private SolveStatistics _backward;

    /// <param name="solver">Method.</param>
    /// <param name="steps">Number of steps.</param>
    /// <param name="maxBytes">Budget in bytes, or none.</param>
    public CheckpointWorkload(OdeSolver solver, int steps, long? maxBytes)
    {
        _integrator = new Integrator<double>(solver, FixedSteps.PerInterval(steps), Length);
        _recording = maxBytes is { } bytes ? new SolveRecording<double>(new RecordingBudget { MaxBytes = bytes }) : new SolveRecording<double>();
        Run(1);
    }

    /// <summary>Bytes of the recording.</summary>
    public long PeakBytes => _recording.PeakBytes;

    /// <summary>Evaluations and products of one solve and its transpose.</summary>
    public long Work => _forward.Evaluations + _backward.Evaluations + _backward.VectorJacobianProducts;

    public void Run(int repetitions)
    {
        for (int i = 0; i < repetitions; i++)
        {
            SolveResult result = _integrator.Solve(_field, _start, [0, 10], _states, _recording);
            result.ThrowIfFailed();
            _forward = result.Statistics;
            _backward = _integrator.Transpose(_recording, _field, _states, _gradient, []);
        }
    }

    private sealed class Layer : IVectorField<double>, IVectorJacobianProduct<double>
    {
        private readonly double[] _weights = [.. Enumerable.Range(0, Length * Length).Select(static i => Math.Sin(1.3 * i) / 8)];
        private readonly double[] _weightGradient = new double[Length * Length];

        public void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
        {
            for (int i = 0; i < Length; i++)
            {
                dz[i] = Math.Tanh(Sum(_weights.AsSpan(i * Length, Length), z));
            }
        }

        public double Evaluate(double t, ReadOnlySpan<double> z, ReadOnlySpan<double> a, Span<double> zGradient)
        {
            zGradient.Clear();
            for (int i = 0; i < Length; i++)
            {
                ReadOnlySpan<double> row = _weights.AsSpan(i * Length, Length);
                Span<double> gradient = _weightGradient.AsSpan(i * Length, Length);
                double value = Math.Tanh(Sum(row, z)), factor = a[i] * (1 - (value * value));
                for (int j = 0; j < Length; j++)
                {
                    zGradient[j] += factor * row[j];
                    gradient[j] += factor * z[j];
                }
            }

            return 0;
        }

        private static double Sum(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
        {
            double sum = 0;
            for (int i = 0; i < x.Length; i++)
            {
                sum += x[i] * y[i];
            }

            return sum;
        }
    }
}
