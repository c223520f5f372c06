using NeuralOde.Series.Notes;

namespace NeuralOde.Series.Times;

/// <summary>Reads the column of times: finds how they are written, and says so where that is a choice.</summary>
internal sealed class TimeColumn(CsvTable table, int column, List<SeriesNote> notes)
{
    private string Name => table.Columns[column];

    /// <summary>The axis, and the time of each row on it.</summary>
    public (TimeAxis Axis, double[] Times) Read(TimeFormat format)
    {
        for (int row = 0; row < table.RowCount; row++)
        {
            if (table.IsMissing(row, column))
            {
                throw table.Fault(row, column, TableReason.MissingTime, "the time is missing.", "Every row needs one; fill it in, or remove the row.");
            }
        }

        TimeFormat found = format == TimeFormat.Automatic ? Find() : format;
        return UnixTime.TicksPerUnit(found) is not null ? ReadUnix(found)
            : DateText.IsText(found) ? ReadDates(found)
            : ReadNumbers(format);
    }

    /// <summary>The format that the first row shows; day and month are told apart by all rows.</summary>
    private TimeFormat Find()
    {
        ReadOnlySpan<byte> first = table.Field(0, column);
        foreach (TimeFormat format in (ReadOnlySpan<TimeFormat>)[TimeFormat.IsoDate, TimeFormat.Quarter, TimeFormat.Month, TimeFormat.NamedMonth])
        {
            if (DateText.TryRead(first, format, out _))
            {
                return format;
            }
        }

        if (DateText.BeforeYear(first) is not null)
        {
            return DayOrMonthFirst();
        }

        if (UnixTime.FormatOf(first) is not { } unix)
        {
            return TimeFormat.Number;
        }

        for (int row = 1; row < table.RowCount; row++)
        {
            if (UnixTime.FormatOf(table.Field(row, column)) != unix)
            {
                return TimeFormat.Number;
            }
        }

        notes.Add(new(
            SeriesNoteReason.TimesRead, $"The times of column '{Name}' were read as {UnixTime.Unit(unix)} since the begin of 1970, UTC.",
            "Say that they are numbers if they are something else."));
        return unix;
    }

    private TimeFormat DayOrMonthFirst()
    {
        (int days, int months) = (-1, -1);
        bool hasPoints = table.Text(0, column).Contains('.');
        for (int row = 0; row < table.RowCount; row++)
        {
            if (DateText.BeforeYear(table.Field(row, column)) is { } numbers)
            {
                days = days < 0 && numbers.First > 12 ? row : days;
                months = months < 0 && numbers.Second > 12 ? row : months;
            }
        }

        if (days >= 0 && months >= 0)
        {
            (int a, int b) = (Math.Min(days, months), Math.Max(days, months));
            throw table.Fault(
                b, column, TableReason.NotATime,
                $"{CsvTable.Shorten(table.Text(b, column))} has day and month the other way around than {CsvTable.Shorten(table.Text(a, column))} on line {table.LineOf(a)}.",
                "Write all dates alike, best as 2024-03-01.");
        }

        // Points between the numbers stand in dates with the day first only.
        if (days < 0 && months < 0 && !hasPoints)
        {
            (WrittenDate day, WrittenDate month) = (First(TimeFormat.DayMonthYear), First(TimeFormat.MonthDayYear));
            throw table.Fault(
                0, column, TableReason.AmbiguousDate,
                string.Create(CultureInfo.InvariantCulture, $"{CsvTable.Shorten(table.Text(0, column))} can be {day.Local:yyyy-MM-dd} and "
                    + $"{month.Local:yyyy-MM-dd}, and no row tells which."),
                "Say whether the day or the month comes first.");
        }

        TimeFormat format = months >= 0 ? TimeFormat.MonthDayYear : TimeFormat.DayMonthYear;
        WrittenDate first = First(format);
        notes.Add(new(
            SeriesNoteReason.TimesRead,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The dates of column '{Name}' were read with the {(months >= 0 ? "month" : "day")} first: '{table.Text(0, column)}' is {first.Local:yyyy-MM-dd}.")));
        return format;
    }

    /// <summary>The first row's date, read in a format that it has.</summary>
    private WrittenDate First(TimeFormat format) => DateText.TryRead(table.Field(0, column), format, out WrittenDate date) ? date : default;

    private (TimeAxis Axis, double[] Times) ReadNumbers(TimeFormat asked)
    {
        double[] times = new double[table.RowCount];
        NumberSpelling spelling = table.Spelling(column);
        bool isCompact = true;
        for (int row = 0; row < times.Length; row++)
        {
            ReadOnlySpan<byte> field = table.Field(row, column);
            if (!spelling.TryRead(field, out times[row]))
            {
                throw table.Fault(
                    row, column, TableReason.NotATime,
                    $"{CsvTable.Shorten(table.Text(row, column))} is not a time.", $"Write {TimeAxis.Example(asked)}, the same kind in all rows.");
            }

            if (row > 0 && times[row] == times[row - 1] && !field.SequenceEqual(table.Field(row - 1, column)) && Math.Abs(times[row]) >= 1L << 53)
            {
                throw table.Fault(
                    row, column, TableReason.NotATime, $"{CsvTable.Shorten(table.Text(row, column))} is too fine for double precision, which has 16 digits.",
                    "Subtract the first time from all.");
            }

            isCompact = isCompact && DateText.TryRead(field, TimeFormat.CompactDate, out _);
        }

        if (isCompact && asked == TimeFormat.Automatic)
        {
            notes.Add(new(
                SeriesNoteReason.TimesLookLikeDates,
                $"The times of column '{Name}' look like dates written as eight digits (yyyyMMdd), but were read as plain numbers.",
                "Say so if they are dates."));
        }

        return (new TimeAxis(Name), times);
    }

    private (TimeAxis Axis, double[] Times) ReadUnix(TimeFormat format)
    {
        var units = new Int128[table.RowCount];
        for (int row = 0; row < units.Length; row++)
        {
            if (!UnixTime.TryRead(table.Field(row, column), format, out units[row]))
            {
                throw NotADate(row, format);
            }
        }

        DateTime origin = UnixTime.Date(units.Min(), format);
        return (new TimeAxis(Name, origin, format), Array.ConvertAll(units, x => UnixTime.DaysSince(x, format, origin)));
    }

    private (TimeAxis Axis, double[] Times) ReadDates(TimeFormat format)
    {
        var dates = new WrittenDate[table.RowCount];
        for (int row = 0; row < dates.Length; row++)
        {
            if (!DateText.TryRead(table.Field(row, column), format, out dates[row]))
            {
                throw NotADate(row, format);
            }

            if ((dates[row].Offset is null) != (dates[0].Offset is null))
            {
                throw table.Fault(
                    row, column, TableReason.NotATime,
                    $"{CsvTable.Shorten(table.Text(row, column))} has {(dates[row].Offset is null ? "no" : "an")} offset to UTC, and "
                        + $"{CsvTable.Shorten(table.Text(0, column))} on line "
                        + $"{table.LineOf(0)} has {(dates[0].Offset is null ? "none" : "one")}.",
                    "Write one for all times, or for none.");
            }
        }

        TimeSpan? offset = dates[0].Offset;
        if (offset is { } own && dates.Any(x => x.Offset != own))
        {
            offset = TimeSpan.Zero;
            notes.Add(new(SeriesNoteReason.TimesRead, $"The times of column '{Name}' have several offsets to UTC; they were converted to UTC, and forecasts are in UTC."));
        }

        DateTime origin = dates.Min(static x => x.Utc);
        return (new TimeAxis(Name, origin, format, offset), Array.ConvertAll(dates, x => (x.Utc - origin).TotalDays));
    }

    private TableException NotADate(int row, TimeFormat format) => table.Fault(
        row, column, TableReason.NotATime, $"{CsvTable.Shorten(table.Text(row, column))} is not {(UnixTime.TicksPerUnit(format) is null ? "a date" : "such a time")}.",
        $"Write {TimeAxis.Example(format)}, the same kind in all rows.");
}
