namespace NeuralOde.Experiments.Mnist;

/// <summary>The options that say which images a command sees.</summary>
internal sealed class ImageOptions
{
    public CommandOption<string?> Data { get; } = Options.Text(
        "--data", $"The folder with the images. Default: the folder that {ImageCollection.EnvironmentVariable} names.", "DIR");

    public CommandOption<string?> Dataset { get; } = Options.Choice(
        "--dataset",
        "data set",
        [.. ImageCollection.All.Select(static x => x.Name)],
        $"Which images: {string.Join(" or ", ImageCollection.All.Select(static x => x.Name))}. Default {ImageCollection.All[0].Name}.",
        "NAME");

    public CommandOption<long?> TrainImages { get; } = Options.Whole("--train-images", 1, 10_000_000, "Learns from the first N images of the training set only.");

    public CommandOption<long?> TestImages { get; } = Options.Whole("--test-images", 1, 10_000_000, "Measures on the first N images of the test set only.");

    /// <summary>The data set that is named, else the one of that name, else the first.</summary>
    public ImageCollection Collection(CommandValues parsed, string? otherwise = null) =>
        ImageCollection.All.First(x => x.Name == (parsed.GetValue(Dataset) ?? otherwise ?? ImageCollection.All[0].Name));
}
