using System.CommandLine;
using NeuralOde.Cli.CommandLine;
using NeuralOde.Cli.Commands;
using NeuralOde.Experiments.Dynamics;
using NeuralOde.Persistence;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;

namespace NeuralOde.Cli.Tests;

public class HelpTests
{
    [Theory]
    [InlineData]
    [InlineData("--help")]
    [InlineData("-h")]
    public void Help_lists_the_commands(params string[] arguments)
    {
        ToolRun run = ToolRun.Of(arguments);
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("learn", run.Out);
        Assert.Contains("--version", run.Out);
        Assert.Empty(run.Error);
    }

    [Fact]
    public void Help_of_a_command_names_every_option_and_shows_examples()
    {
        var context = new ToolContext { Out = TextWriter.Null, Error = TextWriter.Null };
        Command command = LearnCommand.Create(context);
        ToolRun run = ToolRun.Of("learn", "--help");
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.All(command.Options, x => Assert.Contains(x.Name + (x.HelpName is null ? "" : " " + x.HelpName), run.Out));
        Assert.All(LearnCommand.SystemNames, x => Assert.Contains(x, run.Out));
        Assert.Contains("Examples:", run.Out);
    }

    [Fact]
    public void Help_lines_fit_a_terminal_of_100_columns() =>
        Assert.All(ToolRun.Of("learn", "--help").Out.Split('\n'), x => Assert.True(x.TrimEnd().Length <= 100, x));

    [Fact]
    public void Help_is_shown_even_where_the_rest_of_the_line_is_wrong() =>
        Assert.Equal(ExitCode.Success, ToolRun.Of("learn", "nothing", "--help").ExitCode);

    [Fact]
    public void Examples_in_the_help_are_valid_command_lines()
    {
        var context = new ToolContext { Out = TextWriter.Null, Error = TextWriter.Null };
        var command = (ToolCommand)LearnCommand.Create(context);
        Assert.All(command.Examples, x => Assert.Empty(command.Parse(x.Line["neuralode learn ".Length..]).Errors));
    }

    [Fact]
    public void Version_is_one_line()
    {
        ToolRun run = ToolRun.Of("--version");
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Matches(@"^neuralode \d+\.\d+\.\d+\S*\s*$", run.Out);
    }

    [Fact]
    public void Names_that_the_help_speaks_of_are_those_of_the_library()
    {
        // They are written twice so that help need not load the library.
        Assert.Equal(OdeSolver.Names, SharedOptions.SolverNames);
        Assert.Equal(GradientMethod.All.Select(x => x.Name), SharedOptions.GradientNames);
        Assert.Equal(KnownDynamics.All.Select(x => x.Name), LearnCommand.SystemNames);
    }
}
