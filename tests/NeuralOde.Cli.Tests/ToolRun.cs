using NeuralOde.Cli.Shell;
using NeuralOde.Experiments.Commands;

namespace NeuralOde.Cli.Tests;

/// <summary>One call of the tool, in this process, with what it wrote.</summary>
internal sealed record ToolRun(int ExitCode, string Out, string Error)
{
    public static ToolRun Of(params string[] arguments) => Of(CancellationToken.None, arguments);

    public static ToolRun Of(CancellationToken cancellation, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = Tool.Run(arguments, new CommandContext { Out = output, Error = error, CancellationToken = cancellation });
        return new ToolRun(code, output.ToString(), error.ToString());
    }

    /// <summary>The words after the tool's name in an example, which may start several processes.</summary>
    public static string[] WordsOfExample(string line)
    {
        string[] words = line.Split(' ');
        int tool = words is ["mpirun", "-n", _, ..] ? 3 : 0;
        Assert.Equal("neuralode", words[tool]);
        return words[(tool + 1)..];
    }
}
