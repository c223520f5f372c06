using System.CommandLine;
using System.Text.RegularExpressions;
using NeuralOde.Experiments.Commands;

namespace NeuralOde.Cli.Tests;

/// <summary>The command lines that the README prints: the tool understands each, and the files they name are in the repository.</summary>
public partial class ReadmeCommandTests
{
    public static TheoryData<string> Lines => [.. ShellBlock().Matches(File.ReadAllText(Repository.PathOf("README.md")))
        .SelectMany(static x => x.Groups[1].Value.Split('\n'))
        .Select(static x => x.Split(" #")[0].Trim())
        .Where(static x => x.Length > 0)];

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_printed_line_is_understood(string line)
    {
        string[] words = line.Split(' ');
        Assert.All(words.Where(static x => x.StartsWith("samples/", StringComparison.Ordinal)), static x => Assert.True(File.Exists(Repository.PathOf(x)), x));
        Assert.All(words.Where(static x => x.StartsWith("src/", StringComparison.Ordinal)), static x => Assert.True(Directory.Exists(Repository.PathOf(x)), x));
        int arguments = words[0] == "neuralode" ? 1 : Array.IndexOf(words, "--") + 1;
        if (arguments > 0)
        {
            string[] given = words[arguments..];
            using var output = new StringWriter();
            RootCommand root = Tool.Root(new CommandContext { Out = output, Error = output, Arguments = given });
            Assert.Empty(root.Parse(given).Errors.Select(static x => x.Message));
        }
        else
        {
            // The SDK's own commands; CI runs the first two of them as the README prints them, and packs and installs as it says.
            Assert.Equal("dotnet", words[0]);
            Assert.Contains(words[1], new[] { "test", "pack", "tool", "new", "add" });
        }
    }

    [Fact]
    public void A_line_with_a_wrong_option_would_be_found()
    {
        string[] given = ["learn", "spiral", "--sed", "1"];
        using var output = new StringWriter();
        Assert.NotEmpty(Tool.Root(new CommandContext { Out = output, Error = output, Arguments = given }).Parse(given).Errors);
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlock();
}
