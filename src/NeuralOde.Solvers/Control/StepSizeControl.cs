namespace NeuralOde.Solvers;

/// <summary>How the length of the steps is chosen: <see cref="AdaptiveSteps"/> or <see cref="FixedSteps"/>.</summary>
public abstract record StepSizeControl
{
    private protected StepSizeControl()
    {
    }
}
