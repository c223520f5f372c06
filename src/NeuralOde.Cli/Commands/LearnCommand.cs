using System.CommandLine;
using NeuralOde.Cli.CommandLine;

namespace NeuralOde.Cli.Commands;

/// <summary><c>neuralode learn</c>: learns a known system back from noisy observations of it.</summary>
internal static class LearnCommand
{
    public static readonly string[] Names = ["spiral", "nonlinear", "cubic"];

    public static Command Create(ToolContext context)
    {
        var name = Options.ChoiceArgument("NAME", "system", Names, "What to learn.");
        var command = new ToolCommand("learn", "Learns a known system back from noisy observations of one trajectory, and reports how well.") { name };
        command.SetAction(_ => ExitCode.Success);
        return command;
    }
}
