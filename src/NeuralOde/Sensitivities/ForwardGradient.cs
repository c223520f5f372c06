namespace NeuralOde.Sensitivities;

/// <summary>
/// Solves the derivatives of the state by each component of the initial state, each parameter and each input along with it (<see cref="ForwardSensitivity{T}"/>), so that there
/// is no backward solve. For a few numbers to differentiate by: time and memory are proportional to how many there are. Memory does not depend on the number of steps.
/// </summary>
/// <remarks>
/// With <see cref="AdjointNorm.Full"/> steps resolve the derivatives to the tolerance too, so a solve that is for a gradient takes other steps than one that is not. With
/// <see cref="AdjointNorm.Seminorm"/> both take the same steps, and the gradient is that of the discrete map, as the direct one is, where the method has no Jacobian in its
/// formula. Fields that say which components count (<see cref="Fields.VectorField.ErrorNormOf"/>) leave the derivatives out in any case. Where a solve fails, a component
/// beyond those of the state is one of the derivatives.
/// </remarks>
public sealed record ForwardGradient : GradientMethod
{
    /// <inheritdoc/>
    public override string Name => "forward";

    /// <inheritdoc/>
    public override string Summary => "solves the derivatives along with the state: for few parameters and small states";

    /// <summary>What counts in the error of steps that are chosen by it: state and derivatives, or the state alone.</summary>
    /// <value>Default <see cref="AdjointNorm.Full"/>.</value>
    public AdjointNorm Norm { get; init; } = AdjointNorm.Full;

    /// <inheritdoc/>
    public override string? Unfit(OdeSolver solver, StepSizeControl? steps = null)
    {
        ArgumentNullException.ThrowIfNull(solver);
        return solver.NeedsPositions ? $"{solver.Name} needs to know which components are positions, which the derivatives of a state do not say. Take the direct gradient." : null;
    }

    /// <inheritdoc/>
    public override Sensitivity<T> Create<T>(CompiledField<T> field, OdeSolver solver, StepSizeControl steps) => new ForwardGradientSensitivity<T>(field, solver, steps, Norm);
}
