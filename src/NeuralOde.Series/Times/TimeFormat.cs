namespace NeuralOde.Series.Times;

/// <summary>How a column of times is written.</summary>
public enum TimeFormat
{
    /// <summary>Numbers or ISO dates, whichever the first row holds. Eight digits are a number: compact dates are never guessed.</summary>
    Automatic,

    /// <summary>Plain numbers, in whatever unit the data has.</summary>
    Number,

    /// <summary>
    /// ISO 8601 dates, <c>yyyy-MM-dd</c>, or date-times, <c>yyyy-MM-ddTHH:mm</c> with optional seconds, fraction, and
    /// <c>Z</c> or an offset such as <c>+02:00</c> (a space may stand for the T). Times with an offset are converted to UTC; times
    /// without one are taken as they are.
    /// </summary>
    IsoDate,

    /// <summary>Dates of eight digits, <c>yyyyMMdd</c>.</summary>
    CompactDate,
}
