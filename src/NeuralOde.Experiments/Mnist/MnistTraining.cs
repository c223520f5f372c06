namespace NeuralOde.Experiments.Mnist;

/// <summary>The training of a classifier as every command does it, so that one command can resume what another has started.</summary>
internal static class MnistTraining
{
    /// <summary>Makes the network and its run.</summary>
    /// <exception cref="CommandException">A setting, or the checkpoint that is resumed, does not fit.</exception>
    public static (Layer Network, ImageClassifierTrainer Trainer) Prepare(
        MnistModelOptions model, ImageTrainingOptions training, MnistData data, bool isResumed) => UserFault.Checked(() =>
    {
        Layer network = MnistModels.Create(model, new RandomSource(training.Batches.Seed).Split(), data.Training.Rows, data.Training.Columns, data.Training.Classes);
        var trainer = new ImageClassifierTrainer(network, data.Training, data.Measured, training);
        if (isResumed)
        {
            trainer.Resume(training.CheckpointPath!);
        }

        return (network, trainer);
    });

    public static ImageTrainingResult Run(CommandContext context, ImageClassifierTrainer trainer, string title) =>
        ProgressView.Run<ImageTrainingProgress, ImageTrainingResult>(context, title, ImageProgressText.Mark, progress => trainer.Run(progress, context.CancellationToken));

    public static string Title(MnistModelOptions model, ImageTrainingOptions training, MnistData data, ImageCollection collection, Layer network) =>
        $"Training {ClassifierText.Model(model)} on {Whole(data.Training.Count)} images of {collection.Title} ({Whole(network.Parameters.ValueCount)} parameters; "
            + $"seed {training.Batches.Seed})";

    private static string Whole(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
