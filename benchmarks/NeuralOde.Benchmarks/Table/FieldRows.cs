using System.Globalization;
using NeuralOde.Benchmarks.Timing;
using NeuralOde.Benchmarks.Workloads;
using NeuralOde.Persistence;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Benchmarks.Table;

/// <summary>Rows about compiled fields and solves.</summary>
internal static class FieldRows
{
    private static readonly string[] s_small = ["cubic", "spiral"];

    public static IEnumerable<TableRow> Fields(BatchTimer timer) => s_small.SelectMany(name => Field(timer, name));

    public static IEnumerable<TableRow> Steps(BatchTimer timer)
    {
        foreach (string name in s_small)
        {
            var field = FieldWorkload.Create(name);
            yield return TableRow.Time($"{name} step", $"{field.Name}: one step", timer.Measure(field.Step().Fixed()), "6 evaluations", SolveWorkload.Steps);
            yield return TableRow.Time(
                $"{name} adjoint step",
                $"{field.Name}: one step of the adjoint system",
                timer.Measure(field.AdjointStep().Fixed()),
                "parameters as a quadrature",
                SolveWorkload.Steps);
        }

        var empty = SolveWorkload.Empty(40);
        yield return TableRow.Time("solver fixed", "the solver alone, 40 floats, fixed steps", timer.Measure(empty.Fixed()), "empty field", SolveWorkload.Steps);
        yield return TableRow.Time(
            "solver adaptive",
            "the solver alone, 40 floats, error norm and controller",
            timer.Measure(empty.Adaptive()),
            "empty field",
            SolveWorkload.Steps);
    }

    public static IEnumerable<TableRow> Wide(BatchTimer timer)
    {
        foreach (TableRow row in Field(timer, "wide"))
        {
            yield return row;
        }

        if (Parallel.IsMeasurable(timer))
        {
            Action<int> run = FieldWorkload.Repeat(FieldWorkload.Create("wide").Adjoint());

            // Longer batches: the helper falls asleep while one thread is measured, and takes a while to wake.
            (Measurement two, double speedup) = new BatchTimer(timer.Clock, batchNanoseconds: 2e7).Compare(Parallel.On(1, run), Parallel.On(2, run));
            yield return TableRow.Time("wide vjp threads", "f and VJP on two threads", two, FormattableString.Invariant($"{speedup:0.00} times one thread's speed"));
        }

        AdjointSolveWorkload solve = FieldWorkload.Create("wide").AdjointSolve(GradientMethod.BacksolveAdjoint, 1e-5, 1e-6);
        Measurement time = timer.Measure(solve.Run);
        yield return TableRow.Time(
            "wide adjoint solve",
            "Dopri5 on [0, 1] at 1e-5, 1e-6, and its gradient by the backsolve adjoint",
            time,
            FormattableString.Invariant($"{solve.Forward.Evaluations} evaluations forward, {solve.Backward.VectorJacobianProducts} backward"));
    }

    public static IEnumerable<TableRow> LotkaVolterra(BatchTimer timer)
    {
        foreach (string tolerance in new[] { "1e-6", "1e-9" })
        {
            var solve = new LotkaVolterraWorkload(new Tsit5(), double.Parse(tolerance, CultureInfo.InvariantCulture), 20);
            Measurement time = timer.Measure(solve.Run);
            string note = FormattableString.Invariant(
                $"{solve.Statistics.Evaluations} evaluations, {solve.Statistics.AcceptedSteps} steps, {solve.Statistics.RejectedSteps} rejected");
            yield return TableRow.Time($"lotka {tolerance}", $"rtol = atol = {tolerance}, memory reused", time, note);
            yield return TableRow.Time($"lotka simple {tolerance}", $"rtol = atol = {tolerance}, Ode.Solve with a lambda", timer.Measure(solve.RunSimple), "every step kept");
        }
    }

    /// <summary>What Boost.odeint's Dormand-Prince method does: the keys are those of the peer.</summary>
    public static IEnumerable<TableRow> Dopri5(BatchTimer timer)
    {
        var start = new LotkaVolterraWorkload(new Dopri5(), 1e-6, 1e-3, isInlined: true);
        yield return TableRow.Time("dopri5 start", "a solve of one step, inlined field: what a solve costs beside its steps", timer.Measure(start.Run), "8 evaluations");
        foreach (string tolerance in new[] { "1e-6", "1e-9" })
        {
            foreach (string form in new[] { "", "-inlined", "-following" })
            {
                foreach (bool isDense in new[] { false, true })
                {
                    yield return Dopri5(timer, tolerance, form, isDense);
                }
            }
        }
    }

    private static TableRow Dopri5(BatchTimer timer, string tolerance, string form, bool isDense)
    {
        double? holdFrom = form == "-following" ? 1 : null;
        var solve = new LotkaVolterraWorkload(
            new Dopri5(), double.Parse(tolerance, CultureInfo.InvariantCulture), 15, isDense ? 300 : 1, isInlined: form != "", holdFrom);
        Measurement time = timer.Measure(solve.Run);
        SolveStatistics x = solve.Statistics;
        string note = FormattableString.Invariant(
            $"{time.Median / (x.AcceptedSteps + x.RejectedSteps):0} ns per step, {x.AcceptedSteps} steps, {x.RejectedSteps} rejected, {x.Evaluations} evaluations, ")
            + FormattableString.Invariant($"error {solve.Error:0.0e+0}");
        string field = form switch { "" => "field behind an interface", "-inlined" => "inlined field", _ => "inlined field, HoldFrom = 1" };
        return TableRow.Time(
            $"dopri5{form}{(isDense ? "-dense" : "")} {tolerance}", $"rtol = atol = {tolerance}, {(isDense ? "301 output times" : "final state")}, {field}", time, note);
    }

    private static IEnumerable<TableRow> Field(BatchTimer timer, string name)
    {
        var field = FieldWorkload.Create(name);
        Measurement[] both = timer.MeasureInTurn(FieldWorkload.Repeat(field.Evaluation()), FieldWorkload.Repeat(field.Adjoint()));
        yield return TableRow.Time($"{name} f", $"{field.Name}: f", both[0]);
        yield return TableRow.Time($"{name} vjp", $"{field.Name}: f and VJP", both[1], "with state and parameters");
    }
}
