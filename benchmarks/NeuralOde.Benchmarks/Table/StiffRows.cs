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
        foreach ((string name, string tolerance) in new[] { ("robertson-1e5", "1e-4"), ("robertson-1e5", "1e-6"), ("robertson-1e5", "1e-8"), ("hires", "1e-6"), ("chain", "1e-6") })
        {
            foreach (bool withJacobian in new[] { true, false })
            {
                var solve = new StiffWorkload(name, withJacobian, double.Parse(tolerance, CultureInfo.InvariantCulture));
                Measurement time = timer.Measure(solve.Run);
                SolveStatistics x = solve.Statistics;
                long attempts = x.AcceptedSteps + x.RejectedSteps;
                string steps = FormattableString.Invariant($"{time.Median / attempts:0} ns a step, {x.AcceptedSteps} steps, {x.RejectedSteps} rejected");
                string work = FormattableString.Invariant($"{x.Evaluations} evaluations, {x.Factorizations} factorizations, {x.Jacobians} Jacobians; error {solve.Error:0} tolerances");
                string key = $"stiff {name} {tolerance}{(withJacobian ? "" : "-fd")}";
                yield return TableRow.Time(key, $"{name} at {tolerance}, {(withJacobian ? "Jacobian given" : "finite differences")}", time, $"{steps}, {work}");
            }
        }
    }
}
