using NeuralOde.Series.Tables;
using NeuralOde.Series.Times;

namespace NeuralOde.Series;

/// <summary>Which columns of a table are what, for <see cref="TimeSeriesSet.FromTable"/>. Names are found as by <see cref="CsvTable.ColumnIndex"/>.</summary>
public sealed record TimeSeriesOptions
{
    /// <summary>The column of times.</summary>
    /// <value>The default, null, takes the column named <c>time</c>, else <c>t</c>, else <c>date</c>, else <c>year</c>, in any case.</value>
    public string? TimeColumn { get; init; }

    /// <summary>How times are written.</summary>
    /// <value><see cref="TimeFormat.Automatic"/>: numbers or ISO dates, as the first row has them.</value>
    public TimeFormat TimeFormat { get; init; }

    /// <summary>The columns of the state, in the order wanted.</summary>
    /// <value>The default, null, takes every column of numbers that has no other part here.</value>
    public IReadOnlyList<string>? StateColumns { get; init; }

    /// <summary>The column whose text tells series apart. Rows of several series may be interleaved; the series come in the order in which each appears first.</summary>
    /// <value>The default, null: all rows are one series.</value>
    public string? SeriesColumn { get; init; }

    /// <summary>State columns that are modeled as logarithms: their values must be above 0.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> LogColumns { get; init; } = [];

    /// <summary>Columns of numbers that are constant over each series, such as a subject's weight. A missing value repeats the series' others.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> CovariateColumns { get; init; } = [];

    /// <summary>Columns of what acts on the system from outside, such as doses or rates; kept as they are.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> InputColumns { get; init; } = [];

    /// <summary>How many rows each series must have.</summary>
    /// <value>3.</value>
    public int MinimumPoints { get; init; } = 3;
}
