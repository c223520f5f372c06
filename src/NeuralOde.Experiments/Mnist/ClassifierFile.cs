namespace NeuralOde.Experiments.Mnist;

/// <summary>A classifier in a file that a command line names.</summary>
internal static class ClassifierFile
{
    /// <summary>A trained classifier.</summary>
    /// <exception cref="CommandException">There is no such file.</exception>
    public static ImageClassifier Load(string path) => File.Exists(path)
        ? ImageClassifier.Load(path)
        : throw new CommandException(
            Directory.Exists(path)
                ? $"'{path}' is a folder. Name a model in it."
                : $"There is no file '{path}'. 'neuralode experiment mnist --save {Path.GetFileName(path)}' makes a model.");
}
