namespace NeuralOde.Solvers;

/// <summary>
/// The PI controller that <see cref="AdaptiveSteps"/> describes: <c>h⁺ = h · safety · ‖e‖^(−(I + P)/q) · ‖e_previous‖^(P/q)</c>, where the error goes like <c>h^q</c>.
/// </summary>
/// <param name="settings">Coefficients, limits and tolerances; checked already.</param>
internal sealed class PiController(AdaptiveSteps settings) : ErrorController(settings)
{
    // Bounds how much an unusually small error lets the next step grow (Hairer's DOPRI5).
    private static readonly double LogSmallestRememberedError = Math.Log(1e-4);

    private readonly double _logSafety = Math.Log(settings.SafetyFactor);
    private double _exponent;
    private double _memoryExponent;
    private double _logPrevious;
    private int _errorOrder;

    public override void Start(double t, double end, double initialStep)
    {
        base.Start(t, end, initialStep);
        _logPrevious = LogSmallestRememberedError;
    }

    protected override double FactorAfterSuccess(in StepAttempt attempt)
    {
        SetOrder(attempt.ErrorOrder);
        double logError = Math.Log(Math.Max(attempt.Error, 1e-30));
        double factor = Math.Exp(_logSafety - (_exponent * logError) + (_memoryExponent * _logPrevious));
        _logPrevious = Math.Max(logError, LogSmallestRememberedError);
        return factor;
    }

    protected override double FactorAfterFailure(in StepAttempt attempt)
    {
        SetOrder(attempt.ErrorOrder);
        return Math.Exp(_logSafety - (_exponent * Math.Log(attempt.Error)));
    }

    private void SetOrder(int errorOrder)
    {
        if (errorOrder != _errorOrder)
        {
            _errorOrder = errorOrder;
            _exponent = (Settings.IntegralCoefficient + Settings.ProportionalCoefficient) / errorOrder;
            _memoryExponent = Settings.ProportionalCoefficient / errorOrder;
        }
    }
}
