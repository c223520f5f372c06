namespace NeuralOde.Experiments.Commands;

/// <summary>
/// The options of a command line that settings make. Several lists may share an option, such as two kinds of model the number of iterations: the help then names the
/// default of each.
/// </summary>
internal sealed class SettingOptions
{
    private const string Yes = "yes";
    private readonly List<Entry> _entries = [];

    /// <summary>The option of a name without dashes in front.</summary>
    public CommandOption this[string name] => _entries.First(x => x.Name == name).Option;

    /// <summary>Adds the settings of a record that a command line can change.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="presets">Default options, and when they apply: "" for always.</param>
    public SettingOptions Add<TOptions>(SettingList<TOptions> settings, params IReadOnlyList<(string When, TOptions Options)> presets)
    {
        foreach (Setting<TOptions> setting in settings.Where(static x => x.Group is not null))
        {
            foreach (SettingInput<TOptions> input in setting.Inputs)
            {
                Entry? entry = _entries.Find(x => x.Name == input.Name);
                if (entry is null)
                {
                    entry = new Entry(input.Name, setting.Group!, input.ValueName, input.Help, input.Fault);
                    _entries.Add(entry);
                }

                entry.Defaults.AddRange(presets.Where(x => setting.AppliesTo(x.Options)).Select(x => (x.When, input.Default(x.Options))));
            }
        }

        return this;
    }

    /// <summary>Adds further options, which are no settings, under the heading of a group.</summary>
    public IReadOnlyList<(string Title, CommandOption[] Options)> Groups(params IReadOnlyList<(string Title, CommandOption[] Options)> further)
    {
        IEnumerable<string> titles = _entries.Select(static x => x.Group).Concat(further.Select(static x => x.Title)).Distinct();
        return [.. titles.Select(title => (title, (CommandOption[])
        [
            .. _entries.Where(x => x.Group == title).Select(static x => x.Option), .. further.Where(x => x.Title == title).SelectMany(static x => x.Options),
        ]))];
    }

    /// <summary>Whether any of them was given.</summary>
    public bool IsGiven(CommandValues values) => _entries.Exists(x => values.IsGiven(x.Option));

    /// <summary>Puts what was typed in place of defaults.</summary>
    /// <exception cref="CommandException">Something that was typed is wrong.</exception>
    public TOptions Apply<TOptions>(SettingList<TOptions> settings, TOptions defaults, CommandValues values)
    {
        var given = _entries.Where(x => values.IsGiven(x.Option)).ToDictionary(static x => x.Name, x => x.Option is CommandOption<string?> option ? values.GetValue(option)! : Yes);
        try
        {
            return settings.Apply(defaults, given);
        }
        catch (SettingException e)
        {
            throw new CommandException(e.Message, inner: e);
        }
    }

    private sealed class Entry(string name, string group, string? valueName, string help, Func<string, string, string?> fault)
    {
        private CommandOption? _option;

        public string Name => name;

        public string Group => group;

        /// <summary>The default value in each case.</summary>
        public List<(string When, string? Value)> Defaults { get; } = [];

        public CommandOption Option => _option ??= valueName is null
            ? new CommandOption<bool>("--" + name, help)
            : new CommandOption<string?>("--" + name, help + DefaultInWords(), Read) { ValueName = valueName };

        private string Read(string text) => fault("--" + name, text) is { } wrong ? throw new CommandException(wrong) : text;

        private string DefaultInWords()
        {
            (string When, string? Value)[] known = [.. Defaults.Where(static x => x.Value is not null)];
            if (known.Length == 0)
            {
                return "";
            }

            string usual = known[0].Value!;
            IEnumerable<string> others = known.Skip(1).Where(x => x.Value != usual).GroupBy(static x => x.Value).Select(
                static x => $"{x.Key} {Join([.. x.Select(static y => y.When)])}");
            return $" Default {string.Join("; ", others.Prepend(known[0].When.Length == 0 ? usual : $"{usual} {known[0].When}"))}.";
        }

        private static string Join(string[] cases) => cases.Length < 3 ? string.Join(" and ", cases) : $"{string.Join(", ", cases[..^1])} and {cases[^1]}";
    }
}
