namespace NeuralOde.Series.Tables;

/// <summary>Which mark stands before the fraction of a number.</summary>
public enum DecimalMark
{
    /// <summary>What each column's numbers show; an error where they can be read in two ways.</summary>
    Automatic,

    /// <summary>A point: 1,234.5.</summary>
    Point,

    /// <summary>A comma: 1.234,5.</summary>
    Comma,
}

/// <summary>How a table of text is read by <see cref="CsvTable"/>. The defaults find everything out, and say what they took.</summary>
public sealed record CsvOptions
{
    /// <summary>What separates the fields; a blank stands for any number of blanks and tabs.</summary>
    /// <value>The default, null, finds it: see <see cref="CsvTable"/>.</value>
    public char? Delimiter { get; init; }

    /// <summary>Which mark stands before the fraction of a number.</summary>
    /// <value><see cref="DecimalMark.Automatic"/>.</value>
    public DecimalMark Decimal { get; init; }

    /// <summary>The settings: what each is called and its help.</summary>
    public static SettingList<CsvOptions> Settings { get; } = new(Setting.Group(
        "Data",
        Setting.Choice(
            "delimiter",
            [("auto", (char?)null), ("comma", ','), ("semicolon", ';'), ("tab", '\t'), ("bar", '|'), ("blank", ' ')],
            "What separates the fields. auto looks at the first rows.",
            (CsvOptions x) => x.Delimiter,
            (x, v) => x with { Delimiter = v },
            isOpen: true,
            aliases: [(",", ','), (";", ';'), ("\t", '\t'), ("\\t", '\t'), ("|", '|'), (" ", ' ')]),
        Setting.Choice(
            "decimal",
            [("auto", DecimalMark.Automatic), ("point", DecimalMark.Point), ("comma", DecimalMark.Comma)],
            "The mark before the fraction of a number. auto looks at each column.",
            (CsvOptions x) => x.Decimal,
            (x, v) => x with { Decimal = v })));
}
