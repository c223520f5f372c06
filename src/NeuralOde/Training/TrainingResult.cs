using NeuralOde.Sensitivities;

namespace NeuralOde.Training;

/// <summary>What a <see cref="TrainingRun"/> recorded.</summary>
public sealed record TrainingResult
{
    /// <summary>How the run ended.</summary>
    public required TrainingOutcome Outcome { get; init; }

    /// <summary>Whether it completed before its last iteration because no validation was better for a while.</summary>
    public required bool StoppedEarly { get; init; }

    /// <summary>The loss of each iteration, before its step; NaN where it failed.</summary>
    public required IReadOnlyList<double> Losses { get; init => field = ValueList.From(value); }

    /// <summary>Validation errors by the number of iterations done; infinite where the solve failed.</summary>
    public required IReadOnlyList<(int Iteration, double Error)> Validations { get; init => field = ValueList.From(value); }

    /// <summary>The number of iterations after which the returned model was selected.</summary>
    public required int BestIteration { get; init; }

    /// <summary>Its validation error, or its loss where that selects; infinite where nothing was selected.</summary>
    public required double BestError { get; init; }

    /// <summary>Training steps that were skipped because their solve failed or their numbers were not finite.</summary>
    public required int FailedSteps { get; init; }

    /// <summary>Why training ended, where it diverged: the last failed step.</summary>
    public required TrainingFailure? Failure { get; init; }

    /// <summary>The time of training and validation; that of the runs which this one resumed included.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>What was wrong with gradients of this run: the first warning of each reason.</summary>
    public IReadOnlyList<GradientWarning> GradientWarnings { get; init => field = ValueList.From(value); } = ValueList.From<GradientWarning>([]);

    /// <summary>
    /// The largest relative error of a gradient that a check measured in this run (<see cref="DirectGradient.CheckInterval"/>); null where none was checked, as with fixed steps.
    /// </summary>
    public double? GradientError { get; init; }
}
