using NeuralOde.Equations.Compilation;
using NeuralOde.Equations.Language;
using NeuralOde.Equations.Symbolics;

namespace NeuralOde.Equations.Simulation;

/// <summary>Makes the list of what happens in a series: doses with lags and rates, and times at which the right-hand side jumps, all with their derivatives.</summary>
internal sealed class Timeline
{
    private const int Terms = 6;
    private const int GridPoints = 64;
    private const int MostSwitches = 100_000;

    private readonly BoundModel _model;
    private readonly CompiledExpressions _doses;
    private readonly CompiledExpressions _switches;
    private readonly CompiledExpressions _conditions;
    private readonly IReadOnlyList<bool> _isFloor;
    private readonly double[] _noStates;

    public Timeline(BoundModel model, IReadOnlyList<int> sensitive)
    {
        _model = model;
        _noStates = new double[model.States.Count];
        TermPool p = model.Pool;
        Term nothing = p.Constant(double.NaN);
        _doses = new CompiledExpressions(
            model,
            [.. model.Doses.SelectMany(x => (Term[])[x.Amount ?? p.One, x.At ?? p.Zero, x.Every ?? p.Zero, x.Rate ?? nothing, x.Duration ?? nothing, x.Lag ?? p.Zero]),
                .. model.Doses.Select(x => x.Bioavailability ?? p.One)],
            sensitive);

        (IReadOnlyList<Term> affine, _isFloor, IReadOnlyList<Term> other) = Conditions(model);
        _switches = new CompiledExpressions(model, affine, sensitive);
        _conditions = new CompiledExpressions(model, other, sensitive);
    }

    /// <summary>
    /// What jumps at times that do not depend on the states: functions that are affine in time, by intercept and slope, and whether they jump at all whole numbers instead of at
    /// 0; and other functions.
    /// </summary>
    public static (IReadOnlyList<Term> Affine, IReadOnlyList<bool> IsFloor, IReadOnlyList<Term> Other) Conditions(BoundModel model)
    {
        // The pool grows by the derivatives, and threads share it.
        lock (model.Pool)
        {
            List<Term> affine = [], other = [];
            List<bool> isFloors = [];
            FindConditions(model, affine, isFloors, other);
            return (affine, isFloors, other);
        }
    }

    private static void FindConditions(BoundModel model, List<Term> affine, List<bool> isFloors, List<Term> other)
    {
        TermPool p = model.Pool;
        foreach (Term node in TermPool.Nodes(model.Rates))
        {
            bool isFloor = node.Operator == Operator.Floor;
            if ((isFloor || node.Operator is Operator.Less or Operator.LessOrEqual) && DependsOnTimeAlone(model, node))
            {
                Term function = isFloor ? node.A! : p.Subtract(node.B!, node.A!), slope = p.Derivative(function, BoundModel.TimeVariable);
                bool hasKinks = TermPool.Nodes([function]).Any(static x => x.Operator is Operator.Floor or Operator.Less or Operator.LessOrEqual);
                if (!hasKinks && !p.VariablesOf(slope).Contains(BoundModel.TimeVariable))
                {
                    affine.Add(p.Substitute(function, new Dictionary<int, Term> { [BoundModel.TimeVariable] = p.Zero }));
                    affine.Add(slope);
                    isFloors.Add(isFloor);
                }
                else if (!isFloor)
                {
                    other.Add(function);
                }
            }
        }
    }

    /// <summary>The items from the start to the end, in their order.</summary>
    public List<TimelineItem> Build(SeriesInput series, ReadOnlySpan<double> parameters, ReadOnlySpan<double> scales, double end)
    {
        List<TimelineItem> items = [];
        _doses.Prepare(parameters, series.Covariates);
        _doses.Run(series.Start, _noStates);
        for (int i = 0; i < _model.Doses.Count; i++)
        {
            AddDoses(items, i, series, scales, end);
        }

        AddSwitches(items, series, parameters, scales, end);
        foreach (InputSignal input in series.Inputs.Where(static x => x.Kind != Interpolation.Cubic))
        {
            double[] never = new double[scales.Length];
            items.AddRange(input.Times.Where(t => t > series.Start && t < end).Select(t => new TimelineItem(TimelineKind.Switch, t, never, 0, 0, never)));
        }

        foreach (double time in series.Resets.Where(t => t <= end).Distinct())
        {
            // What was given before, and is pending or still flows, ends.
            items.RemoveAll(x => x.Given < time && x.Time >= time);
            double[] never = new double[scales.Length];
            items.Add(new TimelineItem(TimelineKind.Reset, time, never, 0, 0, never));
        }

        return [.. items.OrderBy(static x => x.Time).ThenBy(static x => x.Kind == TimelineKind.Reset ? 0 : 1)];
    }

    private static bool DependsOnTimeAlone(BoundModel model, Term node)
    {
        IReadOnlySet<int> variables = model.Pool.VariablesOf(node);
        int inputs = model.InputVariable(0);
        return variables.Contains(BoundModel.TimeVariable) && !variables.Any(x => (x > 0 && x <= model.States.Count) || x >= inputs);
    }

    private double[] DoseBy(int root, ReadOnlySpan<double> scales)
    {
        double[] total = new double[scales.Length];
        _doses.TotalDerivative(root, [], scales, total);
        return total;
    }

    private void AddDoses(List<TimelineItem> items, int index, SeriesInput series, ReadOnlySpan<double> scales, double end)
    {
        BoundDose dose = _model.Doses[index];
        int root = index * Terms;
        double share = _doses.Value((_model.Doses.Count * Terms) + index), lag = _doses.Value(root + 5);
        double[] shareBy = DoseBy((_model.Doses.Count * Terms) + index, scales), lagBy = DoseBy(root + 5, scales);
        double givenRate = dose.Rate is null ? 0 : _doses.Value(root + 3), duration = dose.Duration is null ? 0 : _doses.Value(root + 4);
        double[] rateBy = DoseBy(root + 3, scales), durationBy = DoseBy(root + 4, scales);
        if (dose.Column is null)
        {
            double amount = _doses.Value(root), at = _doses.Value(root + 1), every = _doses.Value(root + 2);
            double[] amountBy = DoseBy(root, scales), atBy = DoseBy(root + 1, scales), everyBy = DoseBy(root + 2, scales);
            for (int i = 0; i < dose.Times && at + (i * every) + lag <= end; i++)
            {
                double[] timeBy = Sum(atBy, Sum(everyBy, lagBy, i, 1), 1, 1);
                Add(new DoseTime(at + (i * every) + lag, timeBy, every, dose.IsSteady && i == 0, at + (i * every)), amount, amountBy, givenRate);
            }

            return;
        }

        bool isOneOfSeveral = _model.Doses.Count(x => x.Column is not null) > 1;
        foreach (DoseRecord record in series.Doses.Where(x => string.Equals(x.Column, dose.Column, StringComparison.OrdinalIgnoreCase)))
        {
            if (isOneOfSeveral && record.State >= 0 && record.State != dose.State)
            {
                continue;
            }

            for (int i = 0; i <= record.Additional; i++)
            {
                double time = record.Time + (i * record.Interval) + lag;
                if (time <= end)
                {
                    DoseTime when = new(time, lagBy, record.Interval, (record.IsSteady || dose.IsSteady) && i == 0, record.Time);
                    Add(when, record.Amount, new double[scales.Length], dose.Rate is null ? record.Rate : givenRate);
                }
            }
        }

        void Add(DoseTime when, double amount, double[] amountBy, double rate)
        {
            double size = amount * share, length = rate > 0 ? size / rate : duration;
            double[] sizeBy = Sum(amountBy, shareBy, share, amount);
            double[] lengthBy = rate > 0 ? Sum(sizeBy, rateBy, 1 / rate, -size / (rate * rate)) : durationBy;
            if (!(length > 0))
            {
                AddSteady(when, size, sizeBy, 0, []);
                items.Add(new TimelineItem(TimelineKind.Bolus, when.Time, when.TimeBy, dose.State, size, sizeBy) { Given = when.Given });
                return;
            }

            double[] flowBy = Sum(sizeBy, lengthBy, 1 / length, -size / (length * length));
            AddSteady(when, size / length, flowBy, length, lengthBy);
            items.Add(new TimelineItem(TimelineKind.Infusion, when.Time, when.TimeBy, dose.State, size / length, flowBy) { Given = when.Given });
            double[] endBy = Sum(when.TimeBy, lengthBy, 1, 1);
            items.Add(new TimelineItem(TimelineKind.Infusion, when.Time + length, endBy, dose.State, -size / length, Sum(flowBy, flowBy, -1, 0)) { Given = when.Given });
        }

        void AddSteady(DoseTime when, double size, double[] sizeBy, double length, double[] lengthBy)
        {
            if (when.IsSteady)
            {
                items.Add(new TimelineItem(TimelineKind.Steady, when.Time, when.TimeBy, dose.State, size, sizeBy)
                {
                    Interval = when.Interval,
                    Given = when.Given,
                    Duration = length,
                    DurationBy = lengthBy,
                });
            }
        }
    }

    private void AddSwitches(List<TimelineItem> items, SeriesInput series, ReadOnlySpan<double> parameters, ReadOnlySpan<double> scales, double end)
    {
        List<double> breaks = [series.Start];
        _switches.Prepare(parameters, series.Covariates);
        _switches.Run(0, _noStates);
        double[] interceptBy = new double[scales.Length], slopeBy = new double[scales.Length];
        for (int i = 0; i < _isFloor.Count; i++)
        {
            double intercept = _switches.Value(2 * i), slope = _switches.Value((2 * i) + 1);
            _switches.TotalDerivative(2 * i, [], scales, interceptBy);
            _switches.TotalDerivative((2 * i) + 1, [], scales, slopeBy);
            double low = Math.Min((slope * series.Start) + intercept, (slope * end) + intercept), high = Math.Max((slope * series.Start) + intercept, (slope * end) + intercept);
            double first = _isFloor[i] ? Math.Ceiling(low) : 0, last = _isFloor[i] ? Math.Min(Math.Floor(high), first + MostSwitches) : 0;
            for (double level = first; slope != 0 && level <= last; level++)
            {
                double time = (level - intercept) / slope;
                if (time > series.Start && time < end)
                {
                    breaks.Add(time);
                    double[] timeBy = Sum(interceptBy, slopeBy, -1 / slope, -time / slope);
                    items.Add(new TimelineItem(TimelineKind.Switch, time, timeBy, 0, 0, timeBy));
                }
            }
        }

        if (_conditions.Count > 0)
        {
            breaks.Add(end);
            breaks.Sort();
            _conditions.Prepare(parameters, series.Covariates);
            for (int piece = 0; piece + 1 < breaks.Count; piece++)
            {
                SearchWithin(items, breaks[piece], breaks[piece + 1], scales);
            }
        }
    }

    /// <summary>Looks for sign changes of conditions in a piece of time, on a grid and then by bisection.</summary>
    private void SearchWithin(List<TimelineItem> items, double begin, double end, ReadOnlySpan<double> scales)
    {
        double margin = 1e-9 * (end - begin);
        for (int root = 0; root < _conditions.Count; root++)
        {
            double before = Condition(root, begin + margin), left = begin + margin;
            for (int i = 1; i <= GridPoints; i++)
            {
                double right = i == GridPoints ? end - margin : begin + ((end - begin) * i / GridPoints), after = Condition(root, right);
                if (before < 0 != after < 0)
                {
                    double low = left, high = right;
                    for (double middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2)
                    {
                        (low, high) = Condition(root, middle) < 0 == before < 0 ? (middle, high) : (low, middle);
                    }

                    Condition(root, high);
                    double[] timeBy = new double[scales.Length];
                    _conditions.TotalDerivative(root, [], scales, timeBy);
                    double slope = _conditions.TimeDerivative(root);
                    items.Add(new TimelineItem(TimelineKind.Switch, high, Sum(timeBy, timeBy, slope == 0 ? 0 : -1 / slope, 0), 0, 0, timeBy));
                }

                (before, left) = (after, right);
            }
        }
    }

    private double Condition(int root, double t)
    {
        _conditions.Run(t, _noStates);
        return _conditions.Value(root);
    }

    private static double[] Sum(double[] a, double[] b, double byA, double byB)
    {
        double[] sum = new double[a.Length];
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] = (byA * a[i]) + (byB * b[i]);
        }

        return sum;
    }

    private readonly record struct DoseTime(double Time, double[] TimeBy, double Interval, bool IsSteady, double Given);
}
