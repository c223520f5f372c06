namespace NeuralOde.Experiments.Mnist;

/// <summary>How the training of a classifier ended.</summary>
/// <param name="Outcome">Whether it was finished, stopped, or given up because the loss or a solve was no longer finite.</param>
/// <param name="History">What was recorded.</param>
/// <param name="Elapsed">Time spent, that of the runs which this one resumed included.</param>
/// <param name="Failure">The failed step for which it was given up; null where it was not.</param>
public sealed record ImageTrainingResult(TrainingOutcome Outcome, ImageTrainingHistory History, TimeSpan Elapsed, TrainingFailure? Failure);
