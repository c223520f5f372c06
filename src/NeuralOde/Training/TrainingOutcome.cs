namespace NeuralOde.Training;

/// <summary>How a training run ended.</summary>
public enum TrainingOutcome
{
    /// <summary>All iterations were done.</summary>
    Completed,

    /// <summary>The caller stopped it; the best model so far is kept.</summary>
    Canceled,

    /// <summary>Solves failed again and again, even from the best parameters and with smaller steps; the best model so far is kept.</summary>
    Diverged,
}
