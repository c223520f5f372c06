using NeuralOde.Benchmarks.Timing;
using NeuralOde.Benchmarks.Workloads;
using NeuralOde.Solvers;

namespace NeuralOde.Benchmarks.Table;

/// <summary>Rows about many problems at once.</summary>
internal static class BatchRows
{
    public static IEnumerable<TableRow> Lorenz(BatchTimer timer)
    {
        foreach ((string key, string work, StepSizeControl steps) in new[]
        {
            ("fixed", "steps of 1e-3", LorenzBatchWorkload.Fixed),
            ("adaptive", "rtol = atol = 1e-6", LorenzBatchWorkload.Adaptive),
        })
        {
            var batch = new LorenzBatchWorkload(steps);
            Measurement[] both = timer.MeasureInTurn(Repeat(() => batch.Run(1)), Repeat(batch.RunOneByOne));
            double ratio = both[1].Median / both[0].Median;
            yield return TableRow.Time(
                $"lorenz {key}",
                $"{work}: in lanes, one thread",
                both[0],
                FormattableString.Invariant($"{batch.Steps} steps, {ratio:0.0} times as fast as one by one"));
            yield return TableRow.Time($"lorenz {key} one by one", $"{work}: one by one, one thread", both[1]);
            if (Parallel.IsMeasurable(timer))
            {
                yield return TableRow.Time($"lorenz {key} threads", $"{work}: in lanes, two threads", timer.Measure(Repeat(() => batch.Run(2))));
            }
        }
    }

    private static Action<int> Repeat(Action run) => n =>
    {
        for (int i = 0; i < n; i++)
        {
            run();
        }
    };
}
