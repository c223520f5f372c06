namespace NeuralOde.Settings;

/// <summary>A setting of a record that is part of another one.</summary>
/// <typeparam name="TOptions">The whole.</typeparam>
/// <typeparam name="TPart">The part.</typeparam>
internal sealed record IncludedSetting<TOptions, TPart> : Setting<TOptions>
{
    private readonly Setting<TPart> _setting;
    private readonly Func<TOptions, TPart> _get;
    private readonly Func<TOptions, TPart, TOptions> _with;

    public IncludedSetting(Setting<TPart> setting, Func<TOptions, TPart> get, Func<TOptions, TPart, TOptions> with)
    {
        (_setting, _get, _with) = (setting, get, with);
        Group = setting.Group;
        MayDiffer = setting.MayDiffer is { } mayDiffer ? x => mayDiffer(get(x)) : null;
        Unless = setting.Unless is { } unless ? x => unless(get(x)) : null;
    }

    public override IReadOnlyList<SettingInput<TOptions>> Inputs =>
        [.. _setting.Inputs.Select(x => new SettingInput<TOptions>(x.Name, x.ValueName, x.Help, x.Fault, options => x.Default(_get(options))))];

    public override IEnumerable<(string Name, string Value)> Write(TOptions options) => _setting.Write(_get(options));

    public override IEnumerable<(string Name, string Value)> Describe(TOptions options) => _setting.Describe(_get(options));

    public override TOptions Read(TOptions options, IReadOnlyDictionary<string, string> text) => _with(options, _setting.Read(_get(options), text));

    public override TOptions Apply(TOptions options, IReadOnlyDictionary<string, string> given) => _with(options, _setting.Apply(_get(options), given));

    public override void Check(TOptions options) => _setting.Check(_get(options));
}
