namespace NeuralOde.Solvers;

/// <summary>An attempt of a recorded solve, to be made again. The last one of a step is the one that was kept.</summary>
/// <param name="End">Time at its end.</param>
/// <param name="Size">Its length.</param>
/// <param name="Order">Its order, or 0.</param>
/// <param name="Restarts">Whether the method starts afresh after it.</param>
internal readonly record struct RecordedAttempt(double End, double Size, int Order, bool Restarts)
{
    public StepPlan Plan => new(End, Size, false, Order);
}
