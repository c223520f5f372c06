namespace NeuralOde.Sensitivities;

/// <summary>
/// Integrates the adjoint alone backward along the forward solve's dense output, and takes the parameters' gradient by quadrature of each step, with an
/// error estimate of its own. Memory grows with the number of steps. It serves every solver, and parameters that the state hardly depends on.
/// </summary>
/// <remarks>
/// The quadrature is a Gauss rule of 3 points with its Kronrod extension to 7, on pieces that are halved until both agree to the relative tolerance
/// (R. Piessens et al., <i>QUADPACK</i>, 1983; as in SciMLSensitivity's GaussAdjoint). The adjoint is measured in units of its largest component.
/// </remarks>
public sealed record GaussAdjoint : GradientMethod
{
    /// <inheritdoc/>
    public override string Name => "gauss";

    /// <inheritdoc/>
    public override string Summary => "does the same, with a quadrature for the parameters that checks itself";

    /// <summary>The method that integrates backward in time.</summary>
    /// <value>Default null: that of the forward solve.</value>
    public OdeSolver? Solver { get; init; }

    /// <summary>How steps backward in time are chosen. Absolute tolerances are in units of the adjoint's largest component.</summary>
    /// <value>Default null: as those of the forward solve.</value>
    public StepSizeControl? Steps { get; init; }

    /// <inheritdoc/>
    public override string? Unfit(OdeSolver solver, StepSizeControl? steps = null) => UnfitForAdjoint(Solver ?? solver);

    /// <inheritdoc/>
    public override Sensitivity<T> Create<T>(CompiledField<T> field, OdeSolver solver, StepSizeControl steps) => new GaussSensitivity<T>(field, solver, steps, this);
}
