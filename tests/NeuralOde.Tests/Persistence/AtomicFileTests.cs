using System.Globalization;
using NeuralOde.Persistence;

namespace NeuralOde.Tests.Persistence;

public class AtomicFileTests
{
    [Fact]
    public void File_is_created_and_replaced()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.txt");

        AtomicFile.WriteText(path, "a long first content");
        AtomicFile.Write(path, stream => stream.Write([0x68, 0x69]));

        Assert.Equal("hi", File.ReadAllText(path));
        Assert.Equal(["a.txt"], folder.Names());
    }

    [Fact]
    public void Old_file_survives_a_failure_and_nothing_else_remains()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.txt");
        AtomicFile.WriteText(path, "old");

        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write([1, 2, 3]);
            throw new InvalidOperationException("midway");
        }));

        Assert.Equal("midway", thrown.Message);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(["a.txt"], folder.Names());
    }

    [Fact]
    public void Target_does_not_change_before_the_end()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.txt");
        AtomicFile.WriteText(path, "old");

        AtomicFile.WriteText(path, text =>
        {
            text.Write("new");
            text.Flush();
            Assert.Equal("old", File.ReadAllText(path));
        });

        Assert.Equal("new", File.ReadAllText(path));
    }

    [Fact]
    public void Stream_may_be_closed_by_the_writer()
    {
        using var folder = new TemporaryFolder();

        AtomicFile.Write(folder.File("a"), stream =>
        {
            stream.WriteByte(7);
            stream.Dispose();
        });

        Assert.Equal([7], File.ReadAllBytes(folder.File("a")));
    }

    [Fact]
    public void Text_is_plain_utf_8_in_the_invariant_culture()
    {
        using var folder = new TemporaryFolder();

        AtomicFile.WriteText(folder.File("a"), text =>
        {
            Assert.Equal(CultureInfo.InvariantCulture, text.FormatProvider);
            text.WriteLine(0.5);
            text.Write("µ");
        });

        Assert.Equal("0.5\nµ"u8.ToArray(), File.ReadAllBytes(folder.File("a")));
    }

    [Fact]
    public void Missing_folder_is_named_and_not_created()
    {
        using var folder = new TemporaryFolder();
        string missing = folder.File("missing");

        DirectoryNotFoundException thrown = Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.WriteText(Path.Combine(missing, "a.txt"), "x"));

        Assert.Contains($"the folder '{missing}' does not exist", thrown.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Names());
    }

    [Fact]
    public void Folder_is_refused_as_a_target()
    {
        using var folder = new TemporaryFolder();

        Assert.Contains("is a folder", Assert.Throws<IOException>(() => AtomicFile.WriteText(folder.Path, "x")).Message, StringComparison.Ordinal);
        Assert.Contains("is a folder", Assert.Throws<IOException>(() => AtomicFile.WriteText(folder.File("new") + "/", "x")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => AtomicFile.WriteText(" ", "x"));
    }

    [Fact]
    public void Symbolic_link_keeps_pointing_to_the_file_that_is_replaced()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.WriteText(folder.File("real"), "old");
        try
        {
            File.CreateSymbolicLink(folder.File("link"), folder.File("real"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Windows allows links to some users only; without one there is nothing to test.
            return;
        }

        AtomicFile.WriteText(folder.File("link"), "new");

        Assert.Equal("new", File.ReadAllText(folder.File("real")));
        Assert.NotNull(new FileInfo(folder.File("link")).LinkTarget);
    }

    [Fact]
    public void Permissions_of_the_old_file_are_kept()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var folder = new TemporaryFolder();
        AtomicFile.WriteText(folder.File("a"), "old");
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.SetUnixFileMode(folder.File("a"), OwnerOnly);

        AtomicFile.WriteText(folder.File("a"), "new");

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(folder.File("a")));
    }

    [Fact]
    public void Device_is_written_and_not_replaced()
    {
        if (!File.Exists("/dev/null"))
        {
            return;
        }

        AtomicFile.WriteText("/dev/null", "gone");

        Assert.Empty(File.ReadAllBytes("/dev/null"));
    }
}
