namespace NeuralOde.Sensitivities;

/// <summary>
/// Integrates state, adjoint and parameter gradient backward in time (Chen et al. 2018, arXiv 1806.07366), restarting from the stored state at each
/// observation. Memory does not grow with the number of steps; the gradient is as exact as the solver is.
/// </summary>
/// <remarks>
/// The adjoint is measured in units of its largest component at the last observation, so that the result is proportional to the loss: tolerances that were chosen for the
/// state serve a loss that is a mean over ten thousand samples just as well. At each observation the state that came back is compared with the stored one; where it
/// has gone astray the gradient is too, and that is a <see cref="GradientWarning"/>.
/// </remarks>
public sealed record BacksolveAdjoint : GradientMethod
{
    /// <inheritdoc/>
    public override string Name => "adjoint";

    /// <inheritdoc/>
    public override string Summary => "integrates the adjoint backward in time: memory independent of the steps";

    /// <summary>The method that integrates backward in time.</summary>
    /// <value>Default null: that of the forward solve.</value>
    public OdeSolver? Solver { get; init; }

    /// <summary>How steps backward in time are chosen. Absolute tolerances hold for the state, and for the adjoint in units of its largest component.</summary>
    /// <value>Default null: as those of the forward solve.</value>
    public StepSizeControl? Steps { get; init; }

    /// <summary>What counts in the error of steps backward in time that are chosen by it.</summary>
    /// <value>Default <see cref="AdjointNorm.Seminorm"/>.</value>
    public AdjointNorm Norm { get; init; }

    /// <summary>
    /// How many gradients with the seminorm there are from one check against the full norm to the next, with adaptive steps; the first is checked. Where they differ
    /// by more than a hundred tolerances and 1e-3, the full norm is taken until the next check.
    /// </summary>
    /// <value>Not negative; 0 for no checks; 100 by default.</value>
    public int CheckInterval
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The number of gradients from one check to the next is not negative.");
    }
    = 100;

    /// <inheritdoc/>
    public override string? Unfit(OdeSolver solver, StepSizeControl? steps = null) => UnfitForAdjoint(Solver ?? solver);

    /// <inheritdoc/>
    public override Sensitivity<T> Create<T>(CompiledField<T> field, OdeSolver solver, StepSizeControl steps) =>
        new BacksolveSensitivity<T>(field, solver, steps, this, truncated: false);
}
