using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>Watches the events of a problem during a solve: looks into accepted steps, and says where one has to end.</summary>
/// <remarks>
/// For every solve <see cref="Begin"/>; for every accepted attempt <see cref="Examine"/>, and where that says that the step ends at an event,
/// <see cref="Happen"/> with the state there, then <see cref="Restart"/>.
/// </remarks>
internal sealed partial class EventMonitor<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly OdeEvent<T>[] _events;
    private readonly T[] _state;

    // The side of zero that each function is on; 0 where it is at zero and has not yet left it.
    private readonly int[] _signs;

    // The events at given times of this solve, in the order in which they happen.
    private readonly List<(double Time, int Index)> _timed = [];
    private int _nextTimed;
    private double _direction;
    private readonly double[] _lastRestarts;

    public EventMonitor(IReadOnlyList<OdeEvent<T>> events, int length)
    {
        _events = [.. events];
        _state = new T[length];
        _signs = new int[_events.Length];
        _lastRestarts = new double[_events.Length];
        _crossings = new Crossing[_events.Length];
    }

    public List<EventOccurrence<T>> Occurrences { get; } = [];

    /// <summary>State at the event that <see cref="Happen"/> was told of, after its jump.</summary>
    public Span<T> State => _state;

    /// <summary>The event that ended the solve, because it is terminal or its function or jump gave something that is not a number; −1 as long as there is none.</summary>
    public int Culprit { get; private set; }

    /// <summary>How the events ended the solve; <see cref="SolveStatus.Success"/> as long as they did not.</summary>
    public SolveStatus Status { get; private set; }

    /// <summary>The next time that a step must land on, not behind <paramref name="stop"/>.</summary>
    public double Next(double stop)
        => _nextTimed < _timed.Count && (_timed[_nextTimed].Time - stop) * _direction < 0 ? _timed[_nextTimed].Time : stop;

    /// <summary>Starts a solve. Events at the initial time happen at once: go on from <see cref="State"/>.</summary>
    public void Begin(double t, double end, ReadOnlySpan<T> z)
    {
        Occurrences.Clear();
        Culprit = -1;
        Status = SolveStatus.Success;
        _direction = end > t ? 1 : -1;
        Array.Fill(_lastRestarts, double.NaN);
        _timed.Clear();
        _nextTimed = 0;
        for (int i = 0; i < _events.Length; i++)
        {
            foreach (double time in _events[i].Times)
            {
                if ((time - t) * _direction >= 0 && (end - time) * _direction >= 0)
                {
                    _timed.Add((time, i));
                }
            }
        }

        double direction = _direction;
        _timed.Sort((x, y) => x.Time != y.Time ? (x.Time * direction).CompareTo(y.Time * direction) : x.Index.CompareTo(y.Index));
        z.CopyTo(_state);
        _firing.Clear();
        AddTimed(t);
        Happen(t, z);
        FindSides(t);
    }

    /// <summary>The events found by <see cref="Examine"/> happen at the end of the shortened step.</summary>
    public void Happen(double t, ReadOnlySpan<T> z)
    {
        z.CopyTo(_state);
        _firing.Sort();
        foreach (int i in _firing)
        {
            T[] before = [.. _state];
            _events[i].Jump?.Invoke(t, _state);
            Occurrences.Add(new EventOccurrence<T>(i, t, before, _events[i].Jump is null ? before : [.. _state]));
            if (Reductions.FirstNotFinite<T>(_state) >= 0)
            {
                Fail(i, SolveStatus.NotFinite);
                return;
            }

            if (_events[i].IsTerminal && Status == SolveStatus.Success)
            {
                Fail(i, SolveStatus.Terminated);
            }
        }
    }

    /// <summary>Watches on from the state after a jump.</summary>
    public void Restart(double t)
    {
        // The bounces of a ball get shorter until double precision cannot tell their times apart. The next one would not be seen, and the ball would fall through.
        double resolution = 1024 * 2.220446049250313e-16 * Math.Abs(t);
        FindSides(t);
        foreach (int i in _firing)
        {
            if (Math.Abs(t - _lastRestarts[i]) <= resolution && Status == SolveStatus.Success)
            {
                Fail(i, SolveStatus.EventsAccumulate);
            }

            _lastRestarts[i] = t;

            // Where the function was left at zero but for round-off, its sign says nothing.
            _signs[i] = _events[i].Function is null ? 1 : 0;
        }
    }

    private void FindSides(double t)
    {
        for (int i = 0; i < _events.Length && Status == SolveStatus.Success; i++)
        {
            if (_events[i].Function is { } function)
            {
                double value = function(t, _state);
                if (double.IsNaN(value))
                {
                    Fail(i, SolveStatus.NotFinite);
                    return;
                }

                _signs[i] = Math.Sign(value);
            }
            else
            {
                _signs[i] = 1;
            }
        }
    }

    private void AddTimed(double t)
    {
        for (; _nextTimed < _timed.Count && _timed[_nextTimed].Time == t; _nextTimed++)
        {
            _firing.Add(_timed[_nextTimed].Index);
        }
    }

    private void Fail(int index, SolveStatus status)
    {
        Culprit = index;
        Status = status;
    }
}
