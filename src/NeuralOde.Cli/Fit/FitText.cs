namespace NeuralOde.Cli.Fit;

/// <summary>Sentences that the fits of latent models share.</summary>
internal static class FitText
{
    /// <summary>How long training took, and which model is kept.</summary>
    public static string Learned(TrainingResult training, int validationCount)
    {
        string kept = validationCount > 0
            ? string.Create(CultureInfo.InvariantCulture, $"; the model of iteration {training.BestIteration:N0} is kept, the best on {validationCount} validation series")
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"Learned in {training.Elapsed.TotalSeconds:0.00} s, {InWords.Iterations(training.Losses.Count)}{kept}.");
    }

    /// <summary>How many series train the model, and how many select the best one.</summary>
    public static string Series(int count, int validationCount) => string.Create(
        CultureInfo.InvariantCulture,
        $"{count - validationCount}, and {validationCount} to select the best model");
}
