namespace NeuralOde.Series.Times;

/// <summary>Times since the begin of 1970, as whole numbers of a unit.</summary>
internal static class UnixTime
{
    private static readonly TimeFormat[] s_formats = [TimeFormat.UnixSeconds, TimeFormat.UnixMilliseconds, TimeFormat.UnixMicroseconds, TimeFormat.UnixNanoseconds];

    /// <summary>The ticks (of 100 ns) in a unit; null where times are otherwise.</summary>
    public static decimal? TicksPerUnit(TimeFormat format) => format switch
    {
        TimeFormat.UnixSeconds => TimeSpan.TicksPerSecond,
        TimeFormat.UnixMilliseconds => TimeSpan.TicksPerMillisecond,
        TimeFormat.UnixMicroseconds => TimeSpan.TicksPerMicrosecond,
        TimeFormat.UnixNanoseconds => 0.01m,
        _ => null,
    };

    /// <summary>The unit in words.</summary>
    public static string Unit(TimeFormat format) => format switch
    {
        TimeFormat.UnixSeconds => "seconds",
        TimeFormat.UnixMilliseconds => "milliseconds",
        TimeFormat.UnixMicroseconds => "microseconds",
        _ => "nanoseconds",
    };

    /// <summary>Reads a whole number of units; false for other formats, and beyond the years of dates.</summary>
    public static bool TryRead(ReadOnlySpan<byte> field, TimeFormat format, out Int128 units)
    {
        units = 0;
        return TicksPerUnit(format) is { } ticks && Int128.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out units)
            && Math.Abs((double)units) * (double)ticks < TimeSpan.TicksPerDay * 365.25 * 1900;
    }

    /// <summary>
    /// The format of whole numbers that can be times of the years 2001 to 2128: their digits tell the unit. Smaller numbers can be anything.
    /// </summary>
    public static TimeFormat? FormatOf(ReadOnlySpan<byte> field)
    {
        foreach (TimeFormat format in s_formats)
        {
            if (TryRead(field, format, out Int128 units) && units * (Int128)(TicksPerUnit(format)!.Value * 100) is var hundredths
                && hundredths >= (Int128)1e18 && hundredths < (Int128)5e18)
            {
                return format;
            }
        }

        return null;
    }

    /// <summary>The date, to a tick below.</summary>
    public static DateTime Date(Int128 units, TimeFormat format) =>
        DateTime.UnixEpoch.AddTicks((long)(format == TimeFormat.UnixNanoseconds ? Floor(units) : units * (long)TicksPerUnit(format)!.Value));

    /// <summary>The days since a date, exact to rounding.</summary>
    public static double DaysSince(Int128 units, TimeFormat format, DateTime origin)
    {
        // In hundredths of a tick, which are nanoseconds.
        Int128 nanoseconds = (units * (Int128)(TicksPerUnit(format)!.Value * 100)) - ((Int128)(origin - DateTime.UnixEpoch).Ticks * 100);
        return (double)nanoseconds / (100.0 * TimeSpan.TicksPerDay);
    }

    private static Int128 Floor(Int128 nanoseconds) => (nanoseconds - (((nanoseconds % 100) + 100) % 100)) / 100;
}
