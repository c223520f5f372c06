namespace NeuralOde.Experiments.Commands;

/// <summary>What a command line gave.</summary>
/// <param name="given">The values of the options that were given; true for flags.</param>
internal sealed class CommandValues(IReadOnlyDictionary<CommandOption, object?> given)
{
    /// <summary>Whether it was given.</summary>
    public bool IsGiven(CommandOption option) => given.ContainsKey(option);

    /// <summary>The same with another value of an option.</summary>
    public CommandValues With(CommandOption option, object? value) => new(new Dictionary<CommandOption, object?>(given) { [option] = value });

    /// <summary>Its value, or the type's default where it was not given.</summary>
    public T? GetValue<T>(CommandOption<T> option) => given.TryGetValue(option, out object? value) ? (T?)value : default;
}
