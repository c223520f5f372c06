using NeuralOde.Series.Forecasting;
using NeuralOde.Series.Times;
using NeuralOde.Settings;

namespace NeuralOde.Cli.Fit;

/// <summary>The options of what a user knows of the series: their season and bounds.</summary>
internal sealed class KnownBeforehand
{
    private static readonly (string Unit, double Days)[] s_units =
        [("min", 1 / 1440.0), ("mo", 365.25 / 12), ("s", 1 / 86400.0), ("h", 1 / 24.0), ("d", 1), ("w", 7), ("y", 365.25)];

    public CommandOption<string?> Period { get; } = Options.Text(
        "--period", "The length of the season, in the unit of the times, or for dates such as 1y, 3mo, 1w, 1d, 12h; none for no season. Default: found in the data.", "P");

    public CommandOption<string?> Bounds { get; } = Options.Text(
        "--bounds", "What no value can leave, such as A=0:100,B=0: where a side without a bound stays empty. Default: 0 for columns without a negative value.", "NAME=LOW:HIGH");

    public ForecastOptions Read(CommandValues parsed, TimeSeriesSet set, long seed) => new()
    {
        Period = parsed.GetValue(Period) is { } period ? ReadPeriod(period, set.Time) : null,
        Bounds = parsed.GetValue(Bounds) is { } bounds ? ReadBounds(bounds, set) : [],
        Seed = seed,
    };

    private static double ReadPeriod(string text, TimeAxis axis)
    {
        if (text == "none")
        {
            return 0;
        }

        (string unit, double days) = Array.Find(s_units, x => text.EndsWith(x.Unit, StringComparison.Ordinal));
        CommandException.ThrowIf(
            unit is not null && !axis.IsDate, $"--period {text} names a unit, and times are numbers here. Give the period in the unit of '{axis.Name}', without one.");
        string number = unit is null ? text : text[..^unit.Length];
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double length) && length > 0 && double.IsFinite(length)
            ? length * (unit is null ? 1 : days)
            : throw new CommandException($"--period {text} is not a length of time. Write a positive "
                + $"number{(axis.IsDate ? ", with a unit such as 1y or 12h or in days" : "")}, or none.");
    }

    private static List<ComponentBounds> ReadBounds(string text, TimeSeriesSet set)
    {
        List<ComponentBounds> bounds = [];
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            int equals = part.LastIndexOf('='), colon = part.LastIndexOf(':');
            CommandException.ThrowIf(equals < 1 || colon < equals, $"--bounds: '{part}' is not of the form NAME=LOW:HIGH, such as A=0:100 or A=0:.");
            string name = part[..equals];
            CommandException.ThrowIf(
                !set.Components.Contains(name),
                $"--bounds: there is no state column '{name}'.{NearestName.Suggestion(name, [.. set.Components])} The columns are {string.Join(", ", set.Components)}.");
            (double low, double high) = (Bound(part[(equals + 1)..colon], double.NegativeInfinity), Bound(part[(colon + 1)..], double.PositiveInfinity));
            CommandException.ThrowIf(!(low < high), $"--bounds: the lower bound of '{name}' must be below the upper one.");
            int index = set.Components.ToList().IndexOf(name);
            double[] outside = [.. set.Series.SelectMany(x => Enumerable.Range(0, x.Count).Select(i => x[i, index])).Where(x => x < low || x > high)];
            CommandException.ThrowIf(outside.Length > 0, $"--bounds: '{name}' has the value {(outside.Length > 0 ? outside[0] : 0)}, which is outside {part[(equals + 1)..]}.");
            bounds.Add(new ComponentBounds(name, low, high));

            double Bound(string side, double none) => side.Length == 0 ? none
                : double.TryParse(side, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value
                : throw new CommandException($"--bounds: '{side}' is not a number.");
        }

        return bounds;
    }
}
