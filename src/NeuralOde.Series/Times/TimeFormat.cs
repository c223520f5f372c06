namespace NeuralOde.Series.Times;

/// <summary>How a column of times is written.</summary>
/// <remarks>
/// A date may have a time of day behind a T or a blank, <c>HH:mm</c> with optional seconds and up to nine digits of a fraction (rounded to 100 nanoseconds), and
/// <c>Z</c> or an offset such as <c>+02:00</c>, <c>+0200</c> or <c>+02</c>. An offset that all times share is kept; times with several become UTC. Times without one are
/// taken as they are.
/// </remarks>
public enum TimeFormat
{
    /// <summary>
    /// What all rows can be: numbers, or dates of any kind below. Eight digits are a number: compact dates are never guessed. Whole numbers of 10, 13, 16 or 19 digits
    /// are times since 1970. Day and month are told apart by a number above 12; where there is none, the dates are ambiguous, which is an error.
    /// </summary>
    Automatic,

    /// <summary>Plain numbers, in whatever unit the data has.</summary>
    Number,

    /// <summary>Dates with the year first, <c>yyyy-MM-dd</c> or <c>yyyy/MM/dd</c>, as ISO 8601 has them.</summary>
    IsoDate,

    /// <summary>Dates of eight digits, <c>yyyyMMdd</c>.</summary>
    CompactDate,

    /// <summary>Dates with the day first, <c>dd.MM.yyyy</c>; slashes and hyphens are understood too.</summary>
    DayMonthYear,

    /// <summary>Dates with the month first, <c>MM/dd/yyyy</c>; points and hyphens are understood too.</summary>
    MonthDayYear,

    /// <summary>Dates with an English name of the month: <c>1 Mar 2024</c>, <c>01-Mar-2024</c>, <c>March 1, 2024</c>, <c>Mar 2024</c>.</summary>
    NamedMonth,

    /// <summary>Months, <c>yyyy-MM</c>, <c>yyyy/MM</c> or <c>yyyyMmm</c>: each at its first day.</summary>
    Month,

    /// <summary>Quarters, <c>yyyyQq</c>, <c>yyyy-Qq</c> or <c>Qq yyyy</c>: each at its first day.</summary>
    Quarter,

    /// <summary>Whole seconds since the begin of 1970, UTC.</summary>
    UnixSeconds,

    /// <summary>Whole milliseconds since the begin of 1970, UTC.</summary>
    UnixMilliseconds,

    /// <summary>Whole microseconds since the begin of 1970, UTC.</summary>
    UnixMicroseconds,

    /// <summary>Whole nanoseconds since the begin of 1970, UTC. Read exactly, relative to the first.</summary>
    UnixNanoseconds,

    /// <summary>No column: a row's time is its number within its series, from 0.</summary>
    RowNumber,
}
