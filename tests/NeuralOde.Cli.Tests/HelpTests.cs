using System.CommandLine;
using NeuralOde.Cli.Shell;
using NeuralOde.Experiments.Commands;

namespace NeuralOde.Cli.Tests;

public class HelpTests
{
    private static readonly CommandContext s_nowhere = new() { Out = TextWriter.Null, Error = TextWriter.Null };

    public static TheoryData<string> Verbs => [.. Tool.Verbs().Select(x => x.Name)];

    [Theory]
    [InlineData]
    [InlineData("--help")]
    [InlineData("-h")]
    public void Help_lists_the_commands(params string[] arguments)
    {
        var run = ToolRun.Of(arguments);
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.All(Tool.Verbs(), x => Assert.Contains("neuralode " + x.Name, run.Out));
        Assert.Contains("--version", run.Out);
        Assert.Empty(run.Error);
    }

    [Fact]
    public void Help_lists_the_experiments() =>
        Assert.All(Tool.Verbs().Where(x => x.Name.StartsWith("experiment ", StringComparison.Ordinal)), x => Assert.Contains("neuralode " + x.Name, ToolRun.Of("experiment").Out));

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Help_of_a_command_names_every_option_fits_the_terminal_and_shows_valid_examples(string verb)
    {
        CommandDescription description = Tool.Verbs().Single(x => x.Name == verb);
        var command = new ToolCommand(description, s_nowhere, isNamed: true);
        var run = ToolRun.Of([.. verb.Split(' '), "--help"]);
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.All(command.Options, x => Assert.Contains(x.Name + (x.HelpName is null ? "" : " " + x.HelpName), run.Out));
        Assert.All(run.Out.Split('\n'), x => Assert.True(x.TrimEnd().Length <= HelpWriter.Width, x));
        Assert.NotEmpty(description.Examples);
        Assert.All(description.Examples, x =>
        {
            string[] words = ToolRun.WordsOfExample(x.Line);
            Assert.Empty(Tool.Root(s_nowhere with { Arguments = words }).Parse(words).Errors);
        });
    }

    [Fact]
    public void Help_is_shown_even_where_the_rest_of_the_line_is_wrong() =>
        Assert.Equal(ExitCode.Success, ToolRun.Of("learn", "nothing", "--help").ExitCode);

    [Fact]
    public void Version_is_one_line()
    {
        var run = ToolRun.Of("--version");
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Matches(@"^neuralode \d+\.\d+\.\d+\S*\s*$", run.Out);
    }
}
