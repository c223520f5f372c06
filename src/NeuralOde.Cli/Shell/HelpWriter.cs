using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace NeuralOde.Cli.Shell;

/// <summary>Writes the help of a command: usage, examples, options in groups, notes.</summary>
internal sealed class HelpWriter(TextWriter writer) : SynchronousCommandLineAction
{
    public const int Width = 80;
    private const int Column = 28;

    public override bool ClearsParseErrors => true;

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
                WriteLine(line);
                Wrap(meaning, 6, 6);
            }
        }

        Rows("Commands", command.Subcommands.Where(static x => !x.Hidden).Select(static x => (x.Name, x.Description)));
        Rows("Arguments", command.Arguments.Where(static x => !x.Hidden).Select(static x => (Label(x), x.Description)));
        foreach ((string title, Option[] options) in tool?.Groups ?? [])
        {
            Rows(title, options.Where(static x => !x.Hidden).Select(static x => (Label(x), x.Description)));
        }

        Rows(
            "Other",
            command is RootCommand
                ? [("-h, --help", "Shows this help; 'neuralode COMMAND --help' shows that of a command."), ("--version", "Shows the version.")]
                : [("-h, --help", "Shows this.")]);
        foreach (string note in tool?.Notes ?? [])
        {
            writer.WriteLine();
            foreach (string line in note.Split('\n'))
            {
                Wrap(line.TrimStart(' '), line.Length - line.TrimStart(' ').Length, Hang(line));
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

    /// <summary>Where the rest of a broken line starts: below what follows a gap of two spaces or more, as in "  name  meaning".</summary>
    private static int Hang(string line)
    {
        int first = line.Length - line.TrimStart(' ').Length, gap = line.IndexOf("  ", first, StringComparison.Ordinal);
        return gap < 0 ? first : gap + line[gap..].Length - line[gap..].TrimStart(' ').Length;
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
            Wrap(description ?? "", 0, Column, Column);
        }
    }

    /// <summary>Writes a command line, continued as a shell reads it where the width ends.</summary>
    private void WriteLine(string line)
    {
        const string Continued = " \\";
        string start = "  ";
        foreach (string word in line.Replace(" --", "\n--", StringComparison.Ordinal).Split('\n'))
        {
            // An option stays together with its value.
            if (start.Length + 1 + word.Length > Width - Continued.Length)
            {
                writer.WriteLine(start + Continued);
                start = "      ";
            }

            start += start.EndsWith(' ') ? word : " " + word;
        }

        writer.WriteLine(start);
    }

    /// <summary>Writes words, broken where the width ends.</summary>
    private void Wrap(string text, int first, int rest, int? atStart = null)
    {
        writer.Write(new string(' ', first));
        int at = atStart ?? first;
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
