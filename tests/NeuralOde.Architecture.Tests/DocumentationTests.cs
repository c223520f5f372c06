using System.Text.RegularExpressions;

namespace NeuralOde.Architecture.Tests;

/// <summary>The documents name what there is: every project and folder is on the map, and no link or path leads nowhere.</summary>
public partial class DocumentationTests
{
    public static TheoryData<string> Documents =>
    [
        .. new[] { "", "docs", "benchmarks" }
            .SelectMany(static x => Directory.GetFiles(Repository.PathOf(x), "*.md"))
            .Select(static x => Path.GetRelativePath(Repository.Root, x).Replace('\\', '/')),
    ];

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = File.ReadAllText(Repository.PathOf("NeuralOde.slnx"));
        string[] projects = [.. new[] { "src", "tests", "benchmarks" }.SelectMany(static x => Directory.GetFiles(Repository.PathOf(x), "*.csproj", SearchOption.AllDirectories))];
        Assert.NotEmpty(projects);
        Assert.All(projects, x => Assert.Contains(Path.GetRelativePath(Repository.Root, x).Replace('\\', '/'), solution, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_assembly_and_every_folder_of_it_is_on_the_map()
    {
        string map = File.ReadAllText(Repository.PathOf("docs/architecture.md"));
        string readme = File.ReadAllText(Repository.PathOf("README.md"));
        foreach (string project in Directory.GetFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories))
        {
            string name = Path.GetFileNameWithoutExtension(project);
            Assert.Contains($"| `{name}` |", map, StringComparison.Ordinal);
            Assert.Contains($"[src/{name}](src/{name})", readme, StringComparison.Ordinal);

            // From the assembly's own heading to the next one.
            string section = Regex.Match(map, $@"\*\*`{Regex.Escape(name)}`\*\*.*?(?=\n\*\*|\n## )", RegexOptions.Singleline).Value;
            string[] folders = [.. Directory.GetDirectories(Path.GetDirectoryName(project)!)
                .Where(static x => Directory.EnumerateFiles(x, "*", SearchOption.AllDirectories).Any())
                .Select(static x => Path.GetFileName(x))];
            Assert.All(folders, x => Assert.Contains($"`{x}/`", section, StringComparison.Ordinal));
            string[] all = [.. Directory.GetDirectories(Path.GetDirectoryName(project)!, "*", SearchOption.AllDirectories).Select(static x => Path.GetFileName(x))];
            Assert.All(FolderName().Matches(section), x => Assert.Contains(x.Groups[1].Value, all));
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_lead_somewhere(string document)
    {
        string text = File.ReadAllText(Repository.PathOf(document));
        string folder = Path.GetDirectoryName(Repository.PathOf(document))!;
        Assert.All(Link().Matches(text).Select(static x => x.Groups[1].Value).Where(static x => !x.Contains("://", StringComparison.Ordinal)), link =>
        {
            string[] parts = link.Split('#');
            string target = parts[0].Length == 0 ? Repository.PathOf(document) : Path.GetFullPath(Path.Combine(folder, parts[0]));
            Assert.True(Path.Exists(target), link);
            Assert.True(parts.Length == 1 || Heading().Matches(File.ReadAllText(target)).Any(x => Anchor(x.Groups[1].Value) == parts[1]), link);
        });
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Paths_of_the_repository_exist(string document)
    {
        string text = File.ReadAllText(Repository.PathOf(document));
        Assert.All(RepositoryPath().Matches(text).Select(static x => x.Groups[1].Value), path => Assert.True(Path.Exists(Repository.PathOf(path.TrimEnd('/'))), path));
    }

    /// <summary>The anchor that a heading gets.</summary>
    private static string Anchor(string heading) => NotInAnchor().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"`(\w+)/`")]
    private static partial Regex FolderName();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();

    // A path in code marks that begins with a folder of the root; capital words such as FAMILY stand for something.
    [GeneratedRegex(@"`((?:src|tests|docs|benchmarks|samples|examples|\.ci)/(?:[\w.-]*[a-z][\w.-]*/?)*)`")]
    private static partial Regex RepositoryPath();
}
