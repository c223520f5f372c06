namespace NeuralOde.Settings;

/// <summary>
/// One setting, or a few that belong together, of a record of options. It is declared once: the check, the option of a command line with its help, the text in files,
/// the table in a report and the comparison with a checkpoint come from it.
/// </summary>
/// <typeparam name="TOptions">The record of options, which does not change: a setting makes another one.</typeparam>
public abstract record Setting<TOptions>
{
    /// <summary>The heading under which a help page lists it.</summary>
    /// <value>Default null: a command line cannot change it.</value>
    public string? Group { get; init; }

    /// <summary>Whether a run of these options may be resumed with another value.</summary>
    /// <value>Default null: never.</value>
    public Func<TOptions, bool>? MayDiffer { get; init; }

    /// <summary>Why the setting says nothing about some options, such as "solves no equation"; null from it where the setting applies.</summary>
    /// <value>Default null: it always applies.</value>
    public Func<TOptions, string?>? Unless { get; init; }

    /// <summary>What a user may type for it.</summary>
    public abstract IReadOnlyList<SettingInput<TOptions>> Inputs { get; }

    /// <summary>Whether the setting says anything about these options.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Whether it does.</returns>
    public bool AppliesTo(TOptions options) => Unless?.Invoke(options) is null;

    /// <summary>Names and values as text, from which <see cref="Read"/> makes the same again, to the bit.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Name and value; more than one for settings that belong together.</returns>
    public abstract IEnumerable<(string Name, string Value)> Write(TOptions options);

    /// <summary>Names and values for a reader.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Name and value.</returns>
    public virtual IEnumerable<(string Name, string Value)> Describe(TOptions options) => Write(options);

    /// <summary>Takes the setting from what <see cref="Write"/> wrote.</summary>
    /// <param name="options">Options to change.</param>
    /// <param name="text">Names and values; others among them are passed over.</param>
    /// <returns>The options with the setting.</returns>
    /// <exception cref="SettingException">The setting is missing or wrong.</exception>
    public abstract TOptions Read(TOptions options, IReadOnlyDictionary<string, string> text);

    /// <summary>Takes the setting from what a user typed, where it is among it.</summary>
    /// <param name="options">Options to change.</param>
    /// <param name="given">What was typed, by the names of <see cref="Inputs"/>; a flag that was given has the text "yes".</param>
    /// <returns>The options with the setting.</returns>
    /// <exception cref="SettingException">What was typed is wrong.</exception>
    public abstract TOptions Apply(TOptions options, IReadOnlyDictionary<string, string> given);

    /// <summary>Checks the setting.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="SettingException">The value is out of range.</exception>
    public abstract void Check(TOptions options);
}
