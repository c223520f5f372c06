using System.Globalization;
using NeuralOde.Benchmarks.Timing;
using NeuralOde.Benchmarks.Workloads;
using NeuralOde.Solvers;

namespace NeuralOde.Benchmarks.Table;

/// <summary>Rows about gradients with recordings of limited memory.</summary>
internal static class CheckpointRows
{
    private const int Steps = 500;

    public static IEnumerable<TableRow> Checkpoints(BatchTimer timer)
    {
        foreach (OdeSolver solver in new OdeSolver[] { new Dopri5(), new RungeKutta4() })
        {
            var direct = new CheckpointWorkload(solver, Steps, null);
            double time = 0;
            foreach (int share in new[] { 1, 10, 50 })
            {
                CheckpointWorkload workload = share == 1 ? direct : new CheckpointWorkload(solver, Steps, direct.PeakBytes / share);
                Measurement measured = timer.Measure(workload.Run);
                time = share == 1 ? measured.Median : time;
                string note = string.Create(CultureInfo.InvariantCulture, 
                    $"{measured.Median / time:0.00} times the time, {(double)workload.Work / direct.Work:0.00} times the evaluations and products, "
                        + $"{workload.PeakBytes / 1024} KiB");
                yield return TableRow.Time($"checkpoints {solver.Name} {share}", share == 1 ? $"{solver.Name}, every step kept" : $"{solver.Name}, 1/{share} of the memory",
                    measured, note);
            }
        }
    }
}
