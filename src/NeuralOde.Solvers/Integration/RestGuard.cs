using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// Bounds steps while the state rests, or a part of it: by how far a perturbation of the state can be carried in one step, from an estimate of the largest eigenvalue of
/// the field's Jacobian.
/// </summary>
/// <remarks>
/// Where a step moves the state by less than the tolerance, the embedded error says nothing about how perturbations fare, and gradients are made of those. Then a
/// step is bounded as if the perturbation were to be resolved. Where only some components rest, steps are bounded by stability.
/// The eigenvalue comes of a nonlinear power iteration that goes on from step to step, one evaluation for each step at rest, and
/// for every sixteenth where a part rests (as in RKC: B. P. Sommeijer, L. F. Shampine, J. G. Verwer, <i>Journal of Computational and Applied Mathematics</i> 88 (1998)).
/// </remarks>
/// <param name="length">Length of state and quadratures together.</param>
/// <param name="stateLength">Length of the state.</param>
/// <param name="tolerances">What a perturbation's size is taken from.</param>
/// <param name="limits">The method's bounds.</param>
internal sealed class RestGuard<T>(int length, int stateLength, Tolerances tolerances, RestLimits limits)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Errors below this may be those of a state that rests.
    private const double QuietError = 0.1;

    // How many steps pass between two looks, unless steps have doubled.
    private const int Interval = 16;

    // A step grows tenfold at most: a bound that is so far away need not be looked at in each step.
    private const double FarAway = 100;
    private const int FirstIterations = 6;

    // A field that is zero in every respect may yet depend on time and, by parameters that are zero, on much else.
    private const double StepsOverNothing = 128;

    private readonly T[] _direction = new T[stateLength];
    private readonly T[] _probe = new T[stateLength];
    private readonly T[] _slope = new T[length];
    private bool _hasDirection;
    private double _lastFactor;
    private double _alignment;
    private double _longest;
    private int _sinceProbe;
    private int _sinceLook;
    private double _lookedSize;

    /// <summary>Forgets the last solve.</summary>
    public void Start()
    {
        _hasDirection = false;
        _sinceProbe = _sinceLook = Interval;
        _longest = _lookedSize = 0;
        LastLook = Rest.None;
    }

    /// <summary>How much of the state rests in the last attempt, which is about to be accepted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Rest Look(Stepper<T> stepper, double error, double size)
        => IsSettled(error, size) ? LastLook : LookClosely(stepper, error, size);

    /// <summary>What the last look found.</summary>
    public Rest LastLook { get; private set; }

    /// <summary>Whether the last look holds for one more step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsSettled(double error, double size) => error >= QuietError && ++_sinceLook < Interval && Math.Abs(size) <= 2 * _lookedSize;

    /// <summary>Looks anew.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Rest LookClosely(Stepper<T> stepper, double error, double size)
    {
        if (error < QuietError && stepper.Movement() < 1)
        {
            _lookedSize = 0;
            return Rest.Whole;
        }

        if (_sinceLook >= Interval || Math.Abs(size) > 2 * _lookedSize)
        {
            _sinceLook = 0;
            _lookedSize = Math.Abs(size);
            LastLook = stepper.HasStillComponent() ? Rest.Part : Rest.None;
            _sinceProbe = Interval;
        }

        return LastLook;
    }

    /// <summary>Largest length of the next step.</summary>
    /// <param name="rest">How much rests.</param>
    /// <param name="stepper">At the step's end.</param>
    /// <param name="t">Its time.</param>
    /// <param name="size">Length of the last step.</param>
    /// <param name="interval">Length of the whole solve.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Longest(Rest rest, Stepper<T> stepper, double t, double size, double interval)
    {
        if (++_sinceProbe < Interval && (rest == Rest.Part || FarAway * Math.Abs(size) <= _longest))
        {
            return _longest;
        }

        _sinceProbe = 0;
        stepper.EvaluateDerivative(t);
        ReadOnlySpan<T> state = stepper.State[..stateLength], derivative = stepper.Derivative[..stateLength];
        double eigenvalue = 0;
        for (int i = _hasDirection ? 1 : FirstIterations; i > 0; i--)
        {
            // Two applications together: one alone may stretch and the next one shrink, as of a position and its velocity.
            double factor = Apply(stepper, t, state, derivative);
            eigenvalue = Math.Sqrt(factor * _lastFactor);
            _lastFactor = factor;
        }

        if (!(eigenvalue > 0))
        {
            return _longest = rest == Rest.Part || derivative.ContainsAnyExcept(T.Zero) ? double.PositiveInfinity : interval / StepsOverNothing;
        }

        double limit = rest == Rest.Whole ? limits.Precise : _alignment < -0.9 ? limits.Decay : Math.Min(limits.Decay, limits.Oscillation);
        return _longest = limit / eigenvalue;
    }

    /// <summary>Applies the Jacobian to the direction, by a difference.</summary>
    /// <returns>By how much it became longer; 0 where that is not known.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Apply(Stepper<T> stepper, double t, ReadOnlySpan<T> state, ReadOnlySpan<T> derivative)
    {
        if (!_hasDirection)
        {
            SetDirection();
        }

        double typical = tolerances.Relative > 0 ? Math.Max(tolerances.Absolute / tolerances.Relative, 1e-12) : 1;
        double size = Math.Max(Math.Sqrt(Reductions.Dot(state, state)), typical * Math.Sqrt(stateLength));
        T step = T.CreateTruncating(size * Math.Sqrt(typeof(T) == typeof(float) ? 1.1920929e-7 : 2.220446049250313e-16));
        for (int i = 0; i < stateLength; i++)
        {
            _probe[i] = state[i] + (step * _direction[i]);
        }

        stepper.Evaluate(t, _probe, _slope);
        double change = 0, moved = 0, product = 0;
        for (int i = 0; i < stateLength; i++)
        {
            double dz = double.CreateTruncating(_probe[i] - state[i]), df = double.CreateTruncating(_slope[i] - derivative[i]);
            change += df * df;
            moved += dz * dz;
            product += dz * df;
        }

        double factor = Math.Sqrt(change / moved);
        if (!(factor > 0) || !double.IsFinite(factor))
        {
            _hasDirection = false;
            return 0;
        }

        _alignment = product / Math.Sqrt(change * moved);
        double scale = 1 / Math.Sqrt(change);
        for (int i = 0; i < stateLength; i++)
        {
            _direction[i] = T.CreateTruncating(double.CreateTruncating(_slope[i] - derivative[i]) * scale);
        }

        return factor;
    }

    /// <summary>Any direction with a part along every eigenvector will do: the fractional parts of multiples of the golden ratio.</summary>
    private void SetDirection()
    {
        for (int i = 0; i < stateLength; i++)
        {
            double x = (i + 1) * 0.6180339887498949;
            _direction[i] = T.CreateTruncating((x - Math.Floor(x) + 0.5) / Math.Sqrt(stateLength));
        }

        _lastFactor = 0;
        _hasDirection = true;
    }
}
