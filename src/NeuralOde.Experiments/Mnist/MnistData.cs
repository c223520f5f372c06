using NeuralOde.Series.Evaluation;

namespace NeuralOde.Experiments.Mnist;

/// <summary>The images of a run.</summary>
/// <param name="Training">Those to learn from.</param>
/// <param name="Validation">Those held out of the training set; null where none are.</param>
/// <param name="Test">Those to measure by.</param>
internal sealed record MnistData(ImageDataset Training, ImageDataset? Validation, ImageDataset Test)
{
    /// <summary>What is measured after each epoch.</summary>
    public ImageDataset Measured => Validation ?? Test;

    /// <summary>What it is called.</summary>
    public string MeasuredName => Validation is null ? "test" : "validation";

    public static MnistData Load(CommandValues parsed, ImageOptions options, ImageCollection collection, long? heldOut = null, long seed = 0)
    {
        string? folder = parsed.GetValue(options.Data);
        CommandException.ThrowIf(
            folder is null && string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(ImageCollection.EnvironmentVariable)),
            $"Where are the images? Name their folder with --data DIR, or set {ImageCollection.EnvironmentVariable}. {collection.Needs}");
        ImageDataset training = collection.Load(folder, ImageSplit.Training);
        ImageDataset test = collection.Load(folder, ImageSplit.Test);
        CommandException.ThrowIf(
            (training.Rows, training.Columns) != (test.Rows, test.Columns),
            $"The training images have {training.Rows}x{training.Columns} pixels and the test images {test.Rows}x{test.Columns}. Use both from one data set.");
        ImageDataset? validation = null;
        if (heldOut is long count)
        {
            (training, validation) = count < training.Count
                ? training.HoldOut((int)count, seed)
                : throw new CommandException($"--validation {count} leaves nothing to learn from: the training set has {training.Count} images.");
        }

        return new MnistData(
            parsed.GetValue(options.TrainImages) is long most ? training.Take((int)most) : training,
            validation,
            parsed.GetValue(options.TestImages) is long mostTest ? test.Take((int)mostTest) : test);
    }
}
