using System.CommandLine;
using NeuralOde.Cli.CommandLine;

namespace NeuralOde.Cli.Commands;

/// <summary><c>neuralode experiment</c>: the articles' larger experiments, each a command of its own.</summary>
internal static class ExperimentCommand
{
    public static Command Create(ToolContext context)
    {
        var command = new ToolCommand("experiment", "Runs one of the articles' larger experiments, and reports what came out.")
        {
            Notes = ["'neuralode experiment NAME --help' says what an experiment does and what it takes."],
        };
        command.Add(MnistCommand.Create(context));
        command.Add(MnistTableCommand.Create(context));
        command.Add(MnistCharacteristicsCommand.Create(context));
        command.Add(LatentSpiralsCommand.Create(context));
        command.Add(PerSampleCommand.Create(context));
        command.SetAction(_ => new HelpWriter(context.Out).Write(command));
        return command;
    }
}
