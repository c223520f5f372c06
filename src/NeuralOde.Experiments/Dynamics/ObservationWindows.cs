namespace NeuralOde.Experiments.Dynamics;

/// <summary>
/// Draws windows of an equally spaced trajectory: random start, random length, in order. Times are counted from the window's start, as
/// an autonomous field allows, so that windows of one length share their times. Nothing is allocated after construction.
/// </summary>
internal sealed class ObservationWindows
{
    private readonly float[] _observations;
    private readonly WindowOptions _options;
    private readonly RandomSource _random;
    private readonly double _interval;
    private readonly int _stateLength;
    private readonly int _count;
    private readonly int[] _starts;
    private readonly int[] _offsets;
    private readonly double[] _times;
    private readonly float[] _observed;

    /// <param name="observations">States at equally spaced times, <c>[times, state]</c>.</param>
    /// <param name="stateLength">The number of components of a state.</param>
    /// <param name="interval">The time between two observations.</param>
    /// <param name="options">Which windows.</param>
    /// <param name="random">Where draws come from.</param>
    public ObservationWindows(float[] observations, int stateLength, double interval, WindowOptions options, RandomSource random)
    {
        _count = observations.Length / stateLength;
        options.Validate((_count - 1) * interval, interval);
        _observations = observations;
        _stateLength = stateLength;
        _interval = interval;
        _options = options;
        _random = random;
        int longest = PointsIn(options.MaxDuration);
        if (options.Count > _count - longest + 1)
        {
            throw new WindowException(
                WindowReason.TooMany,
                $"{_count} points have {_count - longest + 1} windows of {longest}, not {options.Count} different ones.",
                "Ask for fewer or shorter windows.");
        }

        int most = Math.Min(longest, options.MaxPoints);
        _starts = new int[options.Count];
        _offsets = new int[longest];
        _times = new double[most];
        _observed = new float[most * options.Count * stateLength];
    }

    /// <summary>The number of points of the windows drawn last.</summary>
    public int PointCount { get; private set; }

    /// <summary>The index of each window's first point.</summary>
    public ReadOnlySpan<int> Starts => _starts;

    /// <summary>Times since the windows' start; the first is 0.</summary>
    public ReadOnlySpan<double> Times => _times.AsSpan(0, PointCount);

    /// <summary>The observed states, <c>[points, windows, state]</c>.</summary>
    public ReadOnlySpan<float> Observed => _observed.AsSpan(0, PointCount * _starts.Length * _stateLength);

    /// <summary>The first observed states, <c>[windows, state]</c>.</summary>
    public ReadOnlySpan<float> Initial => _observed.AsSpan(0, _starts.Length * _stateLength);

    /// <summary>Draws the next windows.</summary>
    public void Draw()
    {
        double duration = _options.MinDuration + ((_options.MaxDuration - _options.MinDuration) * _random.NextUniform());
        int span = PointsIn(duration);
        DrawStarts(_count - span + 1);
        DrawOffsets(span);
        for (int i = 0; i < PointCount; i++)
        {
            _times[i] = _offsets[i] * _interval;
            for (int window = 0; window < _starts.Length; window++)
            {
                _observations.AsSpan((_starts[window] + _offsets[i]) * _stateLength, _stateLength)
                    .CopyTo(_observed.AsSpan(((i * _starts.Length) + window) * _stateLength));
            }
        }
    }

    /// <summary>The points that a window of this length holds when it starts at one.</summary>
    private int PointsIn(double duration) => Math.Max(2, (int)Math.Floor((duration / _interval) + 1e-6) + 1);

    private void DrawStarts(int bound)
    {
        for (int i = 0; i < _starts.Length; i++)
        {
            do
            {
                _starts[i] = _random.NextInteger(bound);
            }
            while (_starts.AsSpan(0, i).Contains(_starts[i]));
        }
    }

    private void DrawOffsets(int span)
    {
        PointCount = Math.Min(span, _options.MaxPoints);
        if (PointCount == span)
        {
            for (int i = 0; i < span; i++)
            {
                _offsets[i] = i;
            }

            return;
        }

        // The first point is where the solve starts. Of the others, each subset is as likely as any other (selection sampling:
        // Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S).
        _offsets[0] = 0;
        int chosen = 1;
        for (int i = 1; i < span && chosen < PointCount; i++)
        {
            if (_random.NextUniform() * (span - i) < PointCount - chosen)
            {
                _offsets[chosen++] = i;
            }
        }
    }
}
