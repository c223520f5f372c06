namespace NeuralOde.Sensitivities;

/// <summary>
/// Takes the steps of a reversible method back algebraically, and reverses each: the gradient of the numbers that were computed but for round-off, in memory that does not
/// depend on the number of steps (Zhuang et al. 2021, arXiv 2102.04668). For <see cref="ReversibleMethod"/> and <see cref="SymplecticMethod"/> with <see cref="FixedSteps"/>.
/// </summary>
/// <remarks>
/// Where the dynamics are damped or chaotic, the way back magnifies round-off. How far it misses the initial state is known, and is a <see cref="GradientWarning"/> from
/// 1e-3 of the
/// state's size on, a <see cref="GradientException"/> from half of it on.
/// </remarks>
public sealed record ReversibleGradient : GradientMethod
{
    /// <inheritdoc/>
    public override string Name => "reversible";

    /// <inheritdoc/>
    public override string Summary => "takes the steps of a reversible solver back: exact, memory independent of the steps";

    /// <inheritdoc/>
    public override string? Unfit(OdeSolver solver, StepSizeControl? steps = null) =>
        solver is not (ReversibleMethod or SymplecticMethod) ? $"The steps of {solver?.Name} cannot be taken back, which the reversible gradient needs. Take alf, leapfrog or "
            + $"reversible-heun, for positions and velocities verlet, yoshida4 or yoshida6, or another gradient."
        : steps is not (null or FixedSteps) ? "The reversible gradient takes back fixed steps. Give a step, or take another gradient."
        : null;

    /// <inheritdoc/>
    public override Sensitivity<T> Create<T>(CompiledField<T> field, OdeSolver solver, StepSizeControl steps) =>
        Unfit(solver, steps) is { } unfit ? throw new ArgumentException(unfit, nameof(solver)) : new DirectSensitivity<T>(field, solver, steps);
}
