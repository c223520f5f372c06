using NeuralOde.Benchmarks.Timing;
using NeuralOde.Benchmarks.Workloads;
using NeuralOde.Flows.Divergences;
using NeuralOde.Sensitivities;

namespace NeuralOde.Benchmarks.Table;

/// <summary>Rows about continuous flows.</summary>
internal static class FlowRows
{
    private const int Iterations = 300;
    private const int Seeds = 3;

    // The scale of the first values and the settings of the regularized flow were chosen by trial on seeds below 10. These had no part in it.
    private const int FirstSeed = 10;
    private const int TestPoints = 20_000;

    /// <summary>Where the picture of the regularizers' trade-off goes; null for none.</summary>
    public static string? Pictures { get; set; }

    public static IEnumerable<TableRow> Flows(BatchTimer timer)
    {
        foreach ((string key, string name, DivergenceMethod divergence) in new[]
        {
            ("closed", "closed divergence", DivergenceMethod.Exact),
            ("products", "divergence by products", (DivergenceMethod)new ExactDivergence { UsesClosedForm = false }),
            ("hutchinson", "Hutchinson's divergence", DivergenceMethod.Hutchinson),
        })
        {
            foreach (TableRow row in First(timer, $"flow first {key}", $"first iteration, direct, {name}", new FlowWorkload(0, GradientMethod.Direct, divergence)))
            {
                yield return row;
            }
        }

        foreach (TableRow row in First(timer, "flow first adjoint", "first iteration, adjoint, closed divergence", new(0, GradientMethod.BacksolveAdjoint, DivergenceMethod.Exact)))
        {
            yield return row;
        }

        foreach (GradientMethod gradient in new[] { GradientMethod.Direct, GradientMethod.BacksolveAdjoint })
        {
            yield return Training(timer.Clock, gradient);
        }
    }

    public static IEnumerable<TableRow> Regularized(BatchTimer timer)
    {
        List<(double Evaluations, double Likelihood)> points = [];
        foreach (double weight in new[] { 0, 0.003, 0.01, 0.03, 0.1, 0.3 })
        {
            var work = new RegularizedFlowWorkload(weight, FirstSeed);
            double begun = timer.Clock.Now();
            work.Train();
            double time = timer.Clock.Now() - begun;
            (long evaluations, double likelihood, double energy) = work.Test(TestPoints);
            points.Add((evaluations, likelihood));
            yield return new TableRow(
                FormattableString.Invariant($"flow moons {weight}"), FormattableString.Invariant($"two moons, weights of {weight}: a training run"), "ns", time, time, time,
                FormattableString.Invariant(
                    $"{evaluations} evaluations, held-out {likelihood:0.000} nats, kinetic energy {energy:0.00}; {work.TrainingEvaluations:0.0} evaluations in training"));
        }

        if (Pictures is { } folder)
        {
            TradeoffFigure.Save(points, Path.Combine(folder, "flow-regularization.svg"));
        }
    }

    private static IEnumerable<TableRow> First(BatchTimer timer, string key, string name, FlowWorkload work)
    {
        Action<int> run = work.Repeat();
        Measurement one = timer.Measure(run);
        yield return TableRow.Time(key, name, one, FormattableString.Invariant($"{work.ForwardEvaluations} evaluations forward, {work.BackwardEvaluations} backward"));
        if (Parallel.IsMeasurable(timer))
        {
            (Measurement two, double speedup) = timer.Compare(Parallel.On(1, run), Parallel.On(2, run));
            yield return TableRow.Time($"{key} threads", $"{name}, two threads", two, FormattableString.Invariant($"{speedup:0.00} times one thread's speed"));
        }
    }

    private static TableRow Training(Clock clock, GradientMethod gradient)
    {
        double[][] times = [.. Enumerable.Range(0, Seeds).Select(static _ => new double[Iterations])];
        double[] tests = new double[Seeds];
        double integral = 0;
        (double forward, double backward) = (0, 0);
        for (int seed = 0; seed < Seeds; seed++)
        {
            var work = new FlowWorkload(FirstSeed + seed, gradient, DivergenceMethod.Exact);
            work.Train(clock, times[seed]);
            tests[seed] = work.Test(TestPoints);
            integral = work.Integral();
            (forward, backward) = (Math.Max(forward, work.ForwardEvaluations), Math.Max(backward, work.BackwardEvaluations));
        }

        var time = Measurement.Of(times.Select(static x => x.Average()));
        Array.Sort(tests);
        return TableRow.Time(
            $"flow circles {gradient.Name}", $"two circles, {gradient.Name}: mean of iterations 1-{Iterations}, seeds {FirstSeed}-{FirstSeed + Seeds - 1}", time,
            FormattableString.Invariant($"test negative log-likelihood {tests[0]:0.000}, {tests[1]:0.000}, {tests[2]:0.000}; ")
                + FormattableString.Invariant($"integral of the last density {integral:0.0000}; at the end {forward} evaluations forward, {backward} backward"));
    }
}
