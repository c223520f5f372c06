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
                yield return Row(timer, name, name, withJacobian, 1e-6, new Bdf());
            }
        }

        foreach ((string key, double tolerance) in new[] { ("robertson-1e-4", 1e-4), ("robertson-1e-8", 1e-8) })
        {
            yield return Row(timer, key, "robertson-1e5", true, tolerance, new Rodas5P());
            yield return Row(timer, key, "robertson-1e5", false, tolerance, new Rodas5P());
        }
    }

    private static TableRow Row(BatchTimer timer, string key, string problem, bool withJacobian, double tolerance, OdeSolver solver)
    {
        var solve = new StiffWorkload(problem, withJacobian, tolerance, solver);
        Measurement time = timer.Measure(solve.Run);
        SolveStatistics x = solve.Statistics;
        long attempts = x.AcceptedSteps + x.RejectedSteps;
        string note = FormattableString.Invariant(
            $"{solver.Name}: {time.Median / attempts:0} ns a step, {x.AcceptedSteps} steps, {x.RejectedSteps} rejected, {x.Evaluations} evaluations, ")
            + FormattableString.Invariant($"{x.Factorizations} factorizations, {x.Jacobians} Jacobians; error {solve.Error:0.0} tolerances");
        return TableRow.Time(withJacobian ? $"stiff {key}" : $"stiff {key}-fd", $"{key}, {(withJacobian ? "Jacobian given" : "finite differences")}", time, note);
    }
}
