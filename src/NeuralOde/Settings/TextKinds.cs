namespace NeuralOde.Settings;

/// <summary>One of a few values, each with a name.</summary>
internal sealed class ChoiceKind<T>(IReadOnlyList<(string Name, T Value)> choices, bool isOpen, IReadOnlyList<(string Name, T Value)>? aliases = null) : SettingKind<T>
{
    public override string ValueName => "NAME";

    public override IReadOnlyList<string> Names => [.. choices.Select(static x => x.Name)];

    public override string Range => $"one of {string.Join(", ", Names)}";

    public override bool Allows(T value) => isOpen || choices.Any(x => EqualityComparer<T>.Default.Equals(x.Value, value));

    public override bool TryRead(string text, out T value)
    {
        (string Name, T Value) found = choices.Concat(aliases ?? []).FirstOrDefault(x => string.Equals(x.Name, text, StringComparison.OrdinalIgnoreCase));
        value = found.Value;
        return found.Name is not null;
    }

    public override string Write(T value) => choices.FirstOrDefault(x => EqualityComparer<T>.Default.Equals(x.Value, value)).Name ?? value?.ToString() ?? "";
}

/// <summary>The widths of layers.</summary>
internal sealed class WidthsKind : SettingKind<IReadOnlyList<int>>
{
    private const int MostLayers = 20;
    private const int MostWidth = 10_000;

    public override string ValueName => "N,N";

    public override string Range => string.Create(CultureInfo.InvariantCulture, $"whole numbers from 1 to {MostWidth:N0} joined by commas, at most {MostLayers}, such as 16,16");

    public override bool Allows(IReadOnlyList<int> value) => value.Count is > 0 and <= MostLayers && value.All(static x => x is >= 1 and <= MostWidth);

    public override bool TryRead(string text, out IReadOnlyList<int> value)
    {
        int[] widths = [.. text.Split(',').Select(static x => int.TryParse(x, NumberStyles.None, CultureInfo.InvariantCulture, out int width) ? width : 0)];
        value = widths;
        return Array.TrueForAll(widths, static x => x > 0);
    }

    public override string Write(IReadOnlyList<int> value) => string.Join(',', value.Select(static x => x.ToString(CultureInfo.InvariantCulture)));
}

/// <summary>Names joined by commas; a name that holds a comma or a quote stands in quotes, with its own quotes doubled, as in a CSV file.</summary>
internal sealed class NamesKind : SettingKind<IReadOnlyList<string>>
{
    public override string ValueName => "A,B";

    public override string Range => "names joined by commas, such as A,B";

    public override bool Allows(IReadOnlyList<string> value) => value.All(static x => x.Length > 0);

    public override bool TryRead(string text, out IReadOnlyList<string> value)
    {
        List<string> names = [];
        value = names;
        for (int at = 0; at <= text.Length; at++)
        {
            while (at < text.Length && text[at] == ' ')
            {
                at++;
            }

            int end = at;
            if (at < text.Length && text[at] == '"')
            {
                // To the quote that no other follows.
                for (end = at + 1; end < text.Length && (text[end] != '"' || (end + 1 < text.Length && text[end + 1] == '"')); end++)
                {
                    end += text[end] == '"' ? 1 : 0;
                }

                if (end >= text.Length)
                {
                    return false;
                }

                names.Add(text[(at + 1)..end].Replace("\"\"", "\"", StringComparison.Ordinal));
                at = end + 1;
                end = text.IndexOf(',', at) is >= 0 and var next ? next : text.Length;
                if (!string.IsNullOrWhiteSpace(text[at..end]))
                {
                    return false;
                }
            }
            else
            {
                end = text.IndexOf(',', at) is >= 0 and var next ? next : text.Length;
                names.Add(text[at..end].Trim());
            }

            at = end;
        }

        return names.TrueForAll(static x => x.Length > 0);
    }

    public override string Write(IReadOnlyList<string> value) => string.Join(',', value.Select(static x =>
        x.AsSpan().ContainsAny(',', '"') || x.Trim().Length != x.Length ? $"\"{x.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : x));
}

/// <summary>Any text but an empty one.</summary>
internal sealed class TextKind(string valueName) : SettingKind<string>
{
    public override string ValueName => valueName;

    public override string Range => "a text";

    public override bool Allows(string value) => value.Length > 0;

    public override bool TryRead(string text, out string value)
    {
        value = text;
        return true;
    }

    public override string Write(string value) => value;
}

/// <summary>Values of any type that have a text form; null where that has one, too.</summary>
internal sealed class ParsedKind<T>(string valueName, string range, Func<string, (bool IsRead, T Value)> read, Func<T, string> write) : SettingKind<T>
{
    public override string ValueName => valueName;

    public override string Range => range;

    public override bool AllowsNull => true;

    public override bool Allows(T value) => true;

    public override bool TryRead(string text, out T value)
    {
        (bool isRead, value) = read(text);
        return isRead;
    }

    public override string Write(T value) => write(value);
}

/// <summary>Texts and lists that need not be there: then the text is empty.</summary>
internal sealed class OptionalTextKind<T>(SettingKind<T> kind) : SettingKind<T?> where T : class
{
    public override string? ValueName => kind.ValueName;

    public override string Range => kind.Range;

    public override bool AllowsNull => true;

    public override bool Allows(T? value) => value is null || kind.Allows(value);

    public override bool TryRead(string text, out T? value)
    {
        value = null;
        bool isRead = text.Length == 0 || kind.TryRead(text, out value);
        return isRead;
    }

    public override string Write(T? value) => value is null ? "" : kind.Write(value);
}

/// <summary>How the learning rate changes. A user names a cosine or a constant; code may take any schedule.</summary>
internal sealed class ScheduleKind : SettingKind<LearningRateSchedule>
{
    private const string Cosine = "cosine";
    private const string Constant = "constant";

    public override string ValueName => "NAME";

    public override IReadOnlyList<string> Names => [Cosine, Constant];

    public override string Range => $"{Cosine} or {Constant}";

    public override bool Allows(LearningRateSchedule value) => true;

    public override bool TryRead(string text, out LearningRateSchedule value)
    {
        bool isCosine = string.Equals(text, Cosine, StringComparison.OrdinalIgnoreCase);
        value = isCosine ? LearningRateSchedule.Cosine() : LearningRateSchedule.Constant;
        return isCosine || string.Equals(text, Constant, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The name, or the factors at nine points of training where there is none.</summary>
    public override string Write(LearningRateSchedule value) => value == LearningRateSchedule.Constant ? Constant
        : value == LearningRateSchedule.Cosine() ? Cosine
        : string.Join(' ', Enumerable.Range(0, 9).Select(i => value.Factor(i / 8.0).ToString("0.####", CultureInfo.InvariantCulture)));
}
