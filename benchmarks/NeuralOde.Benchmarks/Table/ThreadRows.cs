using NeuralOde.Benchmarks.Timing;
using NeuralOde.Benchmarks.Workloads;
using NeuralOde.Experiments.LatentSpirals;
using NeuralOde.Experiments.Mnist;
using NeuralOde.Sensitivities;

namespace NeuralOde.Benchmarks.Table;

/// <summary>Rows about what two threads gain where whole steps are divided.</summary>
internal static class ThreadRows
{
    public static IEnumerable<TableRow> Threads(BatchTimer timer)
    {
        if (!Parallel.IsMeasurable(timer))
        {
            Console.WriteLine("Two threads are measured by the wall's clock on two processors: leave out --core and --clock cpu.");
            yield break;
        }

        var published = MnistModelOptions.Published(MnistModel.OdeNet);
        LatentSpiralsOptions latent = LatentSpiralsOptions.Published with { Gradient = GradientMethod.Direct };
        foreach ((string name, Action<int> run) in new (string, Action<int>)[]
        {
            ("MNIST ODE-Net, 32 images, direct gradient: training step", new ImageTrainingWorkload(published with { Gradient = GradientMethod.Direct }).Train),
            ("ResNet of 6 blocks, 32 images: training step", new ImageTrainingWorkload(MnistModelOptions.Published(MnistModel.ResNet)).Train),
            ("MLP 64-128-128-64, batch 512, Dopri5 on [0, 1]: solve and direct gradient", FieldWorkload.Create("wide").AdjointSolve(GradientMethod.Direct, 1e-5, 1e-6).Run),
            ("latent ODE, Euler decoder, direct gradient: training step", new LatentTrainingWorkload(LatentTrainingWorkload.Fresh(latent)).Train),
        })
        {
            // Longer batches: the helper falls asleep while one thread is measured, and takes a while to wake.
            (Measurement two, double speedup) = new BatchTimer(timer.Clock, batchNanoseconds: 1e8).Compare(Parallel.On(1, run), Parallel.On(2, run));
            yield return TableRow.Time($"threads {name}", $"{name}, two threads", two, FormattableString.Invariant($"{speedup:0.00} times one thread's speed"));
        }
    }
}
