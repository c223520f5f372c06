namespace NeuralOde.Training;

/// <summary>Why training failed.</summary>
public enum TrainingReason
{
    /// <summary>Solves failed again and again, although the learning rate was reduced every time.</summary>
    SolvesKeepFailing,

    /// <summary>The loss is not a finite number.</summary>
    LossNotFinite,
}

/// <summary>Training failed: it cannot go on from where it is.</summary>
public sealed class TrainingException : NeuralOdeException
{
    /// <summary>Describes why training failed.</summary>
    /// <param name="reason">Why training failed.</param>
    /// <param name="problem">What is wrong, as whole sentences.</param>
    /// <param name="advice">What to do.</param>
    /// <param name="inner">The cause, where there is one.</param>
    public TrainingException(TrainingReason reason, string problem, string? advice = null, Exception? inner = null)
        : base(problem, advice, inner) => Reason = reason;

    /// <summary>Why training failed.</summary>
    public TrainingReason Reason { get; }
}
