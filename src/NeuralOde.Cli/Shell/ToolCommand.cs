using System.CommandLine;
using System.CommandLine.Parsing;

namespace NeuralOde.Cli.Shell;

/// <summary>A command of the parser, made of a description.</summary>
internal sealed class ToolCommand : Command
{
    private readonly Dictionary<CommandOption, Symbol> _symbols = [];
    private readonly List<(string Title, Option[] Options)> _groups = [];

    /// <summary>Makes a command that does something.</summary>
    /// <param name="description">What it takes and does.</param>
    /// <param name="context">What it may touch.</param>
    /// <param name="isNamed">Whether a command line names it: the others need no options, which take time to make.</param>
    public ToolCommand(CommandDescription description, CommandContext context, bool isNamed)
        : base(description.Name.Split(' ')[^1], description.Summary)
    {
        (Examples, Notes) = (description.Examples, description.Notes);
        if (!isNamed)
        {
            return;
        }

        CommandBody body = description.Body();
        foreach (CommandOption option in body.Arguments)
        {
            var argument = new Argument<object?>(option.Name)
            {
                Description = option.Description,
                HelpName = option.ValueName,
                Arity = option.IsRequired ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne,
                CustomParser = result => Read(option, result),
            };
            Add(argument);
            _symbols.Add(option, argument);
        }

        foreach ((string title, CommandOption[] options) in body.Groups)
        {
            Option[] group = [.. options.Select(Made)];
            _groups.Add((title, group));
            foreach (Option option in group)
            {
                Add(option);
            }
        }

        SetAction(parsed =>
        {
            CommandValues values = Values(parsed);
            CommandException.ThrowIf(
                context.Processes is { Size: > 1 } && !body.IsShared(values),
                $"Several processes cannot share this work, and each of {context.Processes?.Size} would do all of it. Start one process: leave mpirun out.{Advice(description)}");
            return body.Run(context, values);
        });
    }

    /// <summary>Makes a command that has others below it, and shows them.</summary>
    /// <param name="name">What is typed.</param>
    /// <param name="summary">One sentence.</param>
    /// <param name="note">A paragraph after the commands.</param>
    /// <param name="context">Where its help goes.</param>
    public ToolCommand(string name, string summary, string note, CommandContext context) : base(name, summary)
    {
        Notes = [note];
        SetAction(_ => new HelpWriter(context.Out).Write(this));
    }

    /// <summary>Options under their headings, in the help's order.</summary>
    public IReadOnlyList<(string Title, Option[] Options)> Groups => _groups;

    /// <summary>Command lines to copy, each with what it does.</summary>
    public IReadOnlyList<(string Line, string Meaning)> Examples { get; } = [];

    /// <summary>Paragraphs after the options; a line that starts with a space is kept as it is.</summary>
    public IReadOnlyList<string> Notes { get; } = [];

    private static string Advice(CommandDescription description) => description.SharingAdvice is { } advice ? $" {advice}" : "";

    private static object? Read(CommandOption option, ArgumentResult result)
    {
        try
        {
            return option.MostTimes > 1 ? result.Tokens.Select(static x => x.Value).ToArray() : option.Read(result.Tokens[0].Value);
        }
        catch (CommandException e)
        {
            result.AddError(e.Message);
            return null;
        }
    }

    private Option Made(CommandOption option)
    {
        Option made = option.IsFlag
            ? new Option<bool>(option.Name) { Description = option.Description }
            : new Option<object?>(option.Name)
            {
                Description = option.Description,
                HelpName = option.ValueName,
                Required = option.IsRequired,
                Arity = new ArgumentArity(1, option.MostTimes),
                AllowMultipleArgumentsPerToken = false,
                CustomParser = result => Read(option, result),
            };
        _symbols.Add(option, made);
        return made;
    }

    private CommandValues Values(ParseResult parsed)
    {
        var given = new Dictionary<CommandOption, object?>();
        foreach ((CommandOption option, Symbol symbol) in _symbols)
        {
            // A flag that was not given has a result all the same.
            bool isGiven = symbol switch
            {
                Option x => parsed.GetResult(x) is { Implicit: false },
                Argument x => parsed.GetResult(x) is { Tokens.Count: > 0 },
                _ => false,
            };
            if (isGiven)
            {
                given.Add(option, symbol switch
                {
                    Option<bool> x => parsed.GetValue(x),
                    Option<object?> x => parsed.GetValue(x),
                    Argument<object?> x => parsed.GetValue(x),
                    _ => null,
                });
            }
        }

        return new CommandValues(given);
    }
}
