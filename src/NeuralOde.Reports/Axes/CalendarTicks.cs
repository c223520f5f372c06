namespace NeuralOde.Reports;

/// <summary>Ticks of an axis of dates: at the begin of years, months, days, hours, minutes or seconds.</summary>
internal static class CalendarTicks
{
    private enum Unit
    {
        Second,
        Minute,
        Hour,
        Day,
        Month,
        Year,
    }

    private static readonly (Unit Unit, int Count, double Days)[] s_steps =
    [
        .. ((int[])[1, 2, 5, 10, 15, 30]).Select(static x => (Unit.Second, x, x / 86_400.0)),
        .. ((int[])[1, 2, 5, 10, 15, 30]).Select(static x => (Unit.Minute, x, x / 1_440.0)),
        .. ((int[])[1, 2, 3, 6, 12]).Select(static x => (Unit.Hour, x, x / 24.0)),
        .. ((int[])[1, 2, 7, 14]).Select(static x => (Unit.Day, x, (double)x)),
        .. ((int[])[1, 2, 3, 6]).Select(static x => (Unit.Month, x, 30.4 * x)),
        .. ((int[])[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]).Select(static x => (Unit.Year, x, 365.25 * x)),
    ];

    /// <summary>About as many ticks as wanted or fewer; null where the range is no range of dates, or below some seconds.</summary>
    /// <param name="low">The range's lower end, in days since the origin.</param>
    /// <param name="high">Its upper end.</param>
    /// <param name="most">How many steps there are at most.</param>
    /// <param name="origin">The date of 0.</param>
    public static Ticks? Of(double low, double high, int most, DateTime origin)
    {
        double least = (high - low) / Math.Max(1, most);
        if (Date(low, origin) is not { } first || Date(high, origin) is not { } last || least < 0.5 / 86_400
            || Array.Find(s_steps, x => x.Days >= least) is not { Count: > 0 } step)
        {
            return null;
        }

        // Labels of days have no year and those of hours no day: the axis's name has it, where it is the same for all.
        string? note = step.Unit switch
        {
            Unit.Day => first.Year == last.Year ? Year(first) : $"{Year(first)}–{Year(last)}",
            < Unit.Day when first.Date == last.Date => Text(first, "d MMM yyyy"),
            < Unit.Day => first.Year == last.Year ? Year(first) : $"{Year(first)}–{Year(last)}",
            _ => null,
        };
        string format = step.Unit switch
        {
            Unit.Year => "yyyy",
            Unit.Month => "MMM yyyy",
            Unit.Day => "d MMM",
            _ => (first.Date == last.Date ? "" : "d MMM ") + (step.Unit == Unit.Second ? "HH:mm:ss" : "HH:mm"),
        };
        List<Tick> ticks = [];
        for (DateTime? date = Begin(first, step.Unit, step.Count); date <= last; date = Next(date.Value, step.Unit, step.Count))
        {
            double value = (date.Value - origin).TotalDays;
            if (value >= low)
            {
                ticks.Add(new Tick(value, step.Unit == Unit.Year ? Year(date.Value) : Text(date.Value, format)));
            }
        }

        return new Ticks(ticks, 0) { Note = note };
    }

    /// <summary>The date of a value, to the millisecond; null beyond the calendar.</summary>
    public static DateTime? Date(double days, DateTime origin)
    {
        double ticks = Math.Round(days * TimeSpan.TicksPerDay / TimeSpan.TicksPerMillisecond) * TimeSpan.TicksPerMillisecond;
        return ticks > (DateTime.MinValue - origin).Ticks && ticks < (DateTime.MaxValue - origin).Ticks ? origin.AddTicks((long)ticks) : null;
    }

    /// <summary>The last round date that is not after a date.</summary>
    private static DateTime Begin(DateTime date, Unit unit, int count) => unit switch
    {
        Unit.Year => new DateTime(Math.Max(1, date.Year - (date.Year % count)), 1, 1),
        Unit.Month => new DateTime(date.Year, date.Month - ((date.Month - 1) % count), 1),

        // Weeks begin on Mondays, as the calendar's first day was one.
        Unit.Day => date.Date.AddDays(-(date.Date.Ticks / TimeSpan.TicksPerDay % count)),
        Unit.Hour => date.Date.AddHours(date.Hour - (date.Hour % count)),
        Unit.Minute => date.Date.AddMinutes((60 * date.Hour) + date.Minute - (date.Minute % count)),
        _ => date.Date.AddSeconds((3600 * date.Hour) + (60 * date.Minute) + date.Second - (date.Second % count)),
    };

    private static DateTime? Next(DateTime date, Unit unit, int count)
    {
        try
        {
            return unit switch
            {
                Unit.Year => date.AddYears(date.Year < count ? count - date.Year : count),
                Unit.Month => date.AddMonths(count),
                Unit.Day => date.AddDays(count),
                Unit.Hour => date.AddHours(count),
                Unit.Minute => date.AddMinutes(count),
                _ => date.AddSeconds(count),
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static string Year(DateTime date) => date.Year.ToString(CultureInfo.InvariantCulture);

    private static string Text(DateTime date, string format) => date.ToString(format, CultureInfo.InvariantCulture);
}
