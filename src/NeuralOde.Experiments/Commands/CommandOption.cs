namespace NeuralOde.Experiments.Commands;

/// <summary>Something that a command line may give: an option with a value, a flag, or a positional value. It does not depend on how command lines are parsed.</summary>
/// <param name="name">Such as "--seed"; for a positional value its name in the help.</param>
/// <param name="description">What the help says.</param>
internal abstract class CommandOption(string name, string description)
{
    public string Name { get; } = name;

    public string Description { get; } = description;

    /// <summary>The placeholder for the value in the help; null for a flag.</summary>
    public string? ValueName { get; init; }

    /// <summary>Whether it must be given.</summary>
    public bool IsRequired { get; init; }

    /// <summary>How many times it may be given; the value is then an array of texts where that is more than once.</summary>
    public int MostTimes { get; init; } = 1;

    public bool IsFlag => ValueName is null;

    /// <summary>What was typed as a value.</summary>
    /// <exception cref="CommandException">It cannot be; the message says what could.</exception>
    public abstract object? Read(string text);
}

/// <summary>Something that a command line may give, with the type of its value.</summary>
/// <param name="name">Such as "--seed"; for a positional value its name in the help.</param>
/// <param name="description">What the help says.</param>
/// <param name="read">Makes a value of what was typed; null where the text is the value.</param>
internal sealed class CommandOption<T>(string name, string description, Func<string, T>? read = null) : CommandOption(name, description)
{
    public override object? Read(string text) => read is null ? text : read(text);
}
