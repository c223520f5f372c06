namespace NeuralOde.Equations.Data;

/// <summary>How a table is read for a model.</summary>
public sealed record EquationDataOptions
{
    /// <summary>The column of times: numbers or ISO dates, which become days since the first.</summary>
    /// <value>The default, null, takes the first column that <see cref="NeuralOde.Series.TimeColumns"/> finds.</value>
    public string? TimeColumn { get; init; }

    /// <summary>The column that tells series apart.</summary>
    /// <value>The default, null, takes the column named <c>ID</c>, in any case, where there is one.</value>
    public string? SeriesColumn { get; init; }

    /// <summary>Which rows count: those whose column has this text.</summary>
    /// <value>The default, null: all.</value>
    public (string Column, string Text)? Where { get; init; }
}

/// <summary>Why a table does not fit a model.</summary>
public enum EquationDataReason
{
    /// <summary>A column that the model needs is not there.</summary>
    MissingColumn,

    /// <summary>A value that cannot be.</summary>
    Value,

    /// <summary>Nothing is left to fit.</summary>
    Nothing,

    /// <summary>Doses that the model does not receive, or cannot.</summary>
    Dose,

    /// <summary>A covariate that changes, or is missing.</summary>
    Covariate,

    /// <summary>An input that does not cover the observations.</summary>
    Input,
}

/// <summary>A table does not fit a model.</summary>
public sealed class EquationDataException : NeuralOdeException
{
    /// <summary>Describes the fault.</summary>
    /// <param name="reason">What kind of fault it is.</param>
    /// <param name="problem">What is wrong, as whole sentences.</param>
    /// <param name="advice">What to do, as whole sentences.</param>
    public EquationDataException(EquationDataReason reason, string problem, string? advice = null)
        : base(problem, advice)
        => Reason = reason;

    /// <summary>What kind of fault it is.</summary>
    public EquationDataReason Reason { get; }
}
