using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>Tells how much of an interval is solved, at most a hundred times per solve and once at its end.</summary>
internal struct ProgressGauge(IProgress<double>? progress, double start, double end)
{
    private const double Interval = 0.01;

    private double _due = Interval;

    /// <summary>Whether nobody listens.</summary>
    public readonly bool IsSilent => progress is null;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Report(double t)
    {
        if (progress is null)
        {
            return;
        }

        double share = t == end ? 1 : (t - start) / (end - start);
        if (share >= _due || t == end)
        {
            progress.Report(share);
            _due = share + Interval;
        }
    }
}
