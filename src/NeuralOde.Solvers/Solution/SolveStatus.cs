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

    /// <summary>As many attempts as the controller allows (<see cref="AdaptiveSteps.MaxSteps"/>) were made before the last output time.</summary>
    StepLimit,

    /// <summary>The caller canceled.</summary>
    Canceled,

    /// <summary>The initial state holds an infinity or something that is not a number; the vector field was not evaluated.</summary>
    InitialStateNotFinite,

    /// <summary>A parameter of a batch's problem is not a number; the vector field was not evaluated.</summary>
    ParameterNaN,

    /// <summary>The nonlinear equations of an implicit step could not be solved, however short the step.</summary>
    NewtonFailed,

    /// <summary>A terminal event ended the solve, as asked (<see cref="OdeEvent{T}.IsTerminal"/>).</summary>
    Terminated,

    /// <summary>Events followed each other so closely that double precision does not tell their times apart.</summary>
    EventsAccumulate,
}
