using System.Text;

namespace NeuralOde.Persistence;

/// <summary>
/// Writes a whole file or nothing: a reader, or a crash, sees the old content or the new, never a part.
/// </summary>
/// <remarks>
/// The content goes to a temporary file in the same folder (so that the rename stays on one volume), is flushed to the
/// disk, and is renamed over the target. Where the target is a symbolic link, the file that it points to is replaced.
/// On Unix the permissions of the old file are kept. Devices (<c>/dev/stdout</c>) are written directly: there is
/// nothing to protect, and a rename would replace the device.
/// </remarks>
/// <example>
/// <code>
/// AtomicFile.WriteText("report.html", text => text.Write(html));
/// AtomicFile.Write("model.bin", stream => stream.Write(bytes));
/// </code>
/// </example>
public static class AtomicFile
{
    private static readonly UTF8Encoding s_utf8WithoutMark = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Replaces the file at <paramref name="path"/>, or creates it, with what <paramref name="write"/> writes.</summary>
    /// <param name="path">The target, absolute or relative to the current folder.</param>
    /// <param name="write">Writes the content. It may leave the stream open or close it.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty or blank.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist; it is not created.</exception>
    /// <exception cref="IOException">The path is a folder, or writing failed.</exception>
    /// <remarks>Whatever <paramref name="write"/> throws is passed on; the old file stays and the temporary one is removed.</remarks>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(write);

        if (Path.EndsInDirectorySeparator(path) || Directory.Exists(path))
        {
            throw new IOException($"Cannot write the file '{path}': it is a folder. Name a file inside it.");
        }

        string full = Path.GetFullPath(path);
        if (IsDevice(full))
        {
            // Opened by its name, an output that the shell sends to a file would start over at the file's beginning.
            using Stream device = full == "/dev/stdout" ? Console.OpenStandardOutput() : new FileStream(full, FileMode.Open, FileAccess.Write);
            write(device);
            return;
        }

        string target = File.Exists(full) && File.ResolveLinkTarget(full, returnFinalTarget: true) is { } link ? link.FullName : full;
        string folder = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"Cannot write the file '{path}': the folder '{folder}' does not exist. Create it, or choose another path.");
        }

        string temporary = Path.Combine(folder, $".neuralode-{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite))
            {
                write(stream);
                if (stream.CanWrite)
                {
                    stream.Flush(flushToDisk: true);
                }
            }

            if (!OperatingSystem.IsWindows() && File.Exists(target))
            {
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            DeleteQuietly(temporary);
            throw;
        }
    }

    /// <summary>As <see cref="Write"/>, for text: UTF-8 without a byte-order mark, lines ending in a line feed.</summary>
    /// <param name="path">The target, absolute or relative to the current folder.</param>
    /// <param name="write">Writes the text. The writer's culture is invariant.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty or blank.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist; it is not created.</exception>
    /// <exception cref="IOException">The path is a folder, or writing failed.</exception>
    public static void WriteText(string path, Action<TextWriter> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        Write(path, stream =>
        {
            using var writer = new InvariantWriter(stream) { NewLine = "\n" };
            write(writer);
        });
    }

    /// <summary>As <see cref="WriteText(string, Action{TextWriter})"/>, with the whole text at hand.</summary>
    /// <param name="path">The target, absolute or relative to the current folder.</param>
    /// <param name="content">The text.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty or blank.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist; it is not created.</exception>
    /// <exception cref="IOException">The path is a folder, or writing failed.</exception>
    public static void WriteText(string path, string content)
    {
        ArgumentNullException.ThrowIfNull(content);
        WriteText(path, writer => writer.Write(content));
    }

    private static bool IsDevice(string path) =>
        !OperatingSystem.IsWindows() && path.StartsWith("/dev/", StringComparison.Ordinal)
        && !path.StartsWith("/dev/shm/", StringComparison.Ordinal) && File.Exists(path);

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The failure that brought us here is the one to report.
        }
    }

    /// <summary>Leaves the stream open, so that it can be flushed to the disk after the text.</summary>
    private sealed class InvariantWriter(Stream stream) : StreamWriter(stream, s_utf8WithoutMark, bufferSize: 1 << 14, leaveOpen: true)
    {
        public override IFormatProvider FormatProvider => CultureInfo.InvariantCulture;
    }
}
