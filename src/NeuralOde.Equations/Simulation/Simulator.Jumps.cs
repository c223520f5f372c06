using NeuralOde.Equations.Language;

namespace NeuralOde.Equations.Simulation;

/// <summary>What happens at single times.</summary>
internal sealed partial class Simulator
{
    /// <summary>A dose, a change of an infusion, or a jump of the right-hand side.</summary>
    private bool Happen(TimelineItem item, double t, double after, ReadOnlySpan<double> parameters, ReadOnlySpan<double> scales)
    {
        if (item.Kind == TimelineKind.Steady)
        {
            return BecomeSteady(item, t, parameters, scales);
        }

        if (item.Kind == TimelineKind.Reset)
        {
            Array.Clear(_field.Infusions);
            StartStates(t, scales);
            _field.Piece = (after, after);
            return MakeConsistent(t);
        }

        bool moves = Array.Exists(item.TimeBy, static x => x != 0);
        if (moves)
        {
            _field.Evaluate(t, _z, _slopes);
            _slopes.AsSpan(0, _n).CopyTo(_before);
        }

        if (item.Kind == TimelineKind.Bolus)
        {
            Add(_z, item);
        }
        else if (item.Kind == TimelineKind.Infusion)
        {
            Add(_field.Infusions, item);
        }

        _field.Piece = (after, after);
        if (moves)
        {
            _field.Evaluate(t, _z, _slopes);
            for (int k = 0; k < _columns; k++)
            {
                for (int i = 0; i < _n; i++)
                {
                    _z[((1 + k) * _n) + i] += (_before[i] - _slopes[i]) * item.TimeBy[k];
                }
            }
        }

        return MakeConsistent(t);
    }

    private void Add(double[] to, TimelineItem item)
    {
        to[item.State] += item.Size;
        for (int k = 0; k < _columns; k++)
        {
            to[((1 + k) * _n) + item.State] += item.SizeBy[k];
        }
    }

    /// <summary>An event of the model: its time depends on the states.</summary>
    private bool PassEvent(int index, double t, double until)
    {
        BoundEvent what = _model.Events[index];
        double[] old = [.. _z], slopes = new double[_z.Length], timeBy = new double[_columns], by = new double[_columns];
        _field.Evaluate(t, _z, slopes);
        SetInputs(_events, t);
        _events.Run(t, _z);
        ReadOnlySpan<double> flow = slopes.AsSpan(0, _n);
        double speed = _events.Along(index, flow) + _events.TimeDerivative(index);
        _events.TotalDerivative(index, old.AsSpan(_n), _field.Scales, timeBy);
        for (int k = 0; k < _columns; k++)
        {
            timeBy[k] = speed == 0 ? 0 : -timeBy[k] / speed;
        }

        int first = _model.Events.Take(index).Sum(static x => x.Changes.Count);
        SetInputs(_changes, t);
        _changes.Run(t, old);
        double[] jumpSlopes = [.. flow];
        for (int c = 0; c < what.Changes.Count; c++)
        {
            int state = what.Changes[c].State;
            _z[state] = _changes.Value(first + c);
            jumpSlopes[state] = _changes.Along(first + c, flow) + _changes.TimeDerivative(first + c);
            _changes.TotalDerivative(first + c, old.AsSpan(_n), _field.Scales, by);
            for (int k = 0; k < _columns; k++)
            {
                _z[((1 + k) * _n) + state] = by[k];
            }
        }

        _field.Evaluate(t, _z, slopes);
        for (int k = 0; k < _columns; k++)
        {
            for (int i = 0; i < _n; i++)
            {
                _z[((1 + k) * _n) + i] += (jumpSlopes[i] - slopes[i]) * timeBy[k];
            }
        }

        _met.Add(new ModelEvent(what.Text, t, old[.._n], _z[.._n]));
        return Array.TrueForAll(_z, double.IsFinite) || Fail(FormattableString.Invariant($"The event 'when {what.Text}' at t = {t:G6} made a state infinite or not a number."));
    }

    /// <summary>Whether the initial values and their derivatives are finite.</summary>
    private bool CheckStart(double t)
    {
        _field.Evaluate(t, _z, _slopes);
        string values = string.Join(", ", _model.States.Take(6).Select((x, i) => FormattableString.Invariant($"{x} = {_z[i]:G6}")));
        for (int i = 0; i < _n; i++)
        {
            if (!double.IsFinite(_z[i]))
            {
                return Fail($"The initial value of {_model.States[i]} is not finite.");
            }

            if (!double.IsFinite(_slopes[i]))
            {
                return Fail(FormattableString.Invariant($"The equation of {_model.States[i]} gives {_slopes[i]} at the start, t = {t:G6} with {values}: ")
                    + "a division by zero, or a logarithm or a root of a negative number.");
            }
        }

        return true;
    }

    private bool Fail(string problem)
    {
        Problem = problem;
        return false;
    }

    /// <summary>Solves the algebraic equations for their states, and sets the sensitivities of these.</summary>
    private bool MakeConsistent(double t)
    {
        int[] algebraic = [.. Enumerable.Range(0, _n).Where(i => _model.IsAlgebraic[i])];
        int m = algebraic.Length;
        if (m == 0)
        {
            return true;
        }

        double[] a = new double[m * m], b = new double[m];
        int[] pivots = new int[m];
        Solvers.SquareMatrix<double> jacobian = new(_n);
        for (int iteration = 0; ; iteration++)
        {
            _field.Evaluate(t, _z, _slopes);
            jacobian.Clear();
            _field.Evaluate(t, _z, jacobian);
            for (int i = 0; i < m; i++)
            {
                b[i] = -_slopes[algebraic[i]];
                for (int j = 0; j < m; j++)
                {
                    a[(i * m) + j] = jacobian[algebraic[i], algebraic[j]];
                }
            }

            if (!BlockLu.Decompose(a, pivots, m))
            {
                string states = string.Join(", ", algebraic.Select(i => _model.States[i]));
                return Fail(FormattableString.Invariant($"The algebraic equations cannot be solved for {states} at t = {t:G6}."));
            }

            BlockLu.Solve(a, pivots, b);
            double size = 0;
            for (int i = 0; i < m; i++)
            {
                _z[algebraic[i]] += b[i];
                size = Math.Max(size, Math.Abs(b[i]) / (1e-3 + Math.Abs(_z[algebraic[i]])));
            }

            if (size < 1e-13 || (iteration > 20 && size < 1e-9))
            {
                break;
            }

            if (iteration > 50 || !double.IsFinite(size))
            {
                return Fail(FormattableString.Invariant($"The algebraic equations have no solution near the start values at t = {t:G6}. Give their states better ones."));
            }
        }

        // 0 = g_z S_z + (g_y S_y + g_p): the field gives the whole sum, with S_z of zero the part in parentheses.
        for (int k = 1; k <= _columns; k++)
        {
            foreach (int i in algebraic)
            {
                _z[(k * _n) + i] = 0;
            }
        }

        _field.Evaluate(t, _z, _slopes);
        for (int k = 1; k <= _columns; k++)
        {
            for (int i = 0; i < m; i++)
            {
                b[i] = -_slopes[(k * _n) + algebraic[i]];
            }

            BlockLu.Solve(a, pivots, b);
            for (int i = 0; i < m; i++)
            {
                _z[(k * _n) + algebraic[i]] = b[i];
            }
        }

        return true;
    }
}
