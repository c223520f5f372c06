namespace NeuralOde.Series.Densities;

/// <summary>Why a density cannot be learned, or rows cannot be scored.</summary>
public enum DensityReason
{
    /// <summary>There are too few rows, fewer than columns or than can be held out.</summary>
    TooFewRows,

    /// <summary>There are too few columns of numbers.</summary>
    TooFewColumns,

    /// <summary>A column has the same value in all rows, so it has no density.</summary>
    ConstantColumn,

    /// <summary>Columns determine one another, so that rows lie on a plane and have no density.</summary>
    DependentColumns,

    /// <summary>A row has no value in a column.</summary>
    MissingValue,

    /// <summary>A number is too large to be standardized.</summary>
    NotFinite,
}

/// <summary>A density cannot be learned from a table, or rows cannot be scored.</summary>
public sealed class DensityException : NeuralOdeException
{
    /// <summary>Describes what is wrong.</summary>
    /// <param name="reason">Why it cannot be done.</param>
    /// <param name="problem">What is wrong, as whole sentences.</param>
    /// <param name="advice">What to do.</param>
    /// <param name="inner">The cause, where there is one.</param>
    public DensityException(DensityReason reason, string problem, string? advice = null, Exception? inner = null)
        : base(problem, advice, inner) => Reason = reason;

    /// <summary>Why it cannot be done.</summary>
    public DensityReason Reason { get; }

    /// <summary>The column at fault; null where none is.</summary>
    public string? Column { get; init; }
}
