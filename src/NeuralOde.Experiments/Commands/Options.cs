namespace NeuralOde.Experiments.Commands;

/// <summary>Makes options whose values are checked while the command line is read, each with one clear line where a value is wrong.</summary>
internal static class Options
{
    private const int MostSeeds = 1_000;

    /// <summary>One of a few names.</summary>
    public static CommandOption<string?> Choice(string name, string noun, IReadOnlyList<string> choices, string description, string helpName, bool isRequired = false) =>
        new(name, description, text => choices.FirstOrDefault(x => string.Equals(x, text, StringComparison.OrdinalIgnoreCase))
            ?? throw new CommandException($"There is no {noun} '{text}'.{NearestName.Suggestion(text, choices)} The choices are {string.Join(", ", choices)}."))
        { ValueName = helpName, IsRequired = isRequired };

    /// <summary>A whole number between two bounds.</summary>
    public static CommandOption<long?> Whole(string name, long minimum, long maximum, string description, string helpName = "N") =>
        new(name, description, text =>
            long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out long value)
            && value >= minimum && value <= maximum
            ? value
            : throw new CommandException($"{name} takes a whole number from {Grouped(minimum)} to {Grouped(maximum)}; got '{text}'."))
        { ValueName = helpName };

    /// <summary>A number above 0.</summary>
    public static CommandOption<double?> Positive(string name, string description, string helpName = "X", bool isRequired = false) =>
        new(name, description, text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value > 0 && double.IsFinite(value)
            ? value
            : throw new CommandException($"{name} takes a number above 0, such as 0.01 or 1e-4 (with a point, not a comma); got '{text}'."))
        { ValueName = helpName, IsRequired = isRequired };

    /// <summary>Seeds: numbers and ranges joined by commas.</summary>
    public static CommandOption<int[]?> Seeds(string name, string description)
    {
        return new CommandOption<int[]?>(name, description, Read) { ValueName = "A-B" };

        int[] Read(string text)
        {
            var values = new List<int>();
            foreach (string part in text.Split(','))
            {
                string[] ends = part.Split('-');
                if (ends.Length > 2
                    || !int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
                    || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int last)
                    || last < first
                    || last - first >= MostSeeds)
                {
                    throw new CommandException($"{name} takes seeds from 0 and ranges of them, such as 0-4 or 1,7,20-29, at most {MostSeeds} in a range; got '{text}'.");
                }

                values.AddRange(Enumerable.Range(first, last - first + 1));
            }

            return [.. values];
        }
    }

    /// <summary>Any text, such as the name of a file or of a column.</summary>
    public static CommandOption<string?> Text(string name, string description, string helpName) => new(name, description) { ValueName = helpName };

    /// <summary>Something that is on or off.</summary>
    public static CommandOption<bool> Flag(string name, string description) => new(name, description);

    private static string Grouped(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
