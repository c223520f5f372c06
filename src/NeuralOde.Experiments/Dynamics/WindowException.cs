namespace NeuralOde.Experiments.Dynamics;

/// <summary>Why observations cannot be cut into windows as asked.</summary>
public enum WindowReason
{
    /// <summary>Windows would be longer than the trajectory, or the shortest longer than the longest.</summary>
    Duration,

    /// <summary>The longest window would not hold two observations.</summary>
    TooShort,

    /// <summary>There are fewer different windows than requested.</summary>
    TooMany,
}

/// <summary>The observations cannot be cut into windows as asked.</summary>
public sealed class WindowException : NeuralOdeException
{
    /// <summary>Describes what is wrong.</summary>
    /// <param name="reason">Why there are no such windows.</param>
    /// <param name="problem">What is wrong, as whole sentences.</param>
    /// <param name="advice">What to do.</param>
    public WindowException(WindowReason reason, string problem, string advice) : base(problem, advice) => Reason = reason;

    /// <summary>Why there are no such windows.</summary>
    public WindowReason Reason { get; }
}
