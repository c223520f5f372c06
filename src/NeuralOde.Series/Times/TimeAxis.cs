using System.Text;

namespace NeuralOde.Series.Times;

/// <summary>What the times of series mean: plain numbers, or days since a first date.</summary>
/// <param name="Name">The name of the time column.</param>
/// <param name="Origin">The date of time 0, in UTC where times had an offset; null where times are plain numbers.</param>
/// <param name="Format">How the times were written; never <see cref="TimeFormat.Automatic"/>.</param>
/// <param name="Offset">The offset to UTC with which dates are written and, where they name none, read; null where the data have none.</param>
public sealed record TimeAxis(string Name = "time", DateTime? Origin = null, TimeFormat Format = TimeFormat.Number, TimeSpan? Offset = null)
{
    /// <summary>Whether times are dates.</summary>
    public bool IsDate => Origin is not null;

    /// <summary>The unit for people: <c>days since 1978-01-22</c>, or for numbers the column's name.</summary>
    public string Unit => Origin is null ? Name : $"days since {Text(0)}";

    /// <summary>
    /// Writes a time as its column would have it: the shortest number that parses to the same bits, a whole number of units since 1970, or an ISO date (with the time of
    /// day, to the microsecond, where it is not midnight, and with the offset of the data), which is also used for the other ways to write dates.
    /// </summary>
    /// <param name="time">A finite time, in the unit of this axis.</param>
    /// <returns>The text, culture-invariant.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is not finite, or outside the years 1 to 9999.</exception>
    public string Text(double time)
    {
        if (Origin is not { } origin)
        {
            return time.ToString("R", CultureInfo.InvariantCulture);
        }

        if (UnixTime.TicksPerUnit(Format) is { } unit)
        {
            decimal ticks = (decimal)(origin - DateTime.UnixEpoch).Ticks;
            return Math.Abs(time) < 1e7
                ? Math.Round((ticks + ((decimal)time * TimeSpan.TicksPerDay)) / unit).ToString(CultureInfo.InvariantCulture)
                : throw OutOfRange(time);
        }

        // A double holds a few thousand years of days to about a tick; microseconds are safely exact.
        double shift = Math.Round(time * TimeSpan.TicksPerDay / TimeSpan.TicksPerMicrosecond) * TimeSpan.TicksPerMicrosecond;
        DateTime zero = origin + (Offset ?? TimeSpan.Zero);
        if (!(Math.Abs(shift) < long.MaxValue) || (DateTime.MinValue - zero).Ticks > shift || (DateTime.MaxValue - zero).Ticks < shift)
        {
            throw OutOfRange(time);
        }

        DateTime date = zero.AddTicks((long)shift);
        string format = date.TimeOfDay == TimeSpan.Zero && Offset is null ? "yyyy-MM-dd" : "yyyy-MM-ddTHH:mm:ss.FFFFFF";
        return date.ToString(format, CultureInfo.InvariantCulture) + OffsetText;
    }

    private string OffsetText => Offset is not { } offset ? ""
        : offset == TimeSpan.Zero ? "Z"
        : string.Create(CultureInfo.InvariantCulture, $"{(offset < TimeSpan.Zero ? '-' : '+')}{Math.Abs(offset.Hours):00}:{Math.Abs(offset.Minutes):00}");

    private ArgumentOutOfRangeException OutOfRange(double time) =>
        new(nameof(time), time, $"The time is in {(Origin is null ? Name : "days since " + Origin.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))}, "
            + $"and must lie in the years 1 to 9999.");

    /// <summary>Reads a time written in this axis's format; ISO dates are understood wherever times are dates.</summary>
    /// <param name="text">A number, or a date.</param>
    /// <returns>The time, in the unit of this axis.</returns>
    /// <exception cref="TimeException">The text is not such a time.</exception>
    public double Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        byte[] utf8 = Encoding.UTF8.GetBytes(text.Trim());
        if (Origin is { } origin)
        {
            return UnixTime.TryRead(utf8, Format, out Int128 units) ? UnixTime.DaysSince(units, Format, origin)
                : (DateText.IsText(Format) && DateText.TryRead(utf8, Format, out WrittenDate date)) || DateText.TryRead(utf8, TimeFormat.IsoDate, out date)
                ? ((date.Offset is null && Offset is { } offset ? date.Local - offset : date.Utc) - origin).TotalDays
                : throw new TimeException(TimeReason.NotADate, $"'{text}' is not a date, and times are dates here.", $"Write {Example(Format)}.");
        }

        return CsvTable.TryNumber(utf8, out double number)
            ? number
            : throw new TimeException(TimeReason.NotANumber, $"'{text}' is not a number, and times are numbers here, in the unit of '{Name}'.", "Write a number such as 12.5.");
    }

    /// <summary>An example of a format, for messages.</summary>
    internal static string Example(TimeFormat format) => format switch
    {
        TimeFormat.CompactDate => "a date of eight digits such as 19780122",
        TimeFormat.Number => "a number such as 12.5",
        TimeFormat.Automatic => "a number, or a date such as 1978-01-22",
        TimeFormat.DayMonthYear => "a date with the day first such as 22.01.1978",
        TimeFormat.MonthDayYear => "a date with the month first such as 01/22/1978",
        TimeFormat.NamedMonth => "a date such as 22 Jan 1978",
        TimeFormat.Month => "a month such as 1978-01",
        TimeFormat.Quarter => "a quarter such as 1978Q1",
        TimeFormat.UnixSeconds => "whole seconds since 1970 such as 254275200",
        TimeFormat.UnixMilliseconds => "whole milliseconds since 1970 such as 254275200000",
        TimeFormat.UnixMicroseconds => "whole microseconds since 1970 such as 254275200000000",
        TimeFormat.UnixNanoseconds => "whole nanoseconds since 1970 such as 254275200000000000",
        _ => "a date such as 1978-01-22 or 1978-01-22T14:30",
    };
}
