namespace NeuralOde.Sensitivities;

/// <summary>
/// Reverses the solver's own steps, one vector-Jacobian product per stage: the exact gradient of the numbers that were computed.
/// Memory grows with the number of steps up to a budget; steps beyond it are computed again, from checkpoints, to the same bits.
/// </summary>
/// <remarks>
/// Steps that were chosen to resolve the state need not resolve the gradient: a state that rests says nothing about its perturbations, and of <c>z' = θ sin 20t</c> at
/// θ = 0 nothing about the parameter. So with adaptive steps the first gradient, and one of every <see cref="CheckInterval"/> after it, is compared with the
/// continuous adjoint along the stored solution (<see cref="GaussAdjoint"/>), whose steps resolve the gradient. Where they differ by more than a
/// hundred tolerances and 1e-3, the adjoint's gradient is returned instead, with a <see cref="GradientWarning"/>, and so are the following ones until a check passes.
/// Solves that do not fit into the budget are not checked.
/// </remarks>
public sealed record DirectGradient : GradientMethod
{
    /// <inheritdoc/>
    public override string Name => "direct";

    /// <inheritdoc/>
    public override string Summary => "reverses the solver's own steps: exact for what was computed";

    /// <summary>How many gradients there are from one check against the continuous adjoint to the next, with adaptive steps. The first is checked.</summary>
    /// <value>Not negative; 0 for no checks; 100 by default.</value>
    public int CheckInterval
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The number of gradients from one check to the next is not negative.");
    }
    = 100;

    /// <summary>
    /// The largest number of bytes that the steps of one solve may take. Where a solve does not fit, checkpoints are kept, and the steps between them are computed again on the
    /// way back by the binomial schedule (A. Griewank, A. Walther, <i>ACM TOMS</i> 26 (2000)).
    /// </summary>
    /// <value>Positive, or null for no limit; 1 GiB by default.</value>
    public long? MemoryBudget
    {
        get;
        init => field = value is null or > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A budget is a positive number of bytes, or null for no limit.");
    }
    = 1L << 30;

    /// <inheritdoc/>
    public override string? Unfit(OdeSolver solver, StepSizeControl? steps = null)
    {
        ArgumentNullException.ThrowIfNull(solver);
        return solver.HasTranspose ? null
            : $"The steps of {solver.Name} have no transpose, which the direct gradient needs. Take {nameof(InterpolatedAdjoint)} or {nameof(GaussAdjoint)}, or another solver.";
    }

    /// <inheritdoc/>
    public override Sensitivity<T> Create<T>(CompiledField<T> field, OdeSolver solver, StepSizeControl steps) => new DirectSensitivity<T>(field, solver, steps, this);
}
