namespace NeuralOde.Series.Notes;

/// <summary>What a remark on series is about.</summary>
public enum SeriesNoteReason
{
    /// <summary>Columns were left out, because they hold text.</summary>
    TextColumns,

    /// <summary>Columns were left out, because they hold no value.</summary>
    EmptyColumns,

    /// <summary>A component has no value in some of the series.</summary>
    ComponentNotObserved,

    /// <summary>Times look like dates of eight digits, but were read as numbers.</summary>
    TimesLookLikeDates,

    /// <summary>How times were read, where that was a choice.</summary>
    TimesRead,

    /// <summary>Numbers were read that are not written as in code: with a decimal comma, a unit, groups of thousands.</summary>
    NumberSpelling,

    /// <summary>The columns' names were taken from a comment.</summary>
    NamesFromComment,

    /// <summary>The rows' own names were left out.</summary>
    RowNames,

    /// <summary>Lines that begin with # were read as rows.</summary>
    HashRows,

    /// <summary>A column that counts the rows was left out.</summary>
    IndexColumn,

    /// <summary>NA was taken for the name of a series.</summary>
    SeriesNamedMissing,

    /// <summary>Rows were sorted by time.</summary>
    RowsSorted,

    /// <summary>Rows of equal times were merged.</summary>
    RowsMerged,

    /// <summary>Series were left out, because they have fewer than two points with a value.</summary>
    SeriesLeftOut,

    /// <summary>Series are too short to hold anything out, so they are learned from as a whole.</summary>
    NothingHeldOut,
}

/// <summary>A remark on series that were read: not an error, but something that a user should know.</summary>
/// <param name="Reason">What it is about.</param>
/// <param name="Problem">What was found, as a sentence.</param>
/// <param name="Advice">What to do; null where there is nothing to say.</param>
public sealed record SeriesNote(SeriesNoteReason Reason, string Problem, string? Advice = null)
{
    /// <summary>The remark and the advice.</summary>
    /// <returns>One or two sentences.</returns>
    public override string ToString() => Advice is null ? Problem : $"{Problem} {Advice}";
}
