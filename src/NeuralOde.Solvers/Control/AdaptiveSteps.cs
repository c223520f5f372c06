using System.Globalization;

namespace NeuralOde.Solvers;

/// <summary>Steps chosen so that the estimated error of each stays within a tolerance.</summary>
/// <remarks>
/// A step is accepted where <c>‖e‖ = sqrt(mean((e_i / (atol + rtol max(|z_i|, |z⁺_i|)))²)) ≤ 1</c>
/// (Hairer, Nørsett, Wanner, <i>Solving Ordinary Differential Equations I</i>, II.4). With q = embedded order + 1, the next step is
/// <c>h · clamp(safety · ‖e‖^(−(I + P)/q) · ‖e_previous‖^(P/q), min, max)</c>: a PI controller (K. Gustafsson, <i>ACM TOMS</i> 17 (1991);
/// Hairer, Wanner II, IV.2). After a rejection the step does not grow.
/// Values are checked when a solver takes the control.
/// </remarks>
public sealed record AdaptiveSteps : StepSizeControl
{
    /// <summary>Relative tolerance, rtol.</summary>
    /// <value>Positive and finite; 1e-6 by default.</value>
    public double RelativeTolerance { get; init; } = 1e-6;

    /// <summary>Absolute tolerance, atol, in units of the state.</summary>
    /// <value>Positive and finite; 1e-9 by default.</value>
    public double AbsoluteTolerance { get; init; } = 1e-9;

    /// <summary>Integral coefficient I of the controller.</summary>
    /// <value>0.65 by default: with <see cref="ProportionalCoefficient"/> 0.2, what Hairer's DOPRI5 uses (β = 0.04). 1 and 0 give the classic controller.</value>
    public double IntegralCoefficient { get; init; } = 0.65;

    /// <summary>Proportional coefficient P of the controller.</summary>
    /// <value>Not negative; 0.2 by default.</value>
    public double ProportionalCoefficient { get; init; } = 0.2;

    /// <summary>Factor on the step that the controller proposes, so that it is likely to be accepted.</summary>
    /// <value>Within (0, 1]; 0.9 by default.</value>
    public double SafetyFactor { get; init; } = 0.9;

    /// <summary>Smallest factor from one step to the next.</summary>
    /// <value>Within (0, 1); 0.2 by default.</value>
    public double MinFactor { get; init; } = 0.2;

    /// <summary>Largest factor from one step to the next.</summary>
    /// <value>Greater than 1; 10 by default.</value>
    public double MaxFactor { get; init; } = 10;

    /// <summary>Length of the first step, in units of time.</summary>
    /// <value>Positive, or <see langword="null"/> (the default): by the algorithm of Hairer, Nørsett, Wanner I, II.4, which costs one evaluation.</value>
    public double? InitialStep { get; init; }

    /// <summary>Largest length of a step, in units of time.</summary>
    /// <value>Positive, or <see langword="null"/> (the default): no limit.</value>
    public double? MaxStep { get; init; }

    /// <summary>Largest number of steps, accepted and rejected, in one solve.</summary>
    /// <value>At least 1; 100,000 by default.</value>
    public int MaxSteps { get; init; } = 100_000;

    /// <inheritdoc/>
    public override Tolerances Tolerances => new(RelativeTolerance, AbsoluteTolerance);

    /// <inheritdoc/>
    public override StepController CreateController(string parameter)
    {
        Validate(parameter);
        return new PiController(this);
    }

    internal void Validate(string parameter)
    {
        Positive(RelativeTolerance, nameof(RelativeTolerance), parameter);
        Positive(AbsoluteTolerance, nameof(AbsoluteTolerance), parameter);
        Within(ProportionalCoefficient is >= 0 and < double.PositiveInfinity, ProportionalCoefficient, nameof(ProportionalCoefficient), "not negative and finite", parameter);
        double sum = IntegralCoefficient + ProportionalCoefficient;
        Within(sum is > 0 and < double.PositiveInfinity, sum, $"{nameof(IntegralCoefficient)} + {nameof(ProportionalCoefficient)}", "positive and finite", parameter);
        Within(SafetyFactor is > 0 and <= 1, SafetyFactor, nameof(SafetyFactor), "within (0, 1]", parameter);
        Within(MinFactor is > 0 and < 1, MinFactor, nameof(MinFactor), "within (0, 1)", parameter);
        Within(MaxFactor is > 1 and < double.PositiveInfinity, MaxFactor, nameof(MaxFactor), "finite and greater than 1", parameter);
        Positive(InitialStep ?? 1, nameof(InitialStep), parameter);
        Positive(MaxStep ?? 1, nameof(MaxStep), parameter);
        Within(MaxSteps >= 1, MaxSteps, nameof(MaxSteps), "at least 1", parameter);
    }

    private static void Positive(double value, string name, string parameter)
        => Within(value is > 0 and < double.PositiveInfinity, value, name, "positive and finite", parameter);

    private static void Within(bool condition, double value, string name, string range, string parameter)
    {
        if (!condition)
        {
            throw new ArgumentOutOfRangeException(parameter, value, string.Create(CultureInfo.InvariantCulture, $"{name} is {value:R}; it must be {range}."));
        }
    }
}
