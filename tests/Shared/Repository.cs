namespace NeuralOde.TestSupport;

/// <summary>The files of the repository that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder that holds NeuralOde.slnx, found above the built tests.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The path of a file or folder, given from the root with '/' between its parts.</summary>
    public static string PathOf(string relative) => Path.Combine([Root, .. relative.Split('/')]);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "NeuralOde.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"NeuralOde.slnx is in no folder above {AppContext.BaseDirectory}.");
    }
}
