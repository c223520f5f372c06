namespace NeuralOde.Experiments.Commands;

/// <summary>Checks that files are there before they are read.</summary>
internal static class InputFiles
{
    /// <summary>Checks one file that a command line names.</summary>
    /// <param name="path">The file.</param>
    /// <param name="instead">What to name where it is a folder, such as "a model in it".</param>
    /// <param name="option">The option that names the file; null where an argument does.</param>
    /// <param name="advice">What to do where there is none, as a sentence; null where there is nothing to say.</param>
    /// <exception cref="CommandException">There is no such file.</exception>
    public static void Check(string path, string instead, string? option = null, string? advice = null)
    {
        if (!File.Exists(path))
        {
            throw new CommandException(
                (option is null ? "" : option + ": ")
                    + (Directory.Exists(path) ? $"'{path}' is a folder. Name {instead}." : $"{(option is null ? "There" : "there")} is no file '{path}'.")
                    + (advice is null || Directory.Exists(path) ? "" : " " + advice));
        }
    }
}
