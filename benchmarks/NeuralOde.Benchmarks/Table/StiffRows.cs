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
            yield return Row(timer, name, tolerance, withJacobian: true, new Bdf());
            yield return Row(timer, name, tolerance, withJacobian: false, new Bdf());
        }

        foreach (string tolerance in new[] { "1e-4", "1e-8" })
        {
            yield return Row(timer, "robertson-1e5", tolerance, withJacobian: true, new Rodas5P());
            yield return Row(timer, "robertson-1e5", tolerance, withJacobian: false, new Rodas5P());
        }
    }

    public static IEnumerable<TableRow> Rows(BatchTimer timer)
    {
        foreach (OdeSolver solver in new OdeSolver[] { new Kvaerno5(), new RadauIIA5(), new Bdf(), new Rodas5P() })
        {
            foreach (bool inBlocks in new[] { true, false })
            {
                var solve = new RowsWorkload(solver, 64, inBlocks);
                Measurement time = timer.Measure(solve.Run);
                SolveStatistics x = solve.Statistics;
                yield return TableRow.Time(
                    $"rows {solver.Name}{(inBlocks ? "" : " whole")}",
                    $"64 rows of a network 2-16-2 at 1e-6, {solver.Name}, {(inBlocks ? "Jacobian in blocks" : "Jacobian as one matrix")}",
                    time,
                    $"{x.AcceptedSteps} steps, {x.Factorizations} factorizations, {x.Jacobians} Jacobians");
            }
        }
    }

    /// <summary>One solve. BDF's key is that of the peer; the others' say their method.</summary>
    private static TableRow Row(BatchTimer timer, string name, string tolerance, bool withJacobian, OdeSolver solver)
    {
        var solve = new StiffWorkload(name, withJacobian, double.Parse(tolerance, CultureInfo.InvariantCulture), solver);
        Measurement time = timer.Measure(solve.Run);
        SolveStatistics x = solve.Statistics;
        long attempts = x.AcceptedSteps + x.RejectedSteps;
        string note = FormattableString.Invariant(
            $"{solver.Name}: {time.Median / attempts:0} ns per step, {x.AcceptedSteps} steps, {x.RejectedSteps} rejected, {x.Evaluations} evaluations, ")
            + FormattableString.Invariant($"{x.Factorizations} factorizations, {x.Jacobians} Jacobians; error {solve.Error:0.0} tolerances");
        string key = $"stiff {name} {tolerance}{(withJacobian ? "" : "-fd")}{(solver is Bdf ? "" : $" {solver.Name}")}";
        return TableRow.Time(key, $"{name} at {tolerance}, {solver.Name}, {(withJacobian ? "Jacobian given" : "finite differences")}", time, note);
    }
}
