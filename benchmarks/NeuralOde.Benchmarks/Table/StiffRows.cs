using System.Globalization;
using NeuralOde.Benchmarks.Timing;
using NeuralOde.Benchmarks.Workloads;
using NeuralOde.Persistence;
using NeuralOde.Solvers;

namespace NeuralOde.Benchmarks.Table;

/// <summary>Rows about stiff problems.</summary>
internal static class StiffRows
{
    public static IEnumerable<TableRow> Stiff(BatchTimer timer)
    {
        foreach (string name in new[] { "robertson-1e5", "hires", "chain" })
        {
            foreach (bool withJacobian in new[] { true, false })
            {
                var solve = new StiffWorkload(name, withJacobian, 1e-6);
                Measurement time = timer.Measure(solve.Run);
                SolveStatistics x = solve.Statistics;
                long attempts = x.AcceptedSteps + x.RejectedSteps;
                string note = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{time.Median / attempts:0} ns per step, {x.AcceptedSteps} steps, {x.RejectedSteps} rejected, {x.Evaluations} evaluations, "
                        + $"{x.Factorizations} factorizations, {x.Jacobians} Jacobians; error {solve.Error:0} tolerances");
                yield return TableRow.Time(withJacobian ? $"stiff {name}" : $"stiff {name}-fd", $"{name}, {(withJacobian ? "Jacobian given" : "finite differences")}", time, note);
            }
        }
    }
}
