namespace NeuralOde.Series;

/// <summary>What is done with rows of one series that have the same time.</summary>
public enum EqualTimes
{
    /// <summary>They are an error.</summary>
    Refuse,

    /// <summary>They become one row, with the mean of the values that are there.</summary>
    Mean,
}

/// <summary>Which columns of a table are what, for <see cref="TimeSeriesSet.FromTable"/>. Names are found as by <see cref="CsvTable.ColumnIndex"/>.</summary>
public sealed record TimeSeriesOptions
{
    /// <summary>The column of times.</summary>
    /// <value>The default, null, takes the column named <c>time</c>, else <c>t</c>, <c>date</c>, <c>datetime</c>, <c>timestamp</c> or <c>year</c>, in any case, else the
    /// one that has such a name and a unit, as <c>time (s)</c>.</value>
    public string? TimeColumn { get; init; }

    /// <summary>How times are written.</summary>
    /// <value><see cref="TimeFormat.Automatic"/>: numbers or dates, as the rows have them.</value>
    public TimeFormat TimeFormat { get; init; }

    /// <summary>What is done with rows of one series that have the same time.</summary>
    /// <value><see cref="EqualTimes.Refuse"/>.</value>
    public EqualTimes EqualTimes { get; init; }

    /// <summary>The columns of the state, in the order wanted.</summary>
    /// <value>The default, null, takes every column of numbers that has no other part here.</value>
    public IReadOnlyList<string>? StateColumns { get; init => field = value is null ? null : ValueList.From(value); }

    /// <summary>The column whose text tells series apart. Rows of several series may be interleaved; the series come in the order in which each appears first.</summary>
    /// <value>The default, null: all rows are one series.</value>
    public string? SeriesColumn { get; init; }

    /// <summary>State columns that are modeled as logarithms: their values must be above 0.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> LogColumns { get; init => field = ValueList.From(value); } = ValueList.Of<string>();

    /// <summary>Columns of numbers that are constant over each series, such as a subject's weight. A missing value repeats the series' others.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> CovariateColumns { get; init => field = ValueList.From(value); } = ValueList.Of<string>();

    /// <summary>Columns of what acts on the system from outside, such as doses or rates; kept as they are.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> InputColumns { get; init => field = ValueList.From(value); } = ValueList.Of<string>();

    /// <summary>How many rows each series must have.</summary>
    /// <value>3.</value>
    public int MinimumPoints { get; init; } = 3;

    /// <summary>The settings: what each is called and its help.</summary>
    public static SettingList<TimeSeriesOptions> Settings { get; } = new(Setting.Group(
        "Data",
        Setting.OptionalText(
            "time", "COLUMN", $"The column of times. Default: the one named {TimeColumns.NamesInWords}.",
            (TimeSeriesOptions x) => x.TimeColumn, (x, v) => x with { TimeColumn = v }),
        Setting.Choice(
            "time format",
            [
                ("auto", TimeFormat.Automatic), ("number", TimeFormat.Number), ("iso", TimeFormat.IsoDate), ("yyyymmdd", TimeFormat.CompactDate),
                ("dmy", TimeFormat.DayMonthYear), ("mdy", TimeFormat.MonthDayYear), ("name", TimeFormat.NamedMonth), ("month", TimeFormat.Month), ("quarter", TimeFormat.Quarter),
                ("unix-s", TimeFormat.UnixSeconds), ("unix-ms", TimeFormat.UnixMilliseconds), ("unix-us", TimeFormat.UnixMicroseconds), ("unix-ns", TimeFormat.UnixNanoseconds),
                ("row", TimeFormat.RowNumber),
            ],
            "How times are written. auto finds it; row takes the number of the row.",
            (TimeSeriesOptions x) => x.TimeFormat,
            (x, v) => x with { TimeFormat = v }),
        Setting.Choice(
            "equal times", [("refuse", EqualTimes.Refuse), ("mean", EqualTimes.Mean)], "What to do with rows of one series that have the same time.",
            (TimeSeriesOptions x) => x.EqualTimes, (x, v) => x with { EqualTimes = v }),
        Setting.OptionalNames(
            "states", "The columns to learn, joined by commas; a name with a comma in quotes. Default: every column of numbers that has no other part.",
            (TimeSeriesOptions x) => x.StateColumns, (x, v) => x with { StateColumns = v }),
        Setting.OptionalText(
            "series", "COLUMN", "The column that tells series apart, such as a subject. Default: all rows are one series.",
            (TimeSeriesOptions x) => x.SeriesColumn, (x, v) => x with { SeriesColumn = v }),
        Setting.OptionalNames(
            "log", "State columns that are learned as logarithms: positive ones that vary by factors.", (TimeSeriesOptions x) => x.LogColumns,
            (x, v) => x with { LogColumns = v ?? [] }))
        .Append(Setting.OptionalNames(
            "covariates", "Columns of numbers that are constant over each series, such as a subject's weight: further inputs of the encoder.",
            (TimeSeriesOptions x) => x.CovariateColumns, (x, v) => x with { CovariateColumns = v ?? [] }) with
        { Group = "With --model latent only" })
        .Append(Setting.OptionalNames(
            "inputs", "Columns of numbers that act from outside and are known ahead, such as a price or a temperature; 'forecast' needs their later values.",
            (TimeSeriesOptions x) => x.InputColumns, (x, v) => x with { InputColumns = v ?? [] }) with
        { Group = "Data" }));
}
