using NeuralOde.Equations.Compilation;
using NeuralOde.Equations.Language;
using NeuralOde.Solvers;

namespace NeuralOde.Equations.Simulation;

/// <summary>
/// Solves a model for one series at a time, with forward sensitivities by chosen parameters. What jumps (doses, infusions, events, right-hand sides) carries its
/// sensitivities across exactly: <c>S⁺ = h_y S⁻ + h_p + (h_y f⁻ + h_t − f⁺) dτ/dp</c> for a jump <c>y⁺ = h(τ, y⁻, p)</c> at the time τ(p).
/// </summary>
/// <remarks>Not thread-safe; each thread has its own.</remarks>
internal sealed partial class Simulator
{
    private readonly BoundModel _model;
    private readonly SimulationOptions _options;
    private readonly int _n;
    private readonly int _columns;
    private readonly CompiledExpressions _rates;
    private readonly CompiledExpressions _initials;
    private readonly CompiledExpressions _events;
    private readonly CompiledExpressions _changes;
    private readonly Timeline _timeline;
    private readonly SensitivityField _field;
    private readonly IReadOnlyList<int> _sensitive;
    private readonly double[] _z;
    private readonly double[] _before;
    private readonly double[] _slopes;
    private readonly List<ModelEvent> _met = [];
    private double[] _scales;
    private PieceSolver? _solver;
    private double[] _rows = [];

    public Simulator(BoundModel model, IReadOnlyList<int> sensitive, SimulationOptions options)
    {
        _model = model;
        _options = options;
        _sensitive = sensitive;
        _n = model.States.Count;
        _columns = sensitive.Count;
        _rates = new CompiledExpressions(model, model.Rates, sensitive);
        _initials = new CompiledExpressions(model, model.Initials, sensitive);
        _events = new CompiledExpressions(model, [.. model.Events.Select(static x => x.Function)], sensitive);
        _changes = new CompiledExpressions(model, [.. model.Events.SelectMany(static x => x.Changes).Select(static x => x.Value)], sensitive);
        _timeline = new Timeline(model, sensitive);
        _field = new SensitivityField(model, _rates, _columns);
        _z = new double[_n * (1 + _columns)];
        _before = new double[_z.Length];
        _slopes = new double[_z.Length];
        _scales = [.. Enumerable.Repeat(1.0, _n)];
    }

    /// <summary>Sizes of the states, by which absolute tolerances are measured.</summary>
    public IReadOnlyList<double> Scales
    {
        get => _scales;
        set
        {
            _scales = [.. value];
            _solver = null;
        }
    }

    /// <summary>Length of a row of the result: states, then their sensitivities, column after column.</summary>
    public int RowLength => _z.Length;

    /// <summary>Why the last run failed.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Whether the implicit method was needed.</summary>
    public bool IsStiff
    {
        get => _solver?.IsStiff ?? false;
        set
        {
            if (_solver is not null)
            {
                _solver.IsStiff = value;
            }
        }
    }

    public long Steps => _solver?.Steps ?? 0;

    /// <summary>The model's events of the last run.</summary>
    public IReadOnlyList<ModelEvent> Events => _met;

    /// <summary>Solves a series.</summary>
    /// <param name="series">What acts on it.</param>
    /// <param name="parameters">All parameters of the model.</param>
    /// <param name="scales">∂parameter/∂column for each column.</param>
    /// <param name="times">Rising times from the start on, repetitions allowed.</param>
    /// <param name="rows">Destination, a row for each time. At the time of a jump the row is of before.</param>
    /// <param name="showsAfter">Whether the row at the time of a jump is of after it.</param>
    /// <returns>Whether it succeeded; otherwise <see cref="Problem"/> says why not, and the rows that were not reached are NaN.</returns>
    public bool Run(
        SeriesInput series, ReadOnlySpan<double> parameters, ReadOnlySpan<double> scales, ReadOnlySpan<double> times, Span<double> rows, bool showsAfter = false)
    {
        rows.Fill(double.NaN);
        _met.Clear();
        if (times.Length == 0)
        {
            return true;
        }

        double t = series.Start, end = times[^1];
        foreach (CompiledExpressions x in (ReadOnlySpan<CompiledExpressions>)[_rates, _initials, _events, _changes])
        {
            x.Prepare(parameters, series.Covariates);
        }

        scales.CopyTo(_field.Scales);
        _field.Inputs = series.Inputs;
        Array.Clear(_field.Infusions);
        _solver ??= MakeSolver();
        StartStates(t, scales);
        List<TimelineItem> items = _timeline.Build(series, parameters, scales, end);
        double last = Math.Max(Math.Abs(t), Math.Abs(end)), gap = 1e-13 * Math.Max(last, end - t);
        int next = 0, output = 0;
        if (items.Count > 0 && items[0].Time < t - gap)
        {
            Problem = FormattableString.Invariant(
                $"A dose at {items[0].Time:G6} is before the start at {t:G6}. Begin the model earlier with 'start {items[0].Time:G6}', or leave the dose out.");
            return false;
        }

        // The piece up to the first jump, for a right-hand side that is evaluated at it.
        _field.Piece = (t, t);
        if (!MakeConsistent(t) || !CheckStart(t))
        {
            return false;
        }

        while (true)
        {
            double until = next < items.Count ? Math.Min(items[next].Time, end) : end;
            if (until - t > 2 * gap)
            {
                // Only where something jumps at an end is the right-hand side asked within.
                bool jumpsAtEnd = next < items.Count && items[next].Time <= end;
                _field.Piece = (next == 0 ? double.NegativeInfinity : t + gap, jumpsAtEnd ? until - gap : double.PositiveInfinity);
                if (!Advance(ref t, until, times, rows, ref output, showsAfter && jumpsAtEnd))
                {
                    return false;
                }

                _field.Piece = (until - gap, until - gap);
            }
            else
            {
                t = Math.Max(t, until);
            }

            while (!showsAfter && output < times.Length && times[output] <= t + gap)
            {
                _z.CopyTo(rows[(output++ * _z.Length)..]);
            }

            if (next == items.Count || items[next].Time > end)
            {
                break;
            }

            TimelineItem item = items[next++];
            double after = next < items.Count ? Math.Min(items[next].Time, end) : end;
            if (!Happen(item, t, after > t + (2 * gap) ? Math.Min(t + gap, after - gap) : t + (gap / 2), parameters, scales))
            {
                return false;
            }
        }

        while (output < times.Length)
        {
            _z.CopyTo(rows[(output++ * _z.Length)..]);
        }

        return true;
    }

    private PieceSolver MakeSolver()
    {
        List<OdeEvent<double>> events = [];
        for (int i = 0; i < _model.Events.Count; i++)
        {
            int index = i;
            events.Add(new OdeEvent<double>((t, z) =>
            {
                SetInputs(_events, t);
                _events.Run(t, z);
                return _events.Value(index);
            })
            { Direction = EventDirection.Rising, IsTerminal = true, Name = _model.Events[i].Text });
        }

        return new PieceSolver(_model, _field, _columns, _scales, _options, events);
    }

    private void SetInputs(CompiledExpressions expressions, double t)
    {
        for (int i = 0; i < _field.Inputs.Count; i++)
        {
            expressions.Inputs[i] = _field.Inputs[i].At(t);
        }
    }

    private void StartStates(double t, ReadOnlySpan<double> scales)
    {
        _initials.Run(t, _before.AsSpan(0, _n));
        double[] by = new double[_columns];
        for (int i = 0; i < _n; i++)
        {
            _z[i] = _initials.Value(i);
            _initials.TotalDerivative(i, _before.AsSpan(_n), scales, by);
            for (int k = 0; k < _columns; k++)
            {
                _z[((1 + k) * _n) + i] = by[k];
            }
        }
    }

    /// <summary>Solves to a time, through the model's events, and writes the rows on the way.</summary>
    private bool Advance(ref double t, double until, ReadOnlySpan<double> times, Span<double> rows, ref int output, bool leavesEnd)
    {
        int happened = 0;
        while (t < until)
        {
            // The start, times strictly within, and the end.
            List<double> asked = [t];
            int first = output;
            while (output < times.Length && times[output] <= t)
            {
                _z.CopyTo(rows[(output++ * _z.Length)..]);
            }

            first = output;
            for (int i = first; i < times.Length && times[i] < until; i++)
            {
                if (times[i] > asked[^1])
                {
                    asked.Add(times[i]);
                }
            }

            asked.Add(until);
            int needed = asked.Count * _z.Length;
            _rows = _rows.Length < needed ? new double[needed] : _rows;
            SolveResult result = _solver!.Solve(_z, [.. asked], _rows.AsSpan(0, needed), out EventOccurrence<double>? met);
            if (!result.IsSuccess)
            {
                string state = result.Component >= 0 ? _model.States[result.Component % _n] : "";
                string what = result.Component >= _n ? $"The derivative of {state} by a parameter" : state;
                return Fail(result.ToString().Replace(FormattableString.Invariant($"Component {result.Component}"), what, StringComparison.Ordinal));
            }

            double reached = met?.Time ?? until;
            int row = 0;
            for (; output < times.Length && times[output] < reached; output++)
            {
                while (asked[row] < times[output])
                {
                    row++;
                }

                _rows.AsSpan(row * _z.Length, _z.Length).CopyTo(rows[(output * _z.Length)..]);
            }

            t = reached;
            if (met is null)
            {
                _rows.AsSpan(needed - _z.Length, _z.Length).CopyTo(_z);
                break;
            }

            met.StateBefore.CopyTo(_z);
            if (!PassEvent(met.Index, t, until) || ++happened > 100_000)
            {
                Problem = Problem.Length > 0 ? Problem : "There are more than 100,000 events.";
                return false;
            }
        }

        while (!leavesEnd && output < times.Length && times[output] <= until)
        {
            _z.CopyTo(rows[(output++ * _z.Length)..]);
        }

        return true;
    }
}
