namespace NeuralOde.Sensitivities;

/// <summary>
/// Integrates adjoint and parameter gradient backward in time along the forward solve's dense output: nothing is integrated against its direction of stability.
/// Memory grows with the number of steps; the gradient is as exact as the solver is. It serves every solver, also those whose steps have no transpose.
/// </summary>
/// <remarks>The adjoint is measured in units of its largest component, as in <see cref="BacksolveAdjoint"/>.</remarks>
public sealed record InterpolatedAdjoint : GradientMethod
{
    /// <inheritdoc/>
    public override string Name => "interpolated";

    /// <inheritdoc/>
    public override string Summary => "integrates the adjoint backward along the stored solution: for any solver, stable";

    /// <summary>The method that integrates backward in time.</summary>
    /// <value>Default null: that of the forward solve.</value>
    public OdeSolver? Solver { get; init; }

    /// <summary>How steps backward in time are chosen. Absolute tolerances are in units of the adjoint's largest component.</summary>
    /// <value>Default null: as those of the forward solve.</value>
    public StepSizeControl? Steps { get; init; }

    /// <summary>What counts in the error of steps backward in time that are chosen by it.</summary>
    /// <value>Default <see cref="AdjointNorm.Full"/>.</value>
    public AdjointNorm Norm { get; init; } = AdjointNorm.Full;

    /// <inheritdoc/>
    public override string? Unfit(OdeSolver solver, StepSizeControl? steps = null) => UnfitForAdjoint(Solver ?? solver);

    /// <inheritdoc/>
    public override Sensitivity<T> Create<T>(CompiledField<T> field, OdeSolver solver, StepSizeControl steps) => new InterpolatedSensitivity<T>(field, solver, steps, this);
}
