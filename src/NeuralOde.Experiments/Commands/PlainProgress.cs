namespace NeuralOde.Experiments.Commands;

/// <summary>A line now and then, for logs.</summary>
internal sealed class PlainProgress(TextWriter writer, TimeProvider? clock = null) : IProgress<ProgressMark>
{
    private static readonly TimeSpan s_least = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(30);
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private long _last = (clock ?? TimeProvider.System).GetTimestamp();
    private long _done;

    public void Report(ProgressMark value)
    {
        // A short run writes a few lines and a long one does not fill a log, but half a minute never passes in silence.
        TimeSpan since = _clock.GetElapsedTime(_last);
        bool moved = value.Done - _done >= 0.05 * value.Total;
        if (value.IsMilestone || since >= s_most || (since >= s_least && moved))
        {
            _last = _clock.GetTimestamp();
            _done = value.Done;
            writer.WriteLine(value.Line());
        }
    }
}
