namespace NeuralOde.Settings;

/// <summary>A setting of one value.</summary>
/// <typeparam name="TOptions">The record of options.</typeparam>
/// <typeparam name="T">The type of the value.</typeparam>
public sealed record ValueSetting<TOptions, T> : Setting<TOptions>
{
    private readonly SettingKind<T> _kind;
    private readonly string _help;
    private readonly Func<TOptions, T> _get;
    private readonly Func<TOptions, T, TOptions> _with;

    /// <param name="name">Its name, in words.</param>
    /// <param name="kind">Its values.</param>
    /// <param name="help">What it is, as a sentence.</param>
    /// <param name="get">Its value.</param>
    /// <param name="with">Options with another value.</param>
    internal ValueSetting(string name, SettingKind<T> kind, string help, Func<TOptions, T> get, Func<TOptions, T, TOptions> with)
    {
        Name = name;
        Option = name.Replace(' ', '-');
        (_kind, _help, _get, _with) = (kind, help, get, with);
    }

    /// <summary>Its name, in words.</summary>
    public string Name { get; }

    /// <summary>The option's name without dashes in front.</summary>
    /// <value>Default the name with dashes for spaces.</value>
    public string Option { get; init; }

    /// <summary>What stands for the value in a help page.</summary>
    /// <value>Default by the kind, such as "N" for a whole number.</value>
    public string? ValueName { get; init; }

    /// <summary>Whether the help names the default value.</summary>
    /// <value>Default true; false where the sentence says it.</value>
    public bool NamesDefault { get; init; } = true;

    /// <summary>What a choice is called where a text names none, such as "kind of model".</summary>
    /// <value>Default the name.</value>
    public string? Noun { get; init; }

    /// <summary>Whether the help lists the names of a choice.</summary>
    /// <value>Default true; false where the sentence does.</value>
    public bool ListsNames { get; init; } = true;

    /// <inheritdoc/>
    public override IReadOnlyList<SettingInput<TOptions>> Inputs =>
    [
        new(Option, _kind.ValueName is null ? null : ValueName ?? _kind.ValueName, Help, Fault, NamesDefault && _kind.ValueName is not null ? Default : static _ => null),
    ];

    /// <inheritdoc/>
    public override IEnumerable<(string Name, string Value)> Write(TOptions options) => [(Name, _kind.Write(_get(options)))];

    /// <inheritdoc/>
    public override IEnumerable<(string Name, string Value)> Describe(TOptions options) => [(Name, _kind.Describe(_get(options)))];

    /// <inheritdoc/>
    public override TOptions Read(TOptions options, IReadOnlyDictionary<string, string> text)
    {
        ArgumentNullException.ThrowIfNull(text);
        SettingException.ThrowIf(!text.TryGetValue(Name, out string? value), SettingReason.Missing, Name, null, $"The setting '{Name}' is missing.");
        return _kind.TryRead(value, out T read) && _kind.Allows(read) ? _with(options, read)
            : throw new SettingException(SettingReason.WrongValue, Name, value, $"The setting '{Name}' is '{value}', which cannot be: it is {_kind.Range}.");
    }

    /// <inheritdoc/>
    public override TOptions Apply(TOptions options, IReadOnlyDictionary<string, string> given)
    {
        ArgumentNullException.ThrowIfNull(given);
        if (!given.TryGetValue(Option, out string? text))
        {
            return options;
        }

        return Fault("--" + Option, text) is { } fault
            ? throw new SettingException(SettingReason.WrongValue, Name, text, fault)
            : _kind.TryRead(text, out T value) ? _with(options, value) : options;
    }

    /// <inheritdoc/>
    public override void Check(TOptions options)
    {
        T value = _get(options);
        if (value is null ? !_kind.AllowsNull : !_kind.Allows(value))
        {
            string text = value is null ? "nothing" : _kind.Write(value);
            throw new SettingException(SettingReason.WrongValue, Name, text, $"The setting '{Name}' is {_kind.Range}; got {text}.");
        }
    }

    private string Help
    {
        get
        {
            // The names stand at the end of the first sentence.
            int end = _help.IndexOf(". ", StringComparison.Ordinal) is >= 0 and var first ? first : _help.Length - 1;
            return _kind.Names.Count > 0 && ListsNames ? $"{_help[..end]}: {NameList.Joined(_kind.Names, "or")}{_help[end..]}" : _help;
        }
    }

    private string? Fault(string option, string text) => _kind.TryRead(text, out T value) && _kind.Allows(value) ? null : _kind.Fault(option, Noun ?? Name, text);

    private string? Default(TOptions options) => _kind.Describe(_get(options));
}
