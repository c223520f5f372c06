using NeuralOde.Distributed;

namespace NeuralOde.Experiments.Mnist.PaperTable;

/// <summary>The training of a table's runs, shared by processes. A type of its own, so that one process loads nothing of it.</summary>
internal static class MnistTableTraining
{
    /// <summary>Trains, or resumes, all runs that are not finished; each is kept in its checkpoint.</summary>
    /// <param name="context">Where to print, and which processes there are.</param>
    /// <param name="runs">The runs.</param>
    /// <param name="data">The images.</param>
    /// <param name="collection">What they are called.</param>
    /// <returns>The exit code: that of success also where some runs failed, but not all.</returns>
    public static int Share(CommandContext context, (MnistTableRow Row, ImageTrainingOptions Training)[] runs, MnistData data, ImageCollection collection)
    {
        int failed = 0;
        int told = HandOut.Run(
            (Communicator)context.Processes!,
            runs.Length,
            (i, cancellation) =>
            {
                (MnistTableRow row, ImageTrainingOptions training) = runs[i];
                (Layer network, ImageClassifierTrainer trainer) = MnistTraining.Prepare(row.Model, training, data, isResumed: File.Exists(training.CheckpointPath));
                ImageTrainingResult result = MnistTraining.Run(context, trainer, MnistTraining.Title(row.Model, training, data, collection, network));
                return result.Outcome switch
                {
                    TrainingOutcome.Canceled => throw new OperationCanceledException(cancellation),
                    TrainingOutcome.Diverged => throw new DistributedException(DistributedReason.WorkFailed, result.Failure?.Problem ?? "It diverged."),
                    _ => [],
                };
            },
            result =>
            {
                string path = runs[result.Number].Training.CheckpointPath!;
                bool isDone = result.Outcome == HandOutOutcome.Done;
                failed += isDone ? 0 : 1;
                context.Error.WriteLine(isDone ? $"Trained {path}" : $"neuralode: training of {path} failed: {result.Failure.ReplaceLineEndings(" ")}");
            },
            context.CancellationToken);
        if (!context.IsFirst)
        {
            return ExitCode.Success;
        }

        if (told < runs.Length)
        {
            context.Error.WriteLine($"neuralode: stopped after {told} of {runs.Length} runs. The same command resumes them.");
            return ExitCode.Canceled;
        }

        return failed == runs.Length ? ExitCode.Failure : ExitCode.Success;
    }
}
