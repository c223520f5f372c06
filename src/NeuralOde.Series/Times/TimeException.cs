namespace NeuralOde.Series.Times;

/// <summary>Why a text is not a time of an axis.</summary>
public enum TimeReason
{
    /// <summary>Times are dates, and the text is none.</summary>
    NotADate,

    /// <summary>Times are numbers, and the text is none.</summary>
    NotANumber,
}

/// <summary>A text is not a time of the kind that an axis has.</summary>
public sealed class TimeException : NeuralOdeException
{
    /// <summary>Describes what is wrong.</summary>
    /// <param name="reason">Why the text is not a time.</param>
    /// <param name="problem">What is wrong, as whole sentences.</param>
    /// <param name="advice">What to do; null where there is nothing to say.</param>
    public TimeException(TimeReason reason, string problem, string? advice = null) : base(problem, advice) => Reason = reason;

    /// <summary>Why the text is not a time.</summary>
    public TimeReason Reason { get; }
}
