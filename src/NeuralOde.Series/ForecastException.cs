namespace NeuralOde.Series;

/// <summary>Why a series cannot be forecast.</summary>
public enum ForecastReason
{
    /// <summary>The learned dynamics cannot be solved so far ahead; the inner exception says why.</summary>
    NotSolvable,

    /// <summary>The forecast leaves the range of numbers.</summary>
    NotFinite,

    /// <summary>The time asked for is not after the end of the data.</summary>
    NotAfterData,

    /// <summary>The forecast would have too many values.</summary>
    TooManyValues,
}

/// <summary>A forecast cannot be made, because the learned dynamics do not reach so far, or because too much is asked of it.</summary>
public sealed class ForecastException : NeuralOdeException
{
    /// <summary>Describes what is wrong.</summary>
    /// <param name="reason">Why the forecast cannot be made.</param>
    /// <param name="problem">What is wrong, as whole sentences.</param>
    /// <param name="advice">What to do.</param>
    /// <param name="inner">The cause, where there is one.</param>
    public ForecastException(ForecastReason reason, string problem, string? advice = null, Exception? inner = null)
        : base(problem, advice, inner) => Reason = reason;

    /// <summary>Why the forecast cannot be made.</summary>
    public ForecastReason Reason { get; }

    /// <summary>The series' id; null where the fault is not one series', or it has none.</summary>
    public string? Series { get; init; }

    /// <summary>The natural time up to which the forecast can be made, or of the first value that cannot; null where none is at fault.</summary>
    public double? Time { get; init; }
}
