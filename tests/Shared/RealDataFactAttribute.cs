namespace NeuralOde.TestSupport;

/// <summary>
/// A test on a published series that is not part of the repository. The files are looked for in the folder that NEURALODE_DATA
/// names, else in ../shared/data beside the repository; without them the test is skipped, and says so.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealDataFactAttribute : FactAttribute
{
    public RealDataFactAttribute(string file)
    {
        if (!File.Exists(PathOf(file)))
        {
            Skip = $"The real series '{file}' is not here. Set NEURALODE_DATA to the folder that holds it, or put it into ../shared/data beside the repository.";
        }
    }

    /// <summary>Where a file is, or would be.</summary>
    public static string PathOf(string file) =>
        Path.Combine(Environment.GetEnvironmentVariable("NEURALODE_DATA") is { Length: > 0 } folder ? folder : Beside(), file);

    private static string Beside()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "NeuralOde.slnx")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.Parent?.FullName ?? AppContext.BaseDirectory, "shared", "data");
    }
}
