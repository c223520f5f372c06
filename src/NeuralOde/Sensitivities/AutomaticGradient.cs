namespace NeuralOde.Sensitivities;

/// <summary>
/// Measures, at the first gradient, time, memory and error of the methods that can be used, for the field, the sizes and the steps at hand, and keeps the fastest within
/// the budget whose gradient is right; <see cref="Sensitivity{T}.Choice"/> says what was chosen and why.
/// </summary>
/// <remarks>
/// A gradient is right where it agrees with the continuous adjoint along the stored solution (<see cref="GaussAdjoint"/>) to a hundred tolerances and 1e-3; with steps that are
/// not chosen by tolerances, where it agrees with the direct one to 1e-3. The choice depends on a clock: name a method where runs must be the same to the last bit.
/// </remarks>
public sealed record AutomaticGradient : GradientMethod
{
    /// <inheritdoc/>
    public override string Name => "auto";

    /// <inheritdoc/>
    public override string Summary => "measures the others at the first gradient, and keeps the fastest that fits and is right";

    /// <summary>The largest number of bytes that states and steps of one solve may take.</summary>
    /// <value>Positive, or null for no limit; 1 GiB by default.</value>
    public long? MemoryBudget
    {
        get;
        init => field = value is null or > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A budget is a positive number of bytes, or null for no limit.");
    }
    = 1L << 30;

    /// <inheritdoc/>
    public override Sensitivity<T> Create<T>(CompiledField<T> field, OdeSolver solver, StepSizeControl steps) => new AutomaticSensitivity<T>(field, solver, steps, this);
}
