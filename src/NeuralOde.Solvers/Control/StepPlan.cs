namespace NeuralOde.Solvers;

/// <summary>The step that a controller wants tried.</summary>
/// <param name="End">Time at the end of the step.</param>
/// <param name="Size">
/// Length of the step, signed: what the method's coefficients are multiplied by. <paramref name="End"/> is the start plus this, but for round-off. 0
/// means that the step became too small.
/// </param>
/// <param name="Lands">Whether the step ends on the time that had to be landed on.</param>
/// <param name="Order">Order to take the step with, for a method of variable order; 0 leaves it to the method.</param>
public readonly record struct StepPlan(double End, double Size, bool Lands, int Order = 0)
{
    /// <summary>No step: double precision cannot resolve the length that the tolerance asks for.</summary>
    public static StepPlan TooSmall => default;

    /// <summary>Whether the step became too small.</summary>
    public bool IsTooSmall => Size == 0;
}
