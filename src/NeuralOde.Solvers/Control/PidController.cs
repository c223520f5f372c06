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

    // Above this the next step would be likely to fail.
    public const double LargestHeldError = 0.9;

    private readonly double _logSafety = Math.Log(settings.SafetyFactor);
    private readonly double _smallestHeldError = settings.HoldFrom ?? double.PositiveInfinity;
    private double _exponent;
    private double _memoryExponent;
    private double _earlierExponent;
    private double _logPrevious;
    private double _logBefore;

    // The errors of the last two steps, whose logarithms are not numbers where the step was held: then they are taken when they are needed.
    private double _errorPrevious;
    private double _errorBefore;
    private int _errorOrder;

    public override void Start(double t, double end, double initialStep)
    {
        base.Start(t, end, initialStep);
        _logPrevious = s_logSmallestRememberedError;
        _logBefore = s_logSmallestRememberedError;
    }

    /// <summary>Takes a step that was kept into account. What <see cref="ErrorController.OnAccepted"/> does, without a description of the step and the attempt.</summary>
    /// <param name="size">Length of the step, positive.</param>
    /// <param name="error">Its error.</param>
    /// <param name="errorOrder">Order of the error.</param>
    /// <param name="longest">Largest length of the next step.</param>
    /// <returns>Length of the next step.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Accepted(double size, double error, int errorOrder, double longest)
    {
        // Where the step stays as it is, a processor that foresees so need not wait for the error before it begins the next step.
        if (Holds(error) && size <= longest)
        {
            Hold(error);
            return Size = size;
        }

        return AdvanceBy(size, error, errorOrder, longest);
    }

    /// <summary>The same for a step that was discarded, though its error is finite.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public double Rejected(double size, double error, int errorOrder)
    {
        WasRejected = true;
        return Retreat(size, FailureFactor(error, errorOrder));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override double FactorAfterSuccess(in StepAttempt attempt) => SuccessFactor(attempt.Error, attempt.ErrorOrder);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override double FactorAfterFailure(in StepAttempt attempt) => FailureFactor(attempt.Error, attempt.ErrorOrder);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private double AdvanceBy(double size, double error, int errorOrder, double longest) => Advance(size, SuccessFactor(error, errorOrder), longest);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double SuccessFactor(double error, int errorOrder)
    {
        if (Holds(error))
        {
            Hold(error);
            return 1;
        }

        SetOrder(errorOrder);
        double logError = Math.Log(error < SmallestError ? SmallestError : error);
        if (double.IsFinite(_smallestHeldError))
        {
            _logPrevious = Known(_logPrevious, _errorPrevious);
            _logBefore = Known(_logBefore, _errorBefore);
        }

        double factor = Math.Exp(_logSafety - (_exponent * logError) + (_memoryExponent * _logPrevious) - (_earlierExponent * _logBefore));
        _logBefore = _logPrevious;
        _logPrevious = Math.Max(logError, s_logSmallestRememberedError);
        return factor;
    }

    private double FailureFactor(double error, int errorOrder)
    {
        SetOrder(errorOrder);
        return Math.Exp(_logSafety - (FailureExponent * Math.Log(error)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Holds(double error) => error >= _smallestHeldError && error <= LargestHeldError && !WasRejected;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Hold(double error)
    {
        _logBefore = _logPrevious;
        _errorBefore = _errorPrevious;
        _logPrevious = double.NaN;
        _errorPrevious = error;
    }

    private static double Known(double log, double error) => double.IsNaN(log) ? Math.Max(Math.Log(error), s_logSmallestRememberedError) : log;

    // Filters react too little to a single error for a retry.
    private double FailureExponent => Math.Max(_exponent, 0.5 / _errorOrder);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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
