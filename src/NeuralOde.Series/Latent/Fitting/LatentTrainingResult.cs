using NeuralOde.Training;

namespace NeuralOde.Series.Latent.Fitting;

/// <summary>What a <see cref="LatentTrainer"/> recorded. The model holds the best parameters.</summary>
/// <param name="Outcome">How the run ended.</param>
/// <param name="StoppedEarly">Whether it ended because no validation was better for a while.</param>
/// <param name="Losses">Each iteration's loss before its step: the negative bound a time point, averaged over the series; NaN where its solve failed.</param>
/// <param name="Validations">Validation errors by iteration.</param>
/// <param name="BestIteration">After which iteration the kept model stood.</param>
/// <param name="BestError">Its validation error.</param>
/// <param name="FailedSteps">Training steps that were skipped because their solve failed or their numbers were not finite.</param>
/// <param name="Failure">Why training ended, where it diverged.</param>
/// <param name="Elapsed">Time of training and validation, resumed runs included.</param>
public sealed record LatentTrainingResult(
    TrainingOutcome Outcome,
    bool StoppedEarly,
    IReadOnlyList<double> Losses,
    IReadOnlyList<(int Iteration, double Error)> Validations,
    int BestIteration,
    double BestError,
    int FailedSteps,
    string? Failure,
    TimeSpan Elapsed);
