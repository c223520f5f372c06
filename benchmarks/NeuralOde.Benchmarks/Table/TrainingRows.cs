using NeuralOde.Benchmarks.Timing;
using NeuralOde.Benchmarks.Workloads;
using NeuralOde.Persistence;
using NeuralOde.Sensitivities;

namespace NeuralOde.Benchmarks.Table;

/// <summary>Rows about training iterations.</summary>
internal static class TrainingRows
{
    private const int Runs = 7;

    public static IEnumerable<TableRow> Training(BatchTimer timer)
    {
        foreach (GradientMethod gradient in new[] { GradientMethod.Direct, GradientMethod.BacksolveAdjoint })
        {
            foreach (TableRow row in Rows(timer.Clock, "spiral", "spiral network, Euler", gradient, TrainingWorkload.Spiral(gradient)))
            {
                yield return row;
            }
        }

        foreach (GradientMethod gradient in new[] { GradientMethod.Direct, GradientMethod.BacksolveAdjoint })
        {
            foreach (TableRow row in Rows(timer.Clock, "cubic", "cubic demo, Dopri5", gradient, TrainingWorkload.Cubic(gradient)))
            {
                yield return row;
            }
        }
    }

    private static IEnumerable<TableRow> Rows(Clock clock, string key, string name, GradientMethod gradient, TrainingWorkload training)
    {
        Measurement compiled = RunTimer.Measure(clock, training.Iterations, Runs, training.Train);
        string note = FormattableString.Invariant(
            $"mean of iterations 1-{training.Iterations}, {training.ForwardEvaluations:0.0} evaluations forward, {training.BackwardEvaluations:0.0} backward");
        yield return TableRow.Time($"{key} {gradient.Name}", $"{name}, {gradient.Name}: compiled step", compiled, note);
        yield return TableRow.Bytes(
            $"{key} {gradient.Name} bytes", $"{name}, {gradient.Name}: allocated by it", training.AllocatedBytes, "managed, an iteration: captures are checked");
        Measurement tape = RunTimer.Measure(clock, training.Iterations, Runs, training.TrainOnTape);
        yield return TableRow.Time($"{key} {gradient.Name} tape", $"{name}, {gradient.Name}: tensors and tape", tape);
        yield return TableRow.Bytes($"{key} {gradient.Name} tape bytes", $"{name}, {gradient.Name}: allocated by them", training.AllocatedBytes, "managed, an iteration");
    }
}
