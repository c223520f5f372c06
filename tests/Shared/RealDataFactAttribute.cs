using System.Runtime.CompilerServices;

namespace NeuralOde.TestSupport;

/// <summary>
/// A test on a published series that is not part of the repository. The files are looked for in the folder that NEURALODE_DATA
/// names, else in ../shared/data beside the repository; without them the test is skipped, and says so.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealDataFactAttribute : FactAttribute
{
    public RealDataFactAttribute(string file, [CallerFilePath] string? sourceFile = null, [CallerLineNumber] int sourceLine = -1)
        : base(sourceFile, sourceLine)
    {
        if (!File.Exists(PathOf(file)))
        {
            Skip = $"The real series '{file}' is not here. Set NEURALODE_DATA to the folder that holds it, or put it into ../shared/data beside the repository.";
        }
    }

    /// <summary>Where a file is, or would be.</summary>
    public static string PathOf(string file) =>
        Path.Combine(Environment.GetEnvironmentVariable("NEURALODE_DATA") is { Length: > 0 } folder ? folder : Repository.PathOf("../shared/data"), file);
}
