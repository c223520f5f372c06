namespace NeuralOde.Training;

/// <summary>A failed training step.</summary>
/// <param name="Reason">Why it failed.</param>
/// <param name="Iteration">Which step, from 1.</param>
/// <param name="Loss">Its loss; NaN where the solve failed.</param>
/// <param name="GradientNorm">The norm of its gradient; NaN where the loss is not finite or the solve failed.</param>
/// <param name="Cause">The failed solve or the worthless gradient, where that is the reason.</param>
public sealed record TrainingFailure(TrainingFailureReason Reason, int Iteration, double Loss = double.NaN, double GradientNorm = double.NaN, NeuralOdeException? Cause = null)
{
    /// <summary>What failed, as whole sentences.</summary>
    public string Problem => Reason switch
    {
        TrainingFailureReason.SolveFailed => Cause?.Problem ?? "The solve failed.",
        TrainingFailureReason.LossNotFinite => FormattableString.Invariant($"The loss of step {Iteration} is {Loss}: the numbers left the range of their element type."),
        _ => FormattableString.Invariant($"The loss of step {Iteration} is {Loss} and its gradient's norm {GradientNorm}: the numbers left the range of their element type."),
    };
}
