namespace NeuralOde.Distributed;

/// <summary>Why processes cannot work together.</summary>
public enum DistributedReason
{
    /// <summary>No MPI library was found.</summary>
    NoLibrary,

    /// <summary>The library is not that of the program that started the processes.</summary>
    OtherLibrary,

    /// <summary>The library lacks something that is needed.</summary>
    Unsuitable,

    /// <summary>An operation of the library failed.</summary>
    OperationFailed,

    /// <summary>A piece of work that was handed out failed.</summary>
    WorkFailed,
}

/// <summary>Processes cannot work together. The message says what to do.</summary>
public sealed class DistributedException : NeuralOdeException
{
    /// <summary>Describes the failure.</summary>
    /// <param name="reason">Why it failed.</param>
    /// <param name="problem">What is wrong, as whole sentences.</param>
    /// <param name="advice">What to do.</param>
    public DistributedException(DistributedReason reason, string problem, string? advice = null) : base(problem, advice) => Reason = reason;

    /// <summary>Why it failed.</summary>
    public DistributedReason Reason { get; }
}
