using NeuralOde.Benchmarks.Workloads;
using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Losses;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Benchmarks.Scaling;

/// <summary>What grows: samples, widths, steps, series.</summary>
internal static class ScalingSweeps
{
    private const int Samples = 64;
    private const int Times = 20;

    public static IReadOnlyList<ScalingSweep> All { get; } =
    [
        new("batch", "2-64-64-2 tanh: f and its vector-Jacobian products, by the batch", "samples", "sample", Decades(1, 100_000).Select(Batch)),
        new("width", "w-w-w tanh, 64 samples: f and its vector-Jacobian products, by the width w", "width", "multiply-add", Doublings(2, 2048).Select(Width)),
        new("steps", "2-16-2 tanh, 20 samples: a Runge-Kutta solve and its direct gradient, by the steps", "steps", "step", Decades(10, 1_000_000).Select(Steps)),
        new("series", "2-16-2 tanh, 20 points: a training step with Euler's method and Adam, by the series", "series", "series", Decades(1, 10_000).Select(Series)),
    ];

    private static ScalingCase Batch(int size) => Field(size, size, new Mlp(2, [64, 64], 2, Activation.Tanh, random: new RandomSource(4)), [size, 2]);

    // Two layers, each with its product and the two of its gradient.
    private static ScalingCase Width(int size) => Field(
        size, 6.0 * Samples * size * size, new Mlp(size, [size], size, Activation.Tanh, random: new RandomSource(4)), [Samples, size]);

    private static ScalingCase Field(int size, double units, Mlp network, Shape shape)
    {
        Program<float> program = new FieldWorkload("", network.AsField(), shape).Adjoint();
        return new(size, units, FieldWorkload.Repeat(program), () => (long)program.ArenaLength * sizeof(float));
    }

    private static ScalingCase Steps(int size)
    {
        VectorField field = new Mlp(2, [16], 2, Activation.Tanh, random: new RandomSource(4)).AsField();
        var ode = new OdeBlock(field) { Solver = new RungeKutta4(), Steps = FixedSteps.PerInterval(size), GradientMethod = GradientMethod.Direct };
        var solve = new AdjointSolveWorkload(ode.Compile<float>([20, 2]), new RandomSource(3).Normal([20, 2]).ToArray<float>(), 0, 1);
        return new(size, size, solve.Run, () => solve.Bytes);
    }

    private static ScalingCase Series(int size)
    {
        var network = new Mlp(2, [16], 2, Activation.Tanh, random: new RandomSource(4));
        var ode = new OdeBlock(network.AsField()) { Solver = new Euler(), Steps = FixedSteps.OfLength(0.05) };
        var random = new RandomSource(3);
        float[] initial = random.Normal([size, 2]).ToArray<float>(), observed = random.Normal([Times, size, 2]).ToArray<float>();
        double[] times = [.. Enumerable.Range(0, Times).Select(static i => 0.1 * i)];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var trainer = new TrajectoryTrainer<float>(ode, [size, 2], Loss.MeanSquared, new Optimizers.Adam(network.Parameters));
        return new(
            size,
            size,
            n =>
            {
                for (int i = 0; i < n; i++)
                {
                    trainer.Step(initial, times, observed);
                }
            },
            () => GC.GetTotalMemory(forceFullCollection: true) - before);
    }

    private static IEnumerable<int> Decades(int from, int to)
    {
        for (int size = from; size <= to; size *= 10)
        {
            yield return size;
        }
    }

    private static IEnumerable<int> Doublings(int from, int to)
    {
        for (int size = from; size <= to; size *= 2)
        {
            yield return size;
        }
    }
}
