namespace NeuralOde.Experiments.Mnist;

/// <summary>A classifier in a file that a command line names.</summary>
internal static class ClassifierFile
{
    /// <summary>A trained classifier.</summary>
    /// <exception cref="CommandException">There is no such file.</exception>
    public static ImageClassifier Load(string path)
    {
        InputFiles.Check(path, "a model in it", advice: $"'neuralode experiment mnist --save {Path.GetFileName(path)}' makes a model.");
        return ImageClassifier.Load(path);
    }
}
