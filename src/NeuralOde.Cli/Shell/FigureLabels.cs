namespace NeuralOde.Cli.Shell;

/// <summary>What a user wants figures to say: a title, and units of the columns.</summary>
/// <param name="Title">The title; null for the usual one.</param>
/// <param name="Units">Units by the names of columns.</param>
internal sealed record FigureLabels(string? Title, IReadOnlyDictionary<string, string> Units)
{
    /// <summary>Whether the panels of a column share their vertical scale; null to decide by their ranges.</summary>
    public bool? SharesScales { get; init; }

    /// <summary>Nothing of the user's.</summary>
    public static FigureLabels None { get; } = new(null, new Dictionary<string, string>());

    public static CommandOption<string?> TitleOption() => Options.Text("--title", "The title of the report and of its figure.", "TEXT");

    public static CommandOption<string?> UnitOption() => Options.Text("--unit", "Units of columns for the axes, such as Concentration=mg/L,Time=h.", "COLUMN=UNIT");

    public static CommandOption<string?> ScalesOption() => Options.Choice(
        "--scales", "way to scale panels", ["auto", "shared", "free"],
        "Whether the panels of a column share their vertical scale: auto shares it where their ranges are alike.", "NAME");

    /// <summary>What --scales asks for; null for auto.</summary>
    public static bool? SharesOf(string? scales) => scales switch { "shared" => true, "free" => false, _ => null };

    /// <summary>Reads what was typed.</summary>
    /// <param name="title">The title; null where none was given.</param>
    /// <param name="units">Pairs of a column and its unit, joined by commas; null where none were given.</param>
    /// <param name="columns">The columns that can have one.</param>
    /// <exception cref="CommandException">A pair is none, or there is no such column.</exception>
    public static FigureLabels Of(string? title, string? units, IReadOnlyList<string> columns)
    {
        var byName = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string pair in (units ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int at = pair.IndexOf('=', StringComparison.Ordinal);
            CommandException.ThrowIf(at < 1 || at == pair.Length - 1, $"--unit takes columns with their units, such as Concentration=mg/L,Time=h; got '{pair}'.");
            string name = pair[..at].TrimEnd();
            CommandException.ThrowIf(
                !columns.Contains(name), $"--unit: there is no column '{name}' in the figure.{Settings.NearestName.Suggestion(name, columns)} The columns are "
                    + $"{string.Join(", ", columns)}.");
            byName[name] = pair[(at + 1)..].TrimStart();
        }

        return new FigureLabels(title, byName);
    }

    /// <summary>The unit of a column; null where none was given.</summary>
    public string? UnitOf(string column) => Units.GetValueOrDefault(column);
}
