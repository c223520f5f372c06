using System.Globalization;

namespace NeuralOde.Solvers;

/// <summary>Steps chosen so that the estimated error of each stays within a tolerance.</summary>
/// <remarks>
/// A step is accepted where <c>‖e‖ = sqrt(mean((e_i / (atol + rtol max(|z_i|, |z⁺_i|)))²)) ≤ 1</c>
/// (Hairer, Nørsett, Wanner, <i>Solving Ordinary Differential Equations I</i>, II.4). With q = embedded order + 1, the next step is
/// <c>h · clamp(safety · ‖e‖^(−(I + P + D)/q) · ‖e_previous‖^((P + 2D)/q) · ‖e_before‖^(−D/q), min, max)</c>: a PID controller, by default with D = 0
/// (K. Gustafsson, <i>ACM TOMS</i> 17 (1991); G. Söderlind, <i>ACM TOMS</i> 29 (2003); Hairer, Wanner II, IV.2). After a rejection the step does not grow.
/// <para>
/// A state that rests, because it moves by less than the tolerance in a step, makes error estimates that say nothing: of <c>x' = −x</c> at 0 they are zero, and
/// steps would grow until perturbations of the state, and so its gradients, are amplified instead of damped. Where a step moves the state so little,
/// <see cref="LimitsAtRest"/> bounds the next one by an estimate of the largest eigenvalue of the field's Jacobian.
/// </para>
/// Values are checked when a solver takes the control.
/// </remarks>
public sealed record AdaptiveSteps : StepSizeControl
{
    /// <summary>Relative tolerance, rtol.</summary>
    /// <value>Not negative, finite, and 0 only with a positive absolute tolerance; 1e-6 by default.</value>
    public double RelativeTolerance { get; init; } = 1e-6;

    /// <summary>Absolute tolerance, atol, in units of the state.</summary>
    /// <value>Not negative and finite; 1e-9 by default. 0 makes sense where no component comes near 0: one that does so has no scale to be measured by.</value>
    public double AbsoluteTolerance { get; init; } = 1e-9;

    /// <summary>Absolute tolerance of each component of the state, instead of <see cref="AbsoluteTolerance"/>.</summary>
    /// <value>One value per component, each not negative and finite; <see langword="null"/> (the default): the same for all.</value>
    public IReadOnlyList<double>? AbsoluteTolerances { get; init; }

    /// <summary>Coefficients I, P and D of the controller.</summary>
    /// <value><see cref="ControllerCoefficients.Dopri5"/> by default.</value>
    public ControllerCoefficients Controller { get; init; } = ControllerCoefficients.Dopri5;

    /// <summary>Factor on the step that the controller proposes, so that it is likely to be accepted.</summary>
    /// <value>Within (0, 1]; 0.9 by default.</value>
    public double SafetyFactor { get; init; } = 0.9;

    /// <summary>Smallest factor from one step to the next.</summary>
    /// <value>Within (0, 1); 0.2 by default.</value>
    public double MinFactor { get; init; } = 0.2;

    /// <summary>Largest factor from one step to the next.</summary>
    /// <value>Greater than 1; 10 by default.</value>
    public double MaxFactor { get; init; } = 10;

    /// <summary>
    /// Errors from this share of the tolerance to 0.9 of it leave the next step as long as the last one, unless that was a retry; the factors of others come from a table
    /// of four errors for each power of two. So no logarithm is computed, and where the length stays the processor begins the next step before it knows the error of the
    /// last. On DETEST's problems of up to four components 0.2 takes a quarter less time at equal errors where the field is compiled into the loop, and 2 % more
    /// evaluations. Boost.odeint's controller leaves steps as they are from 0.5 to 1, RADAU5 with factors from 1 to 1.2.
    /// </summary>
    /// <value>
    /// Within (0, 0.9), or 1, with which every step follows the error. <see langword="null"/> (the default): 0.2 where <see cref="Dopri5"/> or <see cref="Tsit5"/> solves an
    /// <see cref="InlinedField{T, TState, TField}"/>, 1 otherwise. Methods of variable order have rules of their own.
    /// </value>
    public double? HoldFrom { get; init; }

    /// <summary>Length of the first step, in units of time.</summary>
    /// <value>Positive, or <see langword="null"/> (the default): by the algorithm of Hairer, Nørsett, Wanner I, II.4, which costs one evaluation.</value>
    public double? InitialStep { get; init; }

    /// <summary>Largest length of a step, in units of time.</summary>
    /// <value>Positive, or <see langword="null"/> (the default): no limit.</value>
    public double? MaxStep { get; init; }

    /// <summary>
    /// Smallest length of a step, in units of time, apart from steps that land on a time. Where a shorter one is needed the solve ends with
    /// <see cref="SolveStatus.StepTooSmall"/>.
    /// </summary>
    /// <value>Positive and at most <see cref="MaxStep"/>, or <see langword="null"/> (the default): what double precision resolves.</value>
    public double? MinStep { get; init; }

    /// <summary>Times that steps end on, beside the last output time. Those outside the interval of a solve have no effect on it.</summary>
    /// <value>Finite times in any order; none by default.</value>
    public IReadOnlyList<double> LandOn { get; init; } = [];

    /// <summary>
    /// Times at which the field jumps or has a kink. No step goes across: one ends just before, and from there the method starts afresh, with a first step
    /// chosen anew. At the time itself the field must have its later value, whichever way the solve goes. Those outside the interval of a solve have no effect on it.
    /// </summary>
    /// <value>Finite times in any order; none by default.</value>
    public IReadOnlyList<double> Discontinuities { get; init; } = [];

    /// <summary>
    /// Whether steps of explicit methods are bounded while the state rests, so that a perturbation of it would be resolved to the relative tolerance, and while a
    /// component rests, so that a perturbation of it is not amplified where the field damps it. It costs one evaluation for each step in which the state
    /// rests, one for every sixteenth in which a component does, and nothing otherwise. Without it gradients at rest are not to be trusted.
    /// </summary>
    /// <value><see langword="true"/> by default.</value>
    public bool LimitsAtRest { get; init; } = true;

    /// <summary>Largest number of steps, accepted and rejected, in one solve.</summary>
    /// <value>At least 1; 100,000 by default.</value>
    public int MaxSteps { get; init; } = 100_000;

    /// <inheritdoc/>
    public override Tolerances Tolerances
        => AbsoluteTolerances is null
            ? new(RelativeTolerance, AbsoluteTolerance)
            : new(RelativeTolerance, AbsoluteTolerances.Where(static x => x > 0).DefaultIfEmpty(0).Min()) { AbsoluteByComponent = AbsoluteTolerances };

    /// <inheritdoc/>
    public override StepController CreateController(string parameter)
    {
        Validate(parameter);
        return new PidController(this);
    }

    internal void Validate(string parameter)
    {
        NotNegative(RelativeTolerance, nameof(RelativeTolerance), parameter);
        NotNegative(AbsoluteTolerance, nameof(AbsoluteTolerance), parameter);
        foreach (double tolerance in AbsoluteTolerances ?? [AbsoluteTolerance])
        {
            NotNegative(tolerance, nameof(AbsoluteTolerances), parameter);
            Within(RelativeTolerance > 0 || tolerance > 0, tolerance, nameof(AbsoluteTolerance), "positive where the relative tolerance is 0", parameter);
        }

        double sum = Controller.Integral + Controller.Proportional + Controller.Derivative;
        Within(sum is > 0 and < double.PositiveInfinity, sum, $"the sum of the coefficients of {nameof(Controller)}", "positive and finite", parameter);
        Within(double.IsFinite(Controller.Proportional) && double.IsFinite(Controller.Derivative), sum, nameof(Controller), "finite in all its coefficients", parameter);
        Within(SafetyFactor is > 0 and <= 1, SafetyFactor, nameof(SafetyFactor), "within (0, 1]", parameter);
        Within(MinFactor is > 0 and < 1, MinFactor, nameof(MinFactor), "within (0, 1)", parameter);
        Within(MaxFactor is > 1 and < double.PositiveInfinity, MaxFactor, nameof(MaxFactor), "finite and greater than 1", parameter);
        Within(HoldFrom is null or 1 or (> 0 and < PidController.LargestHeldError), HoldFrom ?? 0, nameof(HoldFrom), "within (0, 0.9), or 1", parameter);
        Positive(InitialStep ?? 1, nameof(InitialStep), parameter);
        Positive(MaxStep ?? 1, nameof(MaxStep), parameter);
        Positive(MinStep ?? 1, nameof(MinStep), parameter);
        Within(!(MinStep > MaxStep), MinStep ?? 0, nameof(MinStep), $"at most {nameof(MaxStep)}", parameter);
        foreach (double time in LandOn.Concat(Discontinuities))
        {
            Within(double.IsFinite(time), time, $"A time of {nameof(LandOn)} or {nameof(Discontinuities)}", "finite", parameter);
        }

        Within(MaxSteps >= 1, MaxSteps, nameof(MaxSteps), "at least 1", parameter);
    }

    private static void Positive(double value, string name, string parameter)
        => Within(value is > 0 and < double.PositiveInfinity, value, name, "positive and finite", parameter);

    private static void NotNegative(double value, string name, string parameter)
        => Within(value is >= 0 and < double.PositiveInfinity, value, name, "not negative and finite", parameter);

    private static void Within(bool condition, double value, string name, string range, string parameter)
    {
        if (!condition)
        {
            throw new ArgumentOutOfRangeException(parameter, value, string.Create(CultureInfo.InvariantCulture, $"{name} is {value:R}; it must be {range}."));
        }
    }
}
