namespace NeuralOde.Training;

/// <summary>Why a training step, or training as a whole, failed.</summary>
public enum TrainingFailureReason
{
    /// <summary>The solve, or the gradient through it, failed.</summary>
    SolveFailed,

    /// <summary>The loss is not a finite number.</summary>
    LossNotFinite,

    /// <summary>The loss is finite, but the norm of its gradient is not.</summary>
    GradientNotFinite,

    /// <summary>Steps failed again and again, although the learning rate was halved every time.</summary>
    StepsKeepFailing,

    /// <summary>Processes that train one model together do not have the same model.</summary>
    ProcessesDiffer,

    /// <summary>Micro-batches whose statistics are synchronized did not compute the same operations.</summary>
    MicroBatchesApart,
}
