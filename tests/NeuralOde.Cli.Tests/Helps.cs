using System.CommandLine;
using NeuralOde.Cli.CommandLine;
using NeuralOde.Persistence;

namespace NeuralOde.Cli.Tests;

/// <summary>What the help of every command must be.</summary>
internal static class Helps
{
    public static void Check(Command command, params string[] path)
    {
        ToolRun run = ToolRun.Of([.. path, "--help"]);
        string name = string.Join(' ', path.Prepend("neuralode"));
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.All(command.Options, x => Assert.Contains(x.Name + (x.HelpName is null ? "" : " " + x.HelpName), run.Out));
        Assert.All(((ToolCommand)command).Examples, x => Assert.Empty(command.Parse(x.Line[(name.Length + 1)..]).Errors));
        Assert.All(run.Out.Split('\n'), x => Assert.True(x.TrimEnd().Length <= 100, x));
        Assert.Contains(name, run.Out);
        Assert.Contains(name, ToolRun.Of("--help").Out);
    }
}
