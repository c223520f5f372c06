namespace NeuralOde.Solvers;

/// <summary>How a solve ended.</summary>
public enum SolveStatus
{
    /// <summary>The last output time was reached.</summary>
    Success,

    /// <summary>The error tolerance asked for a step that time, in double precision, cannot resolve.</summary>
    StepTooSmall,

    /// <summary>The vector field or the state became infinite or not a number.</summary>
    NotFinite,

    /// <summary><see cref="AdaptiveSteps.MaxSteps"/> steps were taken before the last output time.</summary>
    StepLimit,

    /// <summary>The caller cancelled.</summary>
    Cancelled,
}
