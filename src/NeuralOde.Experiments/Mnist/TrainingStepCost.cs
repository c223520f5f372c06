using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace NeuralOde.Experiments.Mnist;

/// <summary>What a training step of a classifier takes, measured.</summary>
/// <param name="Parameters">Learned numbers.</param>
/// <param name="PeakBytes">
/// The memory that the model and a training step hold: parameters, gradients, the optimizer's state, compiled programs, everything that the forward pass
/// keeps for the backward one. The library's memory is managed arrays that are lent and taken back but not given up, so what is held after a few steps is the
/// most that one of them needed.
/// </param>
/// <param name="Time">The median time of a step, optimizer included.</param>
/// <param name="ForwardEvaluations">Evaluations of the field in the solve of a step; 0 without an ODE.</param>
/// <param name="BackwardEvaluations">The same for its gradient, vector-Jacobian products included.</param>
public sealed record TrainingStepCost(int Parameters, long PeakBytes, TimeSpan Time, long ForwardEvaluations, long BackwardEvaluations)
{
    // The first compiles and takes memory, the second runs code that is not yet optimized.
    private const int WarmUpSteps = 2;

    /// <summary>Makes a classifier, lets it take some training steps on random images, and gives it up again.</summary>
    /// <param name="create">Makes the classifier: from images <c>[batch, rows, columns, 1]</c> to logits <c>[batch, classes]</c>.</param>
    /// <param name="batchSize">Images in a batch, at least 1.</param>
    /// <param name="rows">Height of an image.</param>
    /// <param name="columns">Width of an image.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="steps">Steps that are timed, at least 1; some more go before.</param>
    /// <param name="cancellationToken">Looked at before every step.</param>
    /// <returns>What a step took.</returns>
    /// <remarks>Other work of the process counts: measure while it rests.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="Solvers.OdeSolveException">A solve failed.</exception>
    public static TrainingStepCost Measure(
        Func<Layer> create, int batchSize = 32, int rows = 28, int columns = 28, int classes = 10, int steps = 5, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);

        // A new thread begins with empty pools, and what it has taken goes with it: nothing is left for the next measurement to find.
        TrainingStepCost? cost = null;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                cost = MeasureHere(create, batchSize, rows, columns, classes, steps, cancellationToken);
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return cost!;
    }

    private static TrainingStepCost MeasureHere(Func<Layer> create, int batchSize, int rows, int columns, int classes, int steps, CancellationToken cancellationToken)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Layer classifier = create();
        classifier.SwitchToTraining();
        var optimizer = new Adam(classifier.Parameters, 0.001);
        var step = new ClassifierStep(classifier, classes);
        ImageBatch batch = Random(batchSize, rows, columns, classes);
        double[] times = new double[steps];
        ImageTrainingStep last = default;
        for (int i = 0; i < WarmUpSteps + steps; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            last = step.Run(batch);
            optimizer.Step();
            if (i >= WarmUpSteps)
            {
                times[i - WarmUpSteps] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }

        long held = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(classifier);
        GC.KeepAlive(optimizer);
        GC.KeepAlive(step);
        GC.KeepAlive(batch);
        Array.Sort(times);
        double median = 0.5 * (times[(steps - 1) / 2] + times[steps / 2]);
        return new TrainingStepCost(classifier.Parameters.ValueCount, held, TimeSpan.FromSeconds(median), last.ForwardEvaluations, last.BackwardEvaluations);
    }

    private static ImageBatch Random(int batchSize, int rows, int columns, int classes)
    {
        Tensor values = new RandomSource(0).Uniform([batchSize * rows * columns], 0, 255);
        byte[] pixels = [.. values.ToDoubles().Select(static x => (byte)x)];
        byte[] labels = [.. Enumerable.Range(0, batchSize).Select(i => (byte)(i % classes))];
        string[] names = [.. Enumerable.Range(0, classes).Select(static i => $"{i}")];
        return new ImageBatches(new ImageDataset(pixels, labels, rows, columns, names), new ImageBatchOptions { BatchSize = batchSize }).Get(0, 0);
    }
}
