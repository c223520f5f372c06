namespace NeuralOde.Series.Tables;

/// <summary>Why a table cannot be read.</summary>
public enum TableReason
{
    /// <summary>The file is not text in UTF-8 or UTF-16.</summary>
    NotText,

    /// <summary>There is no line that names the columns.</summary>
    NoHeader,

    /// <summary>A column has no name.</summary>
    UnnamedColumn,

    /// <summary>Two columns have the same name.</summary>
    DuplicateColumn,

    /// <summary>A row has more or fewer fields than the header.</summary>
    FieldCount,

    /// <summary>A quote is inside a field, never closed, or followed by text.</summary>
    Quote,

    /// <summary>There is no row below the header.</summary>
    NoRows,

    /// <summary>There is no column of the name asked for.</summary>
    NoSuchColumn,

    /// <summary>No column was named for the times, and none has one of the usual names.</summary>
    NoTimeColumn,

    /// <summary>One column was given two parts, such as time and state.</summary>
    ColumnUsedTwice,

    /// <summary>No column of numbers is left to learn from.</summary>
    NoStateColumn,

    /// <summary>A column that is to be modeled as a logarithm is not a state column.</summary>
    LogOfOtherColumn,

    /// <summary>A state column holds no value at all.</summary>
    EmptyColumn,

    /// <summary>A field is not a finite number.</summary>
    NotANumber,

    /// <summary>A field is not a number in a column that mostly holds numbers, and that nobody named as a state column.</summary>
    MixedColumn,

    /// <summary>A number can be read in two ways, by its decimal mark.</summary>
    AmbiguousNumber,

    /// <summary>The numbers of a column have several units.</summary>
    MixedUnits,

    /// <summary>A date can be read in two ways: day or month first.</summary>
    AmbiguousDate,

    /// <summary>A time is neither a number nor a date, or of another kind than the others.</summary>
    NotATime,

    /// <summary>A row has no time.</summary>
    MissingTime,

    /// <summary>A row does not name its series.</summary>
    MissingSeriesName,

    /// <summary>Times do not strictly increase within a series.</summary>
    TimesNotIncreasing,

    /// <summary>Times do not strictly increase, and no column tells series apart: the table may hold several.</summary>
    TimesRestart,

    /// <summary>A series has too few rows.</summary>
    TooFewRows,

    /// <summary>A value of a column that is modeled as a logarithm is not above 0.</summary>
    NotPositive,

    /// <summary>A covariate changes within a series.</summary>
    CovariateChanges,

    /// <summary>A covariate has no value in a series.</summary>
    CovariateMissing,
}
