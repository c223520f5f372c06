using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using NeuralOde.Persistence;

namespace NeuralOde.Cli.CommandLine;

/// <summary>Writes the help of a command: usage, examples, options in groups, notes.</summary>
internal sealed class HelpWriter(TextWriter writer) : SynchronousCommandLineAction
{
    private const int Width = 100;
    private const int Column = 28;

    public override bool ClearsParseErrors => true;

    public static string Version { get; } = typeof(HelpWriter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public override int Invoke(ParseResult parseResult)
    {
        Write(parseResult.CommandResult.Command);
        return ExitCode.Success;
    }

    public void Write(Command command)
    {
        Wrap(command.Description ?? "", 0, 0);
        Heading("Usage");
        writer.WriteLine("  " + Usage(command));
        var tool = command as ToolCommand;

        // The examples of a command with commands below it are the first one of each.
        (string Line, string Meaning)[] examples = command.Subcommands.Count > 0 ? [.. Leaves(command).SelectMany(static x => x.Examples.Take(1))] : [.. tool?.Examples ?? []];
        if (examples.Length > 0)
        {
            Heading("Examples");
            foreach ((string line, string meaning) in examples)
            {
                writer.WriteLine("  " + line);
                Wrap(meaning, 6, 6);
            }
        }

        Rows("Commands", command.Subcommands.Where(static x => !x.Hidden).Select(static x => (x.Name, x.Description)));
        Rows("Arguments", command.Arguments.Where(static x => !x.Hidden).Select(static x => (Label(x), x.Description)));
        foreach ((string title, Option[] options) in tool?.Groups ?? [])
        {
            Rows(title, options.Where(static x => !x.Hidden).Select(static x => (Label(x), x.Description)));
        }

        Rows("Other", command is RootCommand ? [("-h, --help", "Shows this; 'neuralode COMMAND --help' says more."), ("--version", "Shows the version.")] : [("-h, --help", "Shows this.")]);
        foreach (string note in tool?.Notes ?? [])
        {
            writer.WriteLine();
            foreach (string line in note.Split('\n'))
            {
                if (line.StartsWith(' '))
                {
                    writer.WriteLine(line);
                }
                else
                {
                    Wrap(line, 0, 0);
                }
            }
        }
    }

    /// <summary>What is typed to name a command, such as "neuralode experiment mnist".</summary>
    public static string Path(Command command)
    {
        string? above = command.Parents.OfType<Command>().Select(Path).FirstOrDefault();
        return command is RootCommand ? "neuralode" : above is null ? command.Name : $"{above} {command.Name}";
    }

    private static IEnumerable<ToolCommand> Leaves(Command command) =>
        command.Subcommands.OfType<ToolCommand>().SelectMany(static x => x.Subcommands.Count > 0 ? Leaves(x) : [x]);

    private static string Usage(Command command)
    {
        List<string> words = [Path(command)];
        words.AddRange(command.Arguments.Select(Label));
        if (command.Subcommands.Count > 0)
        {
            words.Add("COMMAND");
        }

        words.Add("[options]");
        return string.Join(' ', words);
    }

    private static string Label(Argument argument) => argument.HelpName ?? argument.Name.ToUpperInvariant();

    private static string Label(Option option)
    {
        string names = string.Join(", ", option.Aliases.Prepend(option.Name).OrderBy(static x => x.Length));
        return option.HelpName is null ? names : $"{names} {option.HelpName}";
    }

    private void Heading(string title)
    {
        writer.WriteLine();
        writer.WriteLine(title + ":");
    }

    private void Rows(string title, IEnumerable<(string Label, string? Description)> rows)
    {
        (string Label, string? Description)[] all = [.. rows];
        if (all.Length == 0)
        {
            return;
        }

        Heading(title);
        foreach ((string label, string? description) in all)
        {
            string start = "  " + label;
            if (start.Length > Column - 2)
            {
                writer.WriteLine(start);
                start = "";
            }

            writer.Write(start.PadRight(Column));
            Wrap(description ?? "", 0, Column);
        }
    }

    /// <summary>Writes words, broken where the width ends.</summary>
    private void Wrap(string text, int first, int rest)
    {
        writer.Write(new string(' ', first));
        int at = Math.Max(first, rest);
        bool start = true;
        foreach (string word in text.Split(' '))
        {
            if (!start && at + 1 + word.Length > Width)
            {
                writer.WriteLine();
                writer.Write(new string(' ', rest));
                at = rest;
                start = true;
            }

            writer.Write(start ? word : " " + word);
            at += word.Length + (start ? 0 : 1);
            start = false;
        }

        writer.WriteLine();
    }
}
