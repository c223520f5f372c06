namespace NeuralOde.Solvers;

/// <summary>
/// Chooses length and order of the steps of a method of variable order: whichever order allows the longest step. A step is kept until one that is half as long again would
/// do, which saves factorizations.
/// </summary>
/// <remarks>A. C. Hindmarsh et al., "SUNDIALS", <i>ACM TOMS</i> 31 (2005), 2.1; thresholds are CVODE's, biases four times as large.</remarks>
/// <param name="settings">Limits and tolerances; checked already.</param>
/// <param name="maxOrder">Largest order.</param>
/// <param name="share">Share of the step that the errors allow.</param>
internal sealed class OrderController(AdaptiveSteps settings, int maxOrder, double share) : ErrorController(settings)
{
    // The error of a step is aimed at a share of the tolerance; an order that has not been tried yet must promise more. CVODE's 6 and 10 need a tenth fewer evaluations
    // on the stiff classics only, since more of their steps are rejected, and leave errors twice as large.
    private const double Bias = 25, BiasAbove = 35;
    private const double SmallestGrowth = 1.5;
    private const int FailuresBeforeLowering = 3;

    private readonly double _safety = share * settings.SafetyFactor / new AdaptiveSteps().SafetyFactor;
    private readonly double[] _growthThresholds = [.. Enumerable.Range(0, maxOrder + 3).Select(power => Math.Pow(SmallestGrowth, -power) / Bias)];
    private int _failures;

    /// <summary>This controller for adaptive steps; what other settings make for themselves.</summary>
    public static StepController Create(StepSizeControl control, string parameter, int maxOrder, double share = 1)
    {
        if (control is not AdaptiveSteps adaptive)
        {
            return control.CreateController(parameter);
        }

        adaptive.Validate(parameter);
        return new OrderController(adaptive, maxOrder, share);
    }

    /// <summary>Which order allows the longest step after one that was kept.</summary>
    /// <param name="attempt">What came of the step.</param>
    /// <param name="change">−1, 0 or 1.</param>
    /// <returns>Factor to the step that it allows.</returns>
    public static double Choose(in StepAttempt attempt, out int change)
    {
        change = 0;
        double factor = Factor(attempt.Error, Bias, attempt.ErrorOrder);
        double below = double.IsNaN(attempt.ErrorBelow) ? 0 : Factor(attempt.ErrorBelow, Bias, attempt.ErrorOrder - 1);
        double above = double.IsNaN(attempt.ErrorAbove) ? 0 : Factor(attempt.ErrorAbove, BiasAbove, attempt.ErrorOrder + 1);
        if (Math.Max(below, above) > factor && Math.Max(below, above) >= SmallestGrowth)
        {
            change = below >= above ? -1 : 1;
            factor = Math.Max(below, above);
        }

        return factor;
    }

    public override void Start(double t, double end, double initialStep)
    {
        base.Start(t, end, initialStep);
        _failures = 0;
    }

    protected override double FactorAfterSuccess(in StepAttempt attempt)
    {
        _failures = 0;
        NextOrder = attempt.ErrorOrder - 1;
        bool isChoice = !double.IsNaN(attempt.ErrorBelow) || !double.IsNaN(attempt.ErrorAbove);
        if (WasRejected || (!isChoice && attempt.Error > _growthThresholds[Math.Min(attempt.ErrorOrder, _growthThresholds.Length - 1)]))
        {
            return 1;
        }

        double factor = Choose(attempt, out int change);
        NextOrder += change;
        factor *= _safety;
        return factor < SmallestGrowth ? 1 : factor;
    }

    protected override double FactorAfterFailure(in StepAttempt attempt)
    {
        _failures++;
        int order = attempt.ErrorOrder - 1;
        if (_failures <= FailuresBeforeLowering)
        {
            double factor = _safety * Factor(attempt.Error, Bias, attempt.ErrorOrder);
            return _failures > 1 ? Math.Min(factor, 0.2) : Math.Min(factor, 0.9);
        }

        // The history does not describe the solution anymore.
        NextOrder = Math.Max(1, order - 1);
        return 0;
    }

    private static double Factor(double error, double bias, int power) => 1 / (Math.Pow(bias * error, 1.0 / power) + 1e-6);
}
