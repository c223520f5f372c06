using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>The search for events within a step.</summary>
internal sealed partial class EventMonitor<T>
{
    // A step is looked at in quarters. Behind an event whose function is still at zero, looks double their distance from there, so that it is seen to leave.
    private const int Quarters = 4;
    private const int Doublings = 40;

    private readonly Crossing[] _crossings;
    private readonly List<int> _firing = [];
    private readonly List<double> _looks = [];
    private readonly List<double> _values = [];
    private Stepper<T> _stepper = null!;
    private double _start;
    private double _end;
    private double _size;

    /// <summary>Looks into an accepted step. Events that do not end it are noted.</summary>
    /// <returns>Whether the step ends at <paramref name="time"/>, because of events there; or the solve failed, as <see cref="Status"/> tells.</returns>
    public bool Examine(Stepper<T> stepper, double t, in StepPlan plan, out double time)
    {
        (_stepper, _start, _end, _size) = (stepper, t, plan.End, plan.Size);
        _firing.Clear();
        time = plan.End;
        Look();
        for (int i = 0; i < _events.Length; i++)
        {
            _crossings[i] = new Crossing(t);
            Advance(i);
        }

        while (Status == SolveStatus.Success && FindEarliest(out double earliest))
        {
            // Functions that cross at one time are located a few units in the last place apart; the latest is behind all of them.
            double together = earliest + (_direction * 8 * 2.220446049250313e-16 * Math.Abs(earliest));
            bool endsStep = false;
            double last = earliest;
            for (int i = 0; i < _events.Length; i++)
            {
                if (_crossings[i].IsFound && (_crossings[i].Time - together) * _direction <= 0)
                {
                    _firing.Add(i);
                    endsStep |= _events[i].EndsStep;
                    last = (_crossings[i].Time - last) * _direction > 0 ? _crossings[i].Time : last;
                }
            }

            if (endsStep)
            {
                time = last;
                AddTimed(last);
                return true;
            }

            Happen(last, Interpolate(last));
            foreach (int i in _firing)
            {
                Advance(i);
            }

            _firing.Clear();
        }

        AddTimed(plan.End);
        return Status != SolveStatus.Success || _firing.Count > 0;
    }

    /// <summary>Evaluates all functions at a few times of the step.</summary>
    private void Look()
    {
        _looks.Clear();
        _values.Clear();
        _looks.Add(_start);
        if (Array.IndexOf(_signs, 0) >= 0)
        {
            double finest = 4 * 2.220446049250313e-16 * Math.Abs(_start);
            for (int i = Doublings; i > 2; i--)
            {
                double offset = _size * Math.ScaleB(1, -i);
                if (Math.Abs(offset) > finest)
                {
                    _looks.Add(_start + offset);
                }
            }
        }

        for (int i = 1; i <= Quarters; i++)
        {
            _looks.Add(i == Quarters ? _end : _start + (_size * i / Quarters));
        }

        foreach (double time in _looks)
        {
            ReadOnlySpan<T> z = Interpolate(time);
            for (int i = 0; i < _events.Length; i++)
            {
                double value = _events[i].Function?.Invoke(time, z) ?? 1;
                if (double.IsNaN(value))
                {
                    Fail(i, SolveStatus.NotFinite);
                    return;
                }

                _values.Add(value);
            }
        }
    }

    /// <summary>Finds a function's next crossing in the step that counts, from its last one on.</summary>
    private void Advance(int i)
    {
        ref Crossing crossing = ref _crossings[i];
        crossing.IsFound = false;
        if (_events[i].Function is null)
        {
            return;
        }

        while (crossing.Interval < _looks.Count - 1 && Status == SolveStatus.Success)
        {
            int k = crossing.Interval;
            int sign = _signs[i];
            double after = _looks[k + 1], value = Value(k + 1, i);
            bool crosses = sign != 0 && sign * value <= 0;
            if (!crosses && !(sign != 0 && crossing.From == _looks[k] && FindHidden(i, k, out after, out value)))
            {
                _signs[i] = sign == 0 ? Math.Sign(value) : sign;
                crossing.From = _looks[++crossing.Interval];
                continue;
            }

            var function = new Signed(this, i, sign);
            double before = crossing.From;
            double valueBefore = before == _looks[k] ? sign * Value(k, i) : function.Evaluate(before);
            crossing.Time = valueBefore > 0 ? ZeroFinder.Find(ref function, before, valueBefore, after, sign * value) : before;
            if (double.IsNaN(crossing.Time))
            {
                Fail(i, SolveStatus.NotFinite);
                return;
            }

            // Behind the zero, up to where the change of sign was seen, there is no other.
            _signs[i] = Math.Sign(value);
            crossing.From = after;
            crossing.Interval += after == _looks[k + 1] ? 1 : 0;
            if (_events[i].Counts(sign))
            {
                crossing.IsFound = true;
                return;
            }
        }
    }

    /// <summary>Looks for two crossings between two looks: at the vertex of a parabola through three, which is then followed.</summary>
    private bool FindHidden(int i, int k, out double time, out double value)
    {
        int sign = _signs[i];
        for (int first = Math.Max(0, k - 1); first <= k && first + 2 < _looks.Count; first++)
        {
            double t0 = _looks[first], t1 = _looks[first + 1], t2 = _looks[first + 2];
            double g0 = sign * Value(first, i), g1 = sign * Value(first + 1, i), g2 = sign * Value(first + 2, i);
            const int Follows = 12;
            for (int follow = 0; follow < Follows; follow++)
            {
                double slope = (g1 - g0) / (t1 - t0);
                double curvature = (((g2 - g1) / (t2 - t1)) - slope) / (t2 - t0);
                double vertex = ((t0 + t1) / 2) - (slope / (2 * curvature));
                if (!(curvature > 0) || !((vertex - _looks[k]) * _direction > 0) || !((_looks[k + 1] - vertex) * _direction > 0) || vertex == t0 || vertex == t1 || vertex == t2)
                {
                    break;
                }

                double g = sign * _events[i].Function!(vertex, Interpolate(vertex));
                if (g <= 0)
                {
                    time = vertex;
                    value = sign * g;
                    return true;
                }

                if (!(g < Math.Min(g0, Math.Min(g1, g2))))
                {
                    break;
                }

                // The three points nearest around the lowest.
                bool isBehindMiddle = (vertex - t1) * _direction > 0;
                (t0, g0, t1, g1, t2, g2) = isBehindMiddle ? (t1, g1, vertex, g, t2, g2) : (t0, g0, vertex, g, t1, g1);
            }
        }

        (time, value) = (_looks[k + 1], Value(k + 1, i));
        return false;
    }

    private bool FindEarliest(out double time)
    {
        time = double.NaN;
        foreach (Crossing crossing in _crossings)
        {
            if (crossing.IsFound && !((crossing.Time - time) * _direction >= 0))
            {
                time = crossing.Time;
            }
        }

        return !double.IsNaN(time);
    }

    private double Value(int look, int i) => _values[(look * _events.Length) + i];

    private ReadOnlySpan<T> Interpolate(double time)
    {
        _stepper.Interpolate(time == _end ? 1 : (time - _start) / _size, _size, _state);
        return _state;
    }

    /// <summary>Where the search for a function's crossings is: the last one, and the interval between looks that is searched next.</summary>
    private struct Crossing(double from)
    {
        public double Time;
        public double From = from;
        public int Interval;
        public bool IsFound;
    }

    private readonly struct Signed(EventMonitor<T> monitor, int index, int sign) : ZeroFinder.IFunction
    {
        public double Evaluate(double t) => sign * monitor._events[index].Function!(t, monitor.Interpolate(t));
    }
}
