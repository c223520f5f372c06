using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>
/// Bounds steps while the state rests: by how far a perturbation of the state can be carried in one step, from an estimate of the largest eigenvalue of the
/// field's Jacobian.
/// </summary>
/// <remarks>
/// Where a step moves the state by less than the tolerance the embedded error says nothing about the step's stability. The eigenvalue comes of a nonlinear power iteration,
/// one evaluation a step, that goes on from step to step (as in RKC: B. P. Sommeijer, L. F. Shampine, J. G. Verwer, <i>Journal of Computational
/// and Applied Mathematics</i> 88 (1998)).
/// </remarks>
/// <param name="length">Length of state and quadratures together.</param>
/// <param name="stateLength">Length of the state.</param>
/// <param name="tolerances">What a perturbation's size is taken from.</param>
/// <param name="limit">Largest product of step and eigenvalue: <see cref="OdeSolver.RestLimit"/>.</param>
internal sealed class RestGuard<T>(int length, int stateLength, Tolerances tolerances, double limit)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Errors below this may be those of a state that rests.</summary>
    public const double QuietError = 0.1;

    // How often a bound that is far away is looked at again, and how far that is: a step grows tenfold at most.
    private const int LongestAge = 16;
    private const double FarAway = 100;
    private const int FirstIterations = 4;

    // A field that is zero in every respect may yet depend on time and, by parameters that are zero, on much else.
    private const double StepsOverNothing = 128;

    private readonly T[] _direction = new T[stateLength];
    private readonly T[] _probe = new T[stateLength];
    private readonly T[] _slope = new T[length];
    private bool _hasDirection;
    private double _longest;
    private int _age;

    public void Start()
    {
        _hasDirection = false;
        _age = LongestAge;
        _longest = 0;
    }

    /// <summary>Largest length of the next step from a state at rest.</summary>
    /// <param name="stepper">At that state.</param>
    /// <param name="t">Its time.</param>
    /// <param name="size">Length of the last step.</param>
    /// <param name="interval">Length of the whole solve.</param>
    public double Longest(Stepper<T> stepper, double t, double size, double interval)
    {
        if (_age < LongestAge && FarAway * Math.Abs(size) <= _longest)
        {
            _age++;
            return _longest;
        }

        stepper.EvaluateDerivative(t);
        ReadOnlySpan<T> state = stepper.State[..stateLength], derivative = stepper.Derivative[..stateLength];
        double eigenvalue = 0;
        for (int i = _hasDirection ? 1 : FirstIterations; i > 0; i--)
        {
            eigenvalue = Iterate(stepper, t, state, derivative);
        }

        _age = 0;
        return _longest = eigenvalue > 0 ? limit / eigenvalue
            : derivative.ContainsAnyExcept(T.Zero) ? double.PositiveInfinity : interval / StepsOverNothing;
    }

    /// <summary>Applies the Jacobian to the direction, by a difference.</summary>
    /// <returns>By how much it became longer; 0 where that is not known.</returns>
    private double Iterate(Stepper<T> stepper, double t, ReadOnlySpan<T> state, ReadOnlySpan<T> derivative)
    {
        if (!_hasDirection)
        {
            // Any direction with a part along every eigenvector will do: the fractional parts of multiples of the golden ratio.
            for (int i = 0; i < stateLength; i++)
            {
                double x = (i + 1) * 0.6180339887498949;
                _direction[i] = T.CreateTruncating((x - Math.Floor(x) + 0.5) / Math.Sqrt(stateLength));
            }

            _hasDirection = true;
        }

        double typical = tolerances.Relative > 0 ? tolerances.Absolute / tolerances.Relative : 1;
        double size = Math.Max(Math.Sqrt(Reductions.Dot(state, state)), Math.Max(typical, 1e-12) * Math.Sqrt(stateLength));
        double epsilon = size * Math.Sqrt(typeof(T) == typeof(float) ? 1.1920929e-7 : 2.220446049250313e-16);
        T step = T.CreateTruncating(epsilon);
        for (int i = 0; i < stateLength; i++)
        {
            _probe[i] = state[i] + (step * _direction[i]);
        }

        stepper.Evaluate(t, _probe, _slope);
        double sum = 0, reached = 0;
        for (int i = 0; i < stateLength; i++)
        {
            double change = double.CreateTruncating(_slope[i] - derivative[i]), moved = double.CreateTruncating(_probe[i] - state[i]);
            sum += change * change;
            reached += moved * moved;
        }

        double length = Math.Sqrt(sum), eigenvalue = length / Math.Sqrt(reached);
        if (!(eigenvalue > 0) || !double.IsFinite(eigenvalue))
        {
            _hasDirection = false;
            return 0;
        }

        for (int i = 0; i < stateLength; i++)
        {
            _direction[i] = T.CreateTruncating(double.CreateTruncating(_slope[i] - derivative[i]) / length);
        }

        return eigenvalue;
    }
}
