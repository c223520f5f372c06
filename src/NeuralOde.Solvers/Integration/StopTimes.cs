namespace NeuralOde.Solvers;

/// <summary>Times between the ends of a solve that steps end on, and those among them at which the method starts afresh.</summary>
internal sealed class StopTimes
{
    private readonly double[] _rising;
    private readonly bool[] _isJump;
    private int _next;
    private int _direction;
    private double _gap;

    private StopTimes(double[] rising, bool[] isJump)
    {
        _rising = rising;
        _isJump = isJump;
    }

    /// <summary>The stops of adaptive steps, or <see langword="null"/> where there are none.</summary>
    public static StopTimes? Of(StepSizeControl control)
    {
        if (control is not AdaptiveSteps steps || steps.LandOn.Count + steps.Discontinuities.Count == 0)
        {
            return null;
        }

        double[] jumps = [.. steps.Discontinuities.Distinct().Order()];
        double[] rising = [.. steps.LandOn.Concat(jumps).Distinct().Order()];
        return new StopTimes(rising, Array.ConvertAll(rising, time => Array.BinarySearch(jumps, time) >= 0));
    }

    /// <summary>Goes to the first stop after the start.</summary>
    public void Start(double t, double end)
    {
        _direction = end > t ? 1 : -1;
        _gap = 1e-15 * Math.Abs(end - t);
        _next = _direction > 0 ? 0 : _rising.Length - 1;
        while (HasNext && (_direction < 0 && _isJump[_next] ? _rising[_next] > t : (_rising[_next] - t) * _direction <= 2 * Gap(_next)))
        {
            _next += _direction;
        }
    }

    /// <summary>Time that the step from t must not go beyond: a stop, the time just before a jump, or what else must be landed on.</summary>
    /// <param name="t">Start of the step.</param>
    /// <param name="stop">What else must be landed on.</param>
    /// <param name="isCrossing">Whether the step leads across a jump, between the time itself and the one just before.</param>
    public double Limit(double t, double stop, out bool isCrossing)
    {
        isCrossing = false;
        double ahead = HasNext ? (_rising[_next] - stop) * _direction : 0;
        if (!HasNext || ahead > 0 || (ahead == 0 && !(_isJump[_next] && _direction > 0)))
        {
            return stop;
        }

        double time = _rising[_next];
        if (!_isJump[_next])
        {
            return time;
        }

        // The field has its later value at the time itself, so the last time of the earlier piece is just before it, either way.
        double earlier = time - Gap(_next);
        double before = _direction > 0 ? earlier : time;
        isCrossing = (t - before) * _direction >= 0;
        return !isCrossing ? before : _direction > 0 ? time : earlier;
    }

    /// <summary>Whether a step that ends at a time has reached the next stop; then the one after it is next.</summary>
    public void OnReached(double t)
    {
        if (HasNext && (_direction < 0 && _isJump[_next] ? t < _rising[_next] : t == _rising[_next]))
        {
            _next += _direction;
        }
    }

    private bool HasNext => _next >= 0 && _next < _rising.Length;

    private double Gap(int index) => Math.Max(_gap, Math.BitIncrement(Math.Abs(_rising[index])) - Math.Abs(_rising[index]));
}
