using System.Globalization;
using NeuralOde.Benchmarks.Timing;
using NeuralOde.Benchmarks.Workloads;
using NeuralOde.Experiments.LatentSpirals;
using NeuralOde.Experiments.Mnist;
using NeuralOde.Sensitivities;
using NeuralOde.Tensors;

namespace NeuralOde.Benchmarks.Table;

/// <summary>Rows about training steps of whole models.</summary>
internal static class ModelRows
{
    /// <summary>A trained model for the latent rows; null for one with its first values.</summary>
    public static string? LatentModel { get; set; }

    public static IEnumerable<TableRow> Latent(BatchTimer timer)
    {
        LatentSpiralsOptions published = LatentSpiralsOptions.Published;
        foreach ((string key, string name, LatentSpiralsOptions options) in new[]
        {
            ("latent direct", "Euler steps of 0.05, direct gradient", published with { Gradient = GradientMethod.Direct }),
            ("latent backsolve", "Euler steps of 0.05, backsolve adjoint", published),
            ("latent adaptive", "default settings", LatentSpiralsOptions.Default),
        })
        {
            yield return LatentRow(timer, key, name, options);
        }
    }

    // A method of its own, so that the work of one row is gone before the next one's memory is measured.
    private static TableRow LatentRow(BatchTimer timer, string key, string name, LatentSpiralsOptions options)
    {
        var memory = HeldMemory.Start();
        var work = new LatentTrainingWorkload(LatentModel is null
            ? LatentTrainingWorkload.Fresh(options)
            : SpiralModel.Load(LatentModel, x => x with { Solver = options.Solver, Steps = options.Steps, Gradient = options.Gradient }));
        Measurement time = timer.Measure(work.Train);
        var row = TableRow.Time(
            key,
            name,
            time,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{work.ForwardEvaluations} evaluations forward, {work.BackwardEvaluations} backward; decoder's error {work.DecoderError:0.0e-0}; "
                    + $"{(LatentModel is null ? "first values" : "trained")}; {memory}"));
        GC.KeepAlive(work);
        return row;
    }

    public static IEnumerable<TableRow> Mnist(BatchTimer timer)
    {
        var published = MnistModelOptions.Published(MnistModel.OdeNet);
        foreach ((string key, string name, MnistModelOptions options) in new[]
        {
            ("mnist backsolve", "ODE-Net, Euler steps of 0.05, backsolve adjoint", published),
            ("mnist direct", "ODE-Net, Euler steps of 0.05, direct gradient", published with { Gradient = GradientMethod.Direct }),
            ("mnist resnet", "ResNet, 6 blocks", MnistModelOptions.Published(MnistModel.ResNet)),
        })
        {
            foreach (TableRow row in MnistRows(timer, key, name, options))
            {
                yield return row;
            }
        }

        var evaluation = new ImageTrainingWorkload(published);
        foreach (TableRow row in OnOneAndTwo(timer, "mnist evaluation", "ODE-Net, Euler steps of 0.05, evaluation only", evaluation.Evaluate, static () => ""))
        {
            yield return row;
        }
    }

    private static IEnumerable<TableRow> MnistRows(BatchTimer timer, string key, string name, MnistModelOptions options)
    {
        var memory = HeldMemory.Start();
        var work = new ImageTrainingWorkload(options);

        // Tensors outside of programs come from the process's pool, which an earlier row may have filled: what this one holds cannot be told.
        Func<string> note = () => options.HasEquation
            ? FormattableString.Invariant($"{work.ForwardEvaluations} evaluations forward, {work.BackwardEvaluations} backward; {memory}")
            : "";
        return OnOneAndTwo(timer, key, name, work.Train, note);
    }

    private static IEnumerable<TableRow> OnOneAndTwo(BatchTimer timer, string key, string name, Action<int> run, Func<string> note)
    {
        Measurement one = timer.Measure(run);
        yield return TableRow.Time(key, name, one, note());
        if (Parallel.IsMeasurable(timer))
        {
            (Measurement two, double speedup) = timer.Compare(Parallel.On(1, run), Parallel.On(2, run));
            yield return TableRow.Time($"{key} threads", $"{name}, two threads", two, FormattableString.Invariant($"{speedup:0.00} times one thread's speed"));
        }
    }
}
