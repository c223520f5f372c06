namespace NeuralOde.Sensitivities;

/// <summary>
/// The adjoint restarted at each observation from that observation's gradient alone, as one published implementation does. Each
/// interval sees only the observation at its own end, so the gradient is biased; it is here to be compared with.
/// </summary>
public sealed record TruncatedAdjoint : GradientMethod
{
    /// <inheritdoc/>
    public override string Name => "truncated";

    /// <inheritdoc/>
    public override string Summary => "restarts the adjoint at each observation: biased, for comparison";

    /// <inheritdoc/>
    public override string? Unfit(OdeSolver solver, StepSizeControl? steps = null) => UnfitForAdjoint(solver);

    /// <inheritdoc/>
    public override Sensitivity<T> Create<T>(CompiledField<T> field, OdeSolver solver, StepSizeControl steps) =>
        new BacksolveSensitivity<T>(field, solver, steps, new BacksolveAdjoint(), truncated: true);
}
