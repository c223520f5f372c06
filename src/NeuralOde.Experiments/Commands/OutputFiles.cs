namespace NeuralOde.Experiments.Commands;

/// <summary>Checks that files can be written before hours of work depend on it, and writes them.</summary>
internal static class OutputFiles
{
    /// <summary>Checks the files of one command.</summary>
    /// <param name="files">The option that names each file, and its path; null paths are left out.</param>
    /// <exception cref="CommandException">One of them cannot be written, or two are the same.</exception>
    public static void Check(params IEnumerable<(string Option, string? Path)> files) => Check(null, files);

    /// <summary>Checks the files of a command that reads one, which none of them may replace.</summary>
    /// <param name="input">The file that is read; null where there is none.</param>
    /// <param name="files">The option that names each file, and its path; null paths are left out.</param>
    /// <exception cref="CommandException">One of them cannot be written, is the one that is read, or two are the same.</exception>
    public static void Check(string? input, params IEnumerable<(string Option, string? Path)> files)
    {
        var seen = new Dictionary<string, string>(OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
        if (!string.IsNullOrWhiteSpace(input))
        {
            seen.Add(Real(input), "");
        }

        foreach ((string option, string? path) in files)
        {
            if (path is null)
            {
                continue;
            }

            Check(option, path);
            if (!IsDevice(Path.GetFullPath(path)) && !seen.TryAdd(Real(path), option))
            {
                string other = seen[Real(path)];
                throw new CommandException(other.Length == 0
                    ? $"{option} {path} would replace the file that is read. Name another."
                    : $"{option} and {other} name the same file, {path}. Give each its own.");
            }
        }
    }

    /// <summary>Checks that the endings of files say what is written into them.</summary>
    /// <param name="files">The option that names each file, its path, and the endings that fit; null paths are left out.</param>
    /// <exception cref="CommandException">A file ends in something else.</exception>
    public static void CheckEndings(params IEnumerable<(string Option, string? Path, string[] Endings)> files)
    {
        foreach ((string option, string? path, string[] endings) in files)
        {
            CommandException.ThrowIf(
                path is not null && !IsDevice(Path.GetFullPath(path)) && !endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase),
                $"{option} takes a file that ends in {string.Join(" or ", endings)}; got '{path}'.");
        }
    }

    /// <summary>Writes a file if one is requested, and prints its name. Of several processes only the first one writes.</summary>
    /// <param name="context">Where it is said.</param>
    /// <param name="what">What is written, as a noun.</param>
    /// <param name="path">The file; null if none is requested.</param>
    /// <param name="write">Writes it.</param>
    public static void Write(CommandContext context, string what, string? path, Action<string> write)
    {
        if (path is not null && context.IsFirst)
        {
            write(path);
            context.Out.WriteLine($"Wrote the {what} to {path}");
        }
    }

    private static void Check(string option, string path)
    {
        CommandException.ThrowIf(string.IsNullOrWhiteSpace(path), $"{option} takes the name of a file; got an empty one.");
        CommandException.ThrowIf(Directory.Exists(path) || Path.EndsInDirectorySeparator(path), $"{option} takes a file, and '{path}' is a folder. Name a file inside it.");
        string full = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(full) ?? full;
        CommandException.ThrowIf(!Directory.Exists(folder), $"Cannot write {option} '{path}': the folder '{folder}' does not exist. Create it first, or choose another.");
        if (IsDevice(full))
        {
            return;
        }

        try
        {
            if (File.Exists(full))
            {
                using var existing = new FileStream(full, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            }

            // A file is written beside its place and then renamed, so the folder must take new files.
            string probe = Path.Combine(folder, $".neuralode-{Guid.NewGuid():N}.tmp");
            using var test = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"Cannot write {option} '{path}': {e.Message}", inner: e);
        }
    }

    /// <summary>The full path with every link followed, so that two names of one file are seen to be one.</summary>
    private static string Real(string path)
    {
        string full = Path.GetFullPath(path);
        string? folder = Path.GetDirectoryName(full);
        if (folder is null)
        {
            return full;
        }

        full = Path.Combine(Real(folder), Path.GetFileName(full));
        try
        {
            return File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName is { } target && target != full ? Real(target) : full;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No such file yet, or links that go in a circle: then nothing of value is there.
            return full;
        }
    }

    private static bool IsDevice(string path) => path.StartsWith("/dev/", StringComparison.Ordinal) && File.Exists(path);
}
