namespace NeuralOde.Experiments.Commands;

/// <summary>One point of a grid of settings.</summary>
/// <param name="Label">The settings that the grid varies, with their values.</param>
/// <param name="Values">The command line with these values.</param>
internal sealed record GridPoint(string Label, CommandValues Values);

/// <summary>A grid of settings: all combinations of some values of some settings, such as <c>hidden=8:16</c> and <c>learning-rate=0.003:0.01</c>.</summary>
internal static class SettingGrid
{
    private const int MostPoints = 10_000;

    /// <summary>The points of a grid; one, without a label, where nothing was asked for.</summary>
    /// <param name="texts">A setting with its values each.</param>
    /// <param name="options">The command's settings.</param>
    /// <param name="names">The settings that may be varied.</param>
    /// <param name="parsed">What else was typed.</param>
    /// <exception cref="CommandException">A text is no such setting, or a value cannot be.</exception>
    public static IReadOnlyList<GridPoint> Of(IReadOnlyList<string> texts, SettingOptions options, IReadOnlyList<string> names, CommandValues parsed)
    {
        List<GridPoint> points = [new GridPoint("", parsed)];
        HashSet<string> seen = [];
        foreach (string text in texts)
        {
            string[] parts = text.Split('=', 2, StringSplitOptions.TrimEntries);
            string name = parts[0].TrimStart('-');
            string[] values = parts.Length == 2 ? parts[1].Split(':', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [];
            CommandException.ThrowIf(values.Length == 0, $"--grid takes a setting and its values, such as --grid hidden=8:16; got '{text}'.");
            CommandException.ThrowIf(!names.Contains(name), $"--grid varies settings of the fit, and '{name}' is none.{NearestName.Suggestion(name, names)}");
            CommandException.ThrowIf(!seen.Add(name) || parsed.IsGiven(options[name]), $"--{name} is given twice, once by --grid. Omit one.");
            CommandException.ThrowIf(points.Count * (long)values.Length > MostPoints, $"--grid has more than {MostPoints:N0} combinations. Give fewer values.");
            CommandOption option = options[name];
            points =
            [
                .. points.SelectMany(point => values.Select(value => new GridPoint(
                    $"{point.Label}{(point.Label.Length > 0 ? " " : "")}{name}={value}",
                    point.Values.With(option, option.IsFlag ? Flag(name, value) : option.Read(value))))),
            ];
        }

        return points;
    }

    private static object Flag(string name, string value) =>
        value == "yes" ? true : throw new CommandException($"--{name} is on or off: --grid takes yes for it, and no point without it; got '{value}'.");
}
