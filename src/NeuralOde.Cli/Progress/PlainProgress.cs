using NeuralOde.Training;

namespace NeuralOde.Cli.Progress;

/// <summary>A line now and then, for logs.</summary>
internal sealed class PlainProgress(TextWriter writer, TimeProvider? clock = null) : IProgress<TrainingProgress>
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(30);
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private long _last = (clock ?? TimeProvider.System).GetTimestamp();
    private int _iteration;

    public void Report(TrainingProgress value)
    {
        // A short run writes a few lines and a long one does not fill a log, but half a minute never passes in silence.
        TimeSpan since = _clock.GetElapsedTime(_last);
        bool moved = value.Iteration - _iteration >= 0.05 * value.Iterations;
        if (value.Iteration == value.Iterations || since >= Most || (since >= Least && moved))
        {
            _last = _clock.GetTimestamp();
            _iteration = value.Iteration;
            writer.WriteLine(ProgressText.Line(value));
        }
    }
}
