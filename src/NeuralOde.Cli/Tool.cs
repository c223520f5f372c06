using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using NeuralOde.Cli.CheckGradient;
using NeuralOde.Cli.Density;
using NeuralOde.Cli.Evaluate;
using NeuralOde.Cli.Explain;
using NeuralOde.Cli.Fit;
using NeuralOde.Cli.Forecast;
using NeuralOde.Cli.Predict;
using NeuralOde.Cli.Solve;
using NeuralOde.Experiments;
using NeuralOde.Settings;

namespace NeuralOde.Cli;

/// <summary>The tool: reads a command line, runs its command, and turns failures into a message and an exit code.</summary>
internal static class Tool
{
    private const string TraceVariable = "NEURALODE_TRACE";

    /// <summary>Runs in this process's terminal.</summary>
    public static int Run(string[] arguments)
    {
        bool isShared = ProcessLauncher.HasStartedThis;
        if (isShared)
        {
            // The launcher's end of the output looks like a terminal, whose modes are not to be set in a log.
            Environment.SetEnvironmentVariable("TERM", "dumb");
        }

        using var cancellation = new CancellationTokenSource();

        // The first Ctrl+C asks the command to stop and keep what it has; the second one ends the process as usual.
        using var registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            signal.Cancel = !cancellation.IsCancellationRequested;
            cancellation.Cancel();
        });
        var context = new CommandContext
        {
            Out = Console.Out,
            Error = Console.Error,
            Progress = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb" ? new LiveProgress(Console.Error) : null,
            CancellationToken = cancellation.Token,
        };
        return isShared ? SharedRun.Run(context, cancellation, x => (Run(arguments, x, out bool hasThrown), hasThrown)) : Run(arguments, context);
    }

    /// <summary>Runs anywhere.</summary>
    public static int Run(IReadOnlyList<string> arguments, CommandContext context) => Run(arguments, context, out _);

    /// <summary>Runs anywhere, and says whether the exit code is that of a failure rather than one that the command gave itself.</summary>
    public static int Run(IReadOnlyList<string> arguments, CommandContext context, out bool hasThrown)
    {
        hasThrown = true;
        context = context with { Arguments = arguments };
        RootCommand root = Root(context);
        ParseResult parsed = root.Parse(arguments);
        try
        {
            if (parsed.Errors.Count > 0 && parsed.Action is null or ParseErrorAction)
            {
                if (arguments.Count == 0)
                {
                    new HelpWriter(context.Out).Write(root);
                    hasThrown = false;
                    return ExitCode.Success;
                }

                throw new CommandException(Message(parsed));
            }

            int code = parsed.Invoke(
                new InvocationConfiguration { Output = context.Out, Error = context.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
            hasThrown = false;
            return code;
        }
        catch (CommandException e)
        {
            return Tell(context, parsed, e.Message, e.ExitCode);
        }
        catch (NeuralOdeException e)
        {
            return Tell(context, parsed, OptionAdvice.Describe(e), OptionAdvice.ExitCodeOf(e));
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            context.Failures.WriteLine("neuralode: stopped.");
            return ExitCode.Canceled;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context.Failures.WriteLine($"neuralode: {e.Message}");
            return ExitCode.Failure;
        }
        catch (Exception e)
        {
            // A fault of the tool. Its place helps those who mend it, and nobody else.
            bool isTraced = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(TraceVariable));
            context.Failures.WriteLine(isTraced
                ? $"neuralode: {e}"
                : $"neuralode: unexpected failure, {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")} (Set {TraceVariable}=1 to see where.)");
            return ExitCode.Failure;
        }
    }

    /// <summary>Says what went wrong and, where the command line may be wrong, which help there is.</summary>
    private static int Tell(CommandContext context, ParseResult parsed, string message, int exitCode)
    {
        context.Failures.WriteLine($"neuralode: {message}");
        if (exitCode == ExitCode.Usage && parsed.CommandResult.Command is not RootCommand)
        {
            context.Failures.WriteLine($"'{HelpWriter.Path(parsed.CommandResult.Command)} --help' lists the options.");
        }

        return exitCode;
    }

    /// <summary>Everything that the tool does, in the help's order.</summary>
    internal static IEnumerable<CommandDescription> Verbs()
    {
        CommandDescription[] experiments = [.. ExperimentList.All()];
        return
        [
            experiments[0], FitCommand.Create(), ForecastCommand.Create(), EvaluateCommand.Create(), SolveCommand.Create(), ExplainCommand.Create(), PredictCommand.Create(),
            DensityCommand.Create(),
            SampleCommand.Create(), CheckGradientCommand.Create(), .. experiments[1..],
        ];
    }

    /// <summary>The commands, for the parser.</summary>
    internal static RootCommand Root(CommandContext context)
    {
        var root = new RootCommand("Learns continuous-time dynamics from data: neural differential equations for .NET.");
        var experiments = new ToolCommand(
            "experiment",
            "Runs one of the larger experiments of the articles, and writes a report.",
            "'neuralode experiment NAME --help' describes an experiment and its options.",
            context);
        foreach (CommandDescription verb in Verbs())
        {
            Command parent = verb.Name.StartsWith("experiment ", StringComparison.Ordinal) ? experiments : root;
            parent.Add(new ToolCommand(verb, context, context.Arguments.Contains(verb.Name.Split(' ')[^1])));
        }

        root.Add(experiments);
        foreach (Option option in root.Options)
        {
            if (option is HelpOption)
            {
                option.Action = new HelpWriter(context.Out);
            }
            else if (option is VersionOption)
            {
                option.Action = new VersionWriter(context.Out);
            }
        }

        return root;
    }

    /// <summary>One line on the first thing that is wrong.</summary>
    private static string Message(ParseResult parsed)
    {
        // An unknown option is taken for a positional value where one is still missing, so it is looked for first.
        IEnumerable<string> known = parsed.CommandResult.Command.Options.Concat(parsed.RootCommandResult.Command.Options).SelectMany(static x => x.Aliases.Prepend(x.Name));
        string[] names = [.. known];
        string? unknown = parsed.Tokens.Where(static x => x.Type != System.CommandLine.Parsing.TokenType.Option).Select(static x => x.Value)
            .FirstOrDefault(x => x.StartsWith("--", StringComparison.Ordinal) && x.Length > 2 && !names.Contains(x));
        if (unknown is not null)
        {
            return $"There is no option '{unknown}'.{NearestName.Suggestion(unknown, names)}";
        }

        if (parsed.CommandResult.Command is { Subcommands.Count: > 0 } parent && parsed.UnmatchedTokens.Count > 0)
        {
            string[] commands = [.. parent.Subcommands.Select(static x => x.Name)];
            string noun = parent is RootCommand ? "command" : parent.Name;
            return $"There is no {noun} '{parsed.UnmatchedTokens[0]}'.{NearestName.Suggestion(parsed.UnmatchedTokens[0], commands)} The {noun}s are "
                + $"{string.Join(", ", commands)}; '{HelpWriter.Path(parent)} --help' says more.";
        }

        return parsed.Errors[0].Message;
    }

    private sealed class VersionWriter(TextWriter writer) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            writer.WriteLine(ToolVersion.Text);
            return ExitCode.Success;
        }
    }
}
