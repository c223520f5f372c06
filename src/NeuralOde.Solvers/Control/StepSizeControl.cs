namespace NeuralOde.Solvers;

/// <summary>How the length of the steps is chosen: <see cref="AdaptiveSteps"/>, <see cref="FixedSteps"/>, or settings of your own.</summary>
public abstract record StepSizeControl
{
    /// <summary>Checks the settings, and makes what chooses the steps.</summary>
    /// <param name="parameter">Name of the argument that the settings came as, for exceptions.</param>
    /// <returns>A controller, for one integrator.</returns>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public abstract StepController CreateController(string parameter);

    /// <summary>The tolerances that errors are measured by: of a step, and of the iterations of implicit methods.</summary>
    public abstract Tolerances Tolerances { get; }
}
