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

    // Where steps are held for a field that is compiled into the loop: chosen on DETEST's small problems (the benchmark "holds").
    public const double InlinedHoldFrom = 0.2;

    private readonly double _logSafety = Math.Log(settings.SafetyFactor);
    private readonly double _smallestHeldError = settings.HoldFrom ?? InlinedHoldFrom;

    // Only where steps are held: there nothing else may take time either.
    private StepFactorTable? _table = settings.HoldFrom < LargestHeldError ? new StepFactorTable() : null;
    private StepFactorTable? _inlinedTable;
    private double _memoryFactor;
    private double _earlierFactor;
    private int _indexBefore;

    private double _exponent;
    private double _memoryExponent;
    private double _earlierExponent;
    private double _logPrevious;
    private double _logBefore;
    private int _errorOrder;

    /// <summary>Before a solve: whether its field is compiled into the loop over the steps, where <see cref="AdaptiveSteps.HoldFrom"/> has another default.</summary>
    public void Serve(bool isInlined)
    {
        if (Settings.HoldFrom is null && isInlined != _table is not null)
        {
            _table = isInlined ? _inlinedTable ??= new StepFactorTable() : null;
            _errorOrder = 0;
        }
    }

    public override void Start(double t, double end, double initialStep)
    {
        base.Start(t, end, initialStep);
        _logPrevious = s_logSmallestRememberedError;
        _logBefore = s_logSmallestRememberedError;
        _indexBefore = -1;
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
        if (_table is null)
        {
            return AdvanceBy(size, error, errorOrder, longest);
        }

        double factor = TableFactor(error, errorOrder, out bool isHeld);

        // A branch: where the step stays as it is, a processor that foresees so need not wait for the error before it begins the next step.
        return isHeld && size <= longest ? Size = size : Advance(size, factor, longest);
    }

    /// <summary>The same for a step that was discarded, though its error is finite.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public double Rejected(double size, double error, int errorOrder)
    {
        WasRejected = true;
        return Retreat(size, FailureFactor(error, errorOrder));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override double FactorAfterSuccess(in StepAttempt attempt)
        => _table is null ? SuccessFactor(attempt.Error, attempt.ErrorOrder) : TableFactor(attempt.Error, attempt.ErrorOrder, out _);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override double FactorAfterFailure(in StepAttempt attempt) => FailureFactor(attempt.Error, attempt.ErrorOrder);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private double AdvanceBy(double size, double error, int errorOrder, double longest) => Advance(size, SuccessFactor(error, errorOrder), longest);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double SuccessFactor(double error, int errorOrder)
    {
        SetOrder(errorOrder);
        double logError = Math.Log(error < SmallestError ? SmallestError : error);
        double factor = Math.Exp(_logSafety - (_exponent * logError) + (_memoryExponent * _logPrevious) - (_earlierExponent * _logBefore));
        _logBefore = _logPrevious;
        _logPrevious = Math.Max(logError, s_logSmallestRememberedError);
        return factor;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double TableFactor(double error, int errorOrder, out bool isHeld)
    {
        if (errorOrder != _errorOrder || _indexBefore < 0)
        {
            FillTable(errorOrder);
        }

        StepFactorTable table = _table!;
        int index = StepFactorTable.Index(error);
        double memory = _memoryFactor, earlier = _earlierFactor;
        _memoryFactor = table.Memory(index);
        _earlierFactor = table.Earlier(_indexBefore);
        _indexBefore = index;
        isHeld = error >= _smallestHeldError && error <= LargestHeldError && !WasRejected;
        return isHeld ? 1 : table.Success(index) * (memory * earlier);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FillTable(int errorOrder)
    {
        if (errorOrder != _errorOrder)
        {
            SetOrder(errorOrder);
            _table!.Fill(
                logError => Math.Exp(_logSafety - (_exponent * logError)),
                logError => Math.Exp(_logSafety - (FailureExponent * logError)),
                logError => Math.Exp(_memoryExponent * Math.Max(logError, s_logSmallestRememberedError)),
                logError => Math.Exp(-_earlierExponent * Math.Max(logError, s_logSmallestRememberedError)));
        }

        if (_indexBefore < 0)
        {
            _indexBefore = StepFactorTable.Index(Math.Exp(s_logSmallestRememberedError));
        }

        _memoryFactor = _table!.Memory(_indexBefore);
        _earlierFactor = _table.Earlier(_indexBefore);
    }

    private double FailureFactor(double error, int errorOrder)
    {
        if (_table is null)
        {
            SetOrder(errorOrder);
            return Math.Exp(_logSafety - (FailureExponent * Math.Log(error)));
        }

        if (errorOrder != _errorOrder || _indexBefore < 0)
        {
            FillTable(errorOrder);
        }

        return _table.Failure(StepFactorTable.Index(error));
    }

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
