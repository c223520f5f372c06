using NeuralOde.Benchmarks.Timing;
using NeuralOde.Tensors;

namespace NeuralOde.Benchmarks.Table;

/// <summary>Work on several threads, in a table of work on one.</summary>
internal static class Parallel
{
    /// <summary>Whether two threads can be measured: the clock of one thread says nothing about two, and neither does one core.</summary>
    public static bool IsMeasurable(BatchTimer timer) => timer.Clock.IsWall && !ProcessorCore.IsPinned && Environment.ProcessorCount > 1;

    /// <summary>The same work on a given number of threads.</summary>
    public static Action<int> On(int threads, Action<int> run) => n =>
    {
        ComputeSettings.Process.MaxThreads = threads;
        run(n);
        ComputeSettings.Process.MaxThreads = 1;
    };
}
