using NeuralOde.Sensitivities;

namespace NeuralOde.Training;

/// <summary>Where a training run stands.</summary>
/// <param name="Iteration">Iterations done.</param>
/// <param name="Iterations">Iterations planned.</param>
/// <param name="Loss">The last iteration's loss.</param>
/// <param name="Best">The best validation error so far; the least loss where no model is selected by validations.</param>
/// <param name="IterationsPerSecond">Speed since the start.</param>
/// <param name="Elapsed">Time of training and validation; that of the runs which this one resumed included.</param>
public sealed record TrainingProgress(int Iteration, int Iterations, double Loss, double Best, double IterationsPerSecond, TimeSpan Elapsed)
{
    /// <summary>The part of it that training steps took.</summary>
    public TimeSpan StepTime { get; init; }

    /// <summary>What was wrong with gradients so far: the first warning of each reason.</summary>
    public IReadOnlyList<GradientWarning> GradientWarnings { get; init; } = [];

    /// <summary>The time that the rest takes at the speed so far.</summary>
    public TimeSpan Remaining => IterationsPerSecond > 0 ? TimeSpan.FromSeconds((Iterations - Iteration) / IterationsPerSecond) : TimeSpan.Zero;
}
