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
            foreach (TableRow row in Rows(timer.Clock, "spiral", "spiral network, Euler", gradient, TrainingWorkload.Spiral))
            {
                yield return row;
            }
        }

        foreach (GradientMethod gradient in new[] { GradientMethod.Direct, GradientMethod.BacksolveAdjoint })
        {
            foreach (TableRow row in Rows(timer.Clock, "cubic", "cubic demo, Dopri5", gradient, TrainingWorkload.Cubic))
            {
                yield return row;
            }
        }
    }

    private static IEnumerable<TableRow> Rows(Clock clock, string key, string name, GradientMethod gradient, Func<GradientMethod, TrainingWorkload> create)
    {
        var memory = HeldMemory.Start();
        TrainingWorkload training = create(gradient);
        Measurement compiled = RunTimer.Measure(clock, training.Iterations, Runs, training.Train);
        string note = FormattableString.Invariant(
            $"mean of iterations 1-{training.Iterations}, {training.ForwardEvaluations:0.0} evaluations forward, {training.BackwardEvaluations:0.0} backward; {memory}");
        yield return TableRow.Time($"{key} {gradient.Name}", $"{name}, {gradient.Name}: compiled step", compiled, note);
        const string Looks = "managed, an iteration, all by looks at what was captured, before the 2nd, 4th, 8th … use";
        yield return TableRow.Bytes($"{key} {gradient.Name} bytes", $"{name}, {gradient.Name}: allocated by it", training.AllocatedBytes, Looks);
        Measurement tape = RunTimer.Measure(clock, training.Iterations, Runs, training.TrainOnTape);
        yield return TableRow.Time($"{key} {gradient.Name} tape", $"{name}, {gradient.Name}: tensors and tape", tape);
        yield return TableRow.Bytes($"{key} {gradient.Name} tape bytes", $"{name}, {gradient.Name}: allocated by them", training.AllocatedBytes, "managed, an iteration");
    }
}
