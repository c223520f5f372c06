using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using NeuralOde.Series.Tables;

namespace NeuralOde.Cli.CommandLine;

/// <summary>Makes options whose values are checked while the command line is read, each with one clear line where a value is wrong.</summary>
internal static class Options
{
    private const int MostSeeds = 1_000;
    private const int MostLayers = 20;
    private const int MostWidth = 10_000;

    /// <summary>One of a few names.</summary>
    public static Option<string?> Choice(string name, string noun, IReadOnlyList<string> choices, string description, string helpName)
    {
        return new Option<string?>(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = result => ParseChoice(result, noun, choices),
        };
    }

    /// <summary>A whole number between two bounds.</summary>
    public static Option<long?> Whole(string name, long minimum, long maximum, string description, string helpName = "N")
    {
        return new Option<long?>(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out long value) && value >= minimum && value <= maximum)
                {
                    return value;
                }

                result.AddError($"{name} takes a whole number from {Grouped(minimum)} to {Grouped(maximum)}; got '{text}'.");
                return null;
            },
        };
    }

    /// <summary>A number above 0.</summary>
    public static Option<double?> Positive(string name, string description, string helpName = "X")
    {
        return new Option<double?>(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value > 0 && double.IsFinite(value))
                {
                    return value;
                }

                result.AddError($"{name} takes a number above 0, such as 0.01 or 1e-4 (with a point, not a comma); got '{text}'.");
                return null;
            },
        };
    }

    /// <summary>Widths of layers: whole numbers joined by commas.</summary>
    public static Option<int[]?> WholeList(string name, string description, string helpName = "N,N")
    {
        return new Option<int[]?>(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                var values = new List<int>();
                foreach (string part in text.Split(','))
                {
                    if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value is < 1 or > MostWidth || values.Count == MostLayers)
                    {
                        result.AddError($"{name} takes whole numbers from 1 to {Grouped(MostWidth)} joined by commas, at most {MostLayers}, such as 16,16; got '{text}'.");
                        return null;
                    }

                    values.Add(value);
                }

                return [.. values];
            },
        };
    }

    /// <summary>Seeds: numbers and ranges joined by commas.</summary>
    public static Option<int[]?> Seeds(string name, string description)
    {
        return new Option<int[]?>(name)
        {
            Description = description,
            HelpName = "A-B",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
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
                        result.AddError($"{name} takes seeds from 0 and ranges of them, such as 0-4 or 1,7,20-29, at most {MostSeeds} in a range; got '{text}'.");
                        return null;
                    }

                    values.AddRange(Enumerable.Range(first, last - first + 1));
                }

                return [.. values];
            },
        };
    }

    /// <summary>The name of a file to write.</summary>
    public static Option<string?> File(string name, string description, string helpName) => new(name) { Description = description, HelpName = helpName };

    /// <summary>Something that is on or off.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    /// <summary>A positional value that is one of a few names.</summary>
    public static Argument<string?> ChoiceArgument(string name, string noun, IReadOnlyList<string> choices, string description)
    {
        return new Argument<string?>(name)
        {
            Description = description,
            HelpName = name,
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => ParseChoice(result, noun, choices),
        };
    }

    private static string Grouped(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string? ParseChoice(ArgumentResult result, string noun, IReadOnlyList<string> choices)
    {
        string text = result.Tokens[0].Value;
        string? found = choices.FirstOrDefault(x => string.Equals(x, text, StringComparison.OrdinalIgnoreCase));
        if (found is null)
        {
            result.AddError($"There is no {noun} '{text}'.{NearestName.Suggestion(text, choices)} The choices are {string.Join(", ", choices)}.");
        }

        return found;
    }
}
