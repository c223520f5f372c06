namespace NeuralOde.Solvers;

/// <summary>Whether an attempted step has an end state.</summary>
public enum StepOutcome
{
    /// <summary>It has.</summary>
    Complete,

    /// <summary>A value was infinite or not a number.</summary>
    NotFinite,

    /// <summary>The nonlinear equations of an implicit step could not be solved.</summary>
    NewtonFailed,
}
