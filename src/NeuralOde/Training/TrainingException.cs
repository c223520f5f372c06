namespace NeuralOde.Training;

/// <summary>Training failed: it cannot continue from where it is.</summary>
public sealed class TrainingException : NeuralOdeException
{
    /// <summary>Describes why training failed.</summary>
    /// <param name="reason">Why training failed.</param>
    /// <param name="problem">What is wrong, as whole sentences.</param>
    /// <param name="advice">What to do.</param>
    /// <param name="inner">The cause, where there is one.</param>
    public TrainingException(TrainingFailureReason reason, string problem, string? advice = null, Exception? inner = null)
        : base(problem, advice, inner) => Reason = reason;

    /// <summary>Describes a failed step at which training ended.</summary>
    /// <param name="failure">The failed step.</param>
    /// <param name="advice">What to do.</param>
    public TrainingException(TrainingFailure failure, string? advice = null)
        : this((failure ?? throw new ArgumentNullException(nameof(failure))).Reason, failure.Problem, advice, failure.Cause) => Failure = failure;

    /// <summary>Why training failed.</summary>
    public TrainingFailureReason Reason { get; }

    /// <summary>The failed step at which training ended; null where none is at fault alone.</summary>
    public TrainingFailure? Failure { get; }
}
