using System.Collections;

namespace NeuralOde.Settings;

/// <summary>The settings of a record of options, in the order in which people read them.</summary>
/// <typeparam name="TOptions">The record of options.</typeparam>
/// <param name="settings">The settings.</param>
public sealed class SettingList<TOptions>(IEnumerable<Setting<TOptions>> settings) : IReadOnlyList<Setting<TOptions>>
{
    private readonly Setting<TOptions>[] _settings = [.. settings];

    /// <summary>A rule about several settings together: the problem and what to do about it; null from it where all is well.</summary>
    /// <value>Default null: there is none.</value>
    public Func<TOptions, SettingException?>? Rule { get; init; }

    /// <summary>What options are called where a setting says nothing about them, such as "resnet".</summary>
    /// <value>Default null: they have no name of their own.</value>
    public Func<TOptions, string>? Subject { get; init; }

    /// <inheritdoc/>
    public int Count => _settings.Length;

    /// <inheritdoc/>
    public Setting<TOptions> this[int index] => _settings[index];

    /// <summary>Some of the settings.</summary>
    /// <param name="inputs">The names of what a user may type for them.</param>
    /// <returns>The settings, under the same rule.</returns>
    public SettingList<TOptions> Only(params IReadOnlyList<string> inputs) => With(_settings.Where(x => x.Inputs.Any(y => inputs.Contains(y.Name))));

    /// <summary>The settings that say something about some options.</summary>
    /// <param name="options">The options.</param>
    /// <returns>The settings, under the same rule.</returns>
    public SettingList<TOptions> For(TOptions options) => With(Applying(options));

    /// <summary>The settings under another heading of the help.</summary>
    /// <param name="group">The heading.</param>
    /// <returns>The settings, under the same rule.</returns>
    public SettingList<TOptions> Under(string group) => With(Setting.Group(group, _settings));

    /// <summary>These settings as those of a record that has this one as a part.</summary>
    /// <param name="get">The part.</param>
    /// <param name="with">The whole with another part.</param>
    /// <returns>The settings.</returns>
    public IEnumerable<Setting<TWhole>> In<TWhole>(Func<TWhole, TOptions> get, Func<TWhole, TOptions, TWhole> with) =>
        _settings.Select(x => new IncludedSetting<TWhole, TOptions>(x, get, with));

    /// <summary>Checks every setting that applies, and the rule about them together.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="SettingException">One is out of range, or some exclude one another.</exception>
    public void Check(TOptions options)
    {
        foreach (Setting<TOptions> setting in _settings)
        {
            setting.Check(options);
        }

        if (Rule?.Invoke(options) is { } problem)
        {
            throw problem;
        }
    }

    /// <summary>The settings that apply as text, from which <see cref="FromText"/> makes the same options again.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Names and values.</returns>
    public IReadOnlyList<(string Name, string Value)> ToText(TOptions options) => [.. Applying(options).SelectMany(x => x.Write(options))];

    /// <summary>What must be the same when a run is resumed, as text.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Names and values.</returns>
    public IReadOnlyList<(string Name, string Value)> ToResume(TOptions options) =>
        [.. Applying(options).Where(x => x.MayDiffer?.Invoke(options) != true).SelectMany(x => x.Write(options))];

    /// <summary>The settings that apply, for a reader.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Names and values.</returns>
    public IReadOnlyList<(string Name, string Value)> Describe(TOptions options) => [.. Applying(options).SelectMany(x => x.Describe(options))];

    /// <summary>Reads what <see cref="ToText"/> wrote, each value in its range. The rule about several together is left to <see cref="Check"/>.</summary>
    /// <param name="defaults">Options for what the text says nothing about, because it does not apply.</param>
    /// <param name="text">Names and values; others among them are passed over.</param>
    /// <returns>The options.</returns>
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public TOptions FromText(TOptions defaults, IReadOnlyDictionary<string, string> text)
    {
        TOptions options = defaults;
        foreach (Setting<TOptions> setting in _settings)
        {
            // Those that say which others apply stand before them.
            options = setting.AppliesTo(options) ? setting.Read(options, text) : options;
        }

        return options;
    }

    /// <summary>Puts what a user typed in place of defaults.</summary>
    /// <param name="defaults">The options that a user who types nothing gets.</param>
    /// <param name="given">What was typed, by the names of the inputs; a flag that was given has the text "yes".</param>
    /// <returns>The options.</returns>
    /// <exception cref="SettingException">A value is wrong, says nothing about such options, or two exclude one another.</exception>
    public TOptions Apply(TOptions defaults, IReadOnlyDictionary<string, string> given)
    {
        ArgumentNullException.ThrowIfNull(given);
        TOptions options = _settings.Aggregate(defaults, (x, setting) => setting.Apply(x, given));
        foreach (Setting<TOptions> setting in _settings)
        {
            if (setting.Unless?.Invoke(options) is { } why && setting.Inputs.FirstOrDefault(x => given.ContainsKey(x.Name)) is { } input)
            {
                throw new SettingException(
                    SettingReason.DoesNotApply, input.Name, given[input.Name], $"{Subject?.Invoke(options) ?? "This"} {why}, so it takes no --{input.Name}.");
            }
        }

        return Rule?.Invoke(options) is { } problem ? throw problem : options;
    }

    /// <inheritdoc/>
    public IEnumerator<Setting<TOptions>> GetEnumerator() => ((IEnumerable<Setting<TOptions>>)_settings).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private SettingList<TOptions> With(IEnumerable<Setting<TOptions>> settings) => new(settings) { Rule = Rule, Subject = Subject };

    private IEnumerable<Setting<TOptions>> Applying(TOptions options) => _settings.Where(x => x.AppliesTo(options));
}
