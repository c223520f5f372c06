using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// The PID controller that <see cref="AdaptiveSteps"/> describes:
/// <c>h⁺ = h · safety · ‖e‖^(−(I + P + D)/q) · ‖e_previous‖^((P + 2D)/q) · ‖e_before‖^(−D/q)</c>, where the error goes like <c>h^q</c>.
/// </summary>
/// <param name="settings">Coefficients, limits and tolerances; checked already.</param>
internal sealed class PidController(AdaptiveSteps settings) : ErrorController(settings)
{
    private const double SmallestError = 1e-30;

    // Bounds how much an unusually small error lets the next step grow (Hairer's DOPRI5).
    private static readonly double s_logSmallestRememberedError = Math.Log(1e-4);

    private readonly double _logSafety = Math.Log(settings.SafetyFactor);
    private double _exponent;
    private double _memoryExponent;
    private double _earlierExponent;
    private double _logPrevious;
    private double _logBefore;
    private int _errorOrder;

    public override void Start(double t, double end, double initialStep)
    {
        base.Start(t, end, initialStep);
        _logPrevious = s_logSmallestRememberedError;
        _logBefore = s_logSmallestRememberedError;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override double FactorAfterSuccess(in StepAttempt attempt)
    {
        SetOrder(attempt.ErrorOrder);
        double logError = Math.Log(attempt.Error < SmallestError ? SmallestError : attempt.Error);
        double factor = Math.Exp(_logSafety - (_exponent * logError) + (_memoryExponent * _logPrevious) - (_earlierExponent * _logBefore));
        _logBefore = _logPrevious;
        _logPrevious = Math.Max(logError, s_logSmallestRememberedError);
        return factor;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override double FactorAfterFailure(in StepAttempt attempt)
    {
        SetOrder(attempt.ErrorOrder);
        return Math.Exp(_logSafety - (FailureExponent * Math.Log(attempt.Error)));
    }

    // Filters react too little to a single error for a retry.
    private double FailureExponent => Math.Max(_exponent, 0.5 / _errorOrder);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SetOrder(int errorOrder)
    {
        if (errorOrder != _errorOrder)
        {
            _errorOrder = errorOrder;
            ControllerCoefficients x = Settings.Controller;
            _exponent = (x.Integral + x.Proportional + x.Derivative) / errorOrder;
            _memoryExponent = (x.Proportional + (2 * x.Derivative)) / errorOrder;
            _earlierExponent = x.Derivative / errorOrder;
        }
    }
}
