using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// What all controllers by error estimates share: limits of the length, landing, and retreat after a rejection. What is left to a derived class is
/// the factor from one step to the next.
/// </summary>
/// <param name="settings">Limits and tolerances; checked already.</param>
public abstract class ErrorController(AdaptiveSteps settings) : StepController
{
    // A step of a few units in the last place of time makes no progress that double precision can tell from round-off.
    internal const double SmallestStep = 10 * 2.220446049250313e-16;

    // A remainder of up to 1 % of a step is not worth a step of its own (Hairer's DOPRI5).
    internal const double Stretch = 1.01;

    private readonly double _largest = settings.MaxStep ?? double.PositiveInfinity;
    private readonly double _smallest = settings.MinStep ?? 0;
    private readonly double _minFactor = settings.MinFactor;
    private readonly double _maxFactor = settings.MaxFactor;
    private double _direction;
    private double _size;

    /// <inheritdoc/>
    public sealed override bool NeedsError => true;

    /// <inheritdoc/>
    public sealed override bool NeedsInitialStep => Settings.InitialStep is null;

    /// <inheritdoc/>
    public sealed override long MaxAttempts => Settings.MaxSteps;

    /// <inheritdoc/>
    public sealed override double MaxStep => _largest;

    /// <summary>Length of the next step, positive.</summary>
    internal double Size
    {
        get => _size;
        private protected set => _size = value;
    }


    /// <summary>Limits and tolerances.</summary>
    protected AdaptiveSteps Settings { get; } = settings;

    /// <summary>Whether the last attempt was rejected.</summary>
    protected bool WasRejected { get; private protected set; }

    /// <summary>Order for the next attempt of a method of variable order; 0 leaves it to the method.</summary>
    protected int NextOrder { get; set; }

    /// <inheritdoc/>
    public override void Start(double t, double end, double initialStep)
    {
        // Always positive; the direction is applied where a step is planned.
        _direction = end > t ? 1 : -1;
        _size = Math.Max(Settings.InitialStep ?? initialStep, 2 * SmallestStep * Math.Abs(t));
        WasRejected = false;
        NextOrder = 0;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public sealed override StepPlan Plan(double t, double stop)
    {
        double size = _size = AtMost(_size, _largest);
        double remaining = Math.Abs(stop - t);
        if (remaining <= size || (remaining <= Stretch * size && remaining <= _largest))
        {
            return new StepPlan(stop, stop - t, true, NextOrder);
        }

        // Measured where time is now: near 0 double precision resolves far shorter steps than at the end.
        if (!(size > SmallestStep * Math.Abs(t)))
        {
            return StepPlan.TooSmall;
        }

        double h = _direction * size;
        return new StepPlan(t + h, h, false, NextOrder);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool Accepts(in StepAttempt attempt) => attempt.Error <= 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public sealed override void OnAccepted(in StepPlan plan, in StepAttempt attempt) => Advance(Math.Abs(plan.Size), FactorAfterSuccess(attempt), attempt.LongestNext);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public sealed override bool OnRejected(in StepPlan plan, in StepAttempt attempt)
    {
        WasRejected = true;
        Retreat(Math.Abs(plan.Size), double.IsFinite(attempt.Error) ? FactorAfterFailure(attempt) : _minFactor);
        return true;
    }

    /// <summary>Chooses the length after a step that was kept.</summary>
    /// <returns><see cref="Size"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected double Advance(double size, double factor, double longest)
    {
        factor = AtMost(factor < _minFactor ? _minFactor : factor, _maxFactor);
        size = AtMost(size * (WasRejected ? AtMost(factor, 1) : factor), longest);
        WasRejected = false;
        return _size = size < _smallest ? _smallest : size;
    }

    /// <summary>Chooses the length after a step that was discarded.</summary>
    /// <returns><see cref="Size"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected double Retreat(double size, double factor)
    {
        // The smallest step has its try; after that the next plan says that it was too small.
        return _size = size <= _smallest ? 0 : Math.Max(_smallest, size * Math.Max(_minFactor, factor));
    }

    // A branch, which is foreseen: Math.Min would add its latency to every step.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double AtMost(double value, double limit) => value > limit ? limit : value;

    /// <summary>Factor from the step that was kept to the next; limits are applied to it afterwards. A method of variable order gets its <see cref="NextOrder"/> here.</summary>
    /// <param name="attempt">What came of the step.</param>
    /// <returns>The factor.</returns>
    protected abstract double FactorAfterSuccess(in StepAttempt attempt);

    /// <summary>Factor from a step that was discarded to the retry; the lower limit is applied to it afterwards.</summary>
    /// <param name="attempt">What came of the step; its error is finite.</param>
    /// <returns>The factor.</returns>
    protected abstract double FactorAfterFailure(in StepAttempt attempt);
}
