using NeuralOde.Equations.Data;
using NeuralOde.Equations.Language;
using NeuralOde.Equations.Simulation;
using NeuralOde.Equations.Symbolics;

namespace NeuralOde.Equations.Fitting;

/// <summary>What is minimized: the negative log-likelihood of all values and the priors, with its exact gradient and the expected information.</summary>
/// <remarks>Not thread-safe; <see cref="Clone"/> makes another for another thread.</remarks>
internal sealed class FitProblem
{
    private readonly BoundModel _model;
    private readonly EquationData _data;
    private readonly SimulationOptions _options;
    private readonly int[] _free;
    private readonly int[][] _places;
    private readonly SeriesEvaluator _evaluator;
    private readonly double[] _parameters;

    public FitProblem(BoundModel model, EquationData data, SimulationOptions options, IReadOnlyList<double>? scales = null)
    {
        _model = model;
        _data = data;
        _options = options;

        // What moves the states comes first: only for these the solver carries sensitivities.
        HashSet<int> moving = SeriesEvaluator.MovingParameters(model);
        int[] estimated = [.. Enumerable.Range(0, model.Parameters.Count).Where(i => !model.Parameters[i].IsFixed)];
        _free = [.. estimated.Where(moving.Contains), .. estimated.Where(x => !moving.Contains(x))];
        List<Coordinate> coordinates = [];
        _places = [.. data.Series.Select(_ => new int[_free.Length])];
        foreach (int parameter in estimated)
        {
            int column = Array.IndexOf(_free, parameter);
            bool isPerSeries = model.Parameters[parameter].IsPerSeries;
            for (int s = 0; s < data.Series.Count; s++)
            {
                if (isPerSeries || s == 0)
                {
                    var c = Coordinate.Of(model, parameter, isPerSeries ? s : -1);
                    coordinates.Add(c.IsNoise && c.Level >= 0 ? c with { Lower = Math.Log(LeastLevel(c.Level)) } : c);
                }

                _places[s][column] = coordinates.Count - 1;
            }
        }

        Coordinates = coordinates;
        _parameters = [.. model.Parameters.Select(static x => x.Start)];
        _evaluator = new SeriesEvaluator(model, _free, estimated.Count(moving.Contains), options);

        if (scales is not null)
        {
            _evaluator.Simulator.Scales = scales;
        }

        Gradient = new double[coordinates.Count];
        Information = new double[coordinates.Count * coordinates.Count];
    }

    public IReadOnlyList<Coordinate> Coordinates { get; }

    public int Count => Coordinates.Count;

    public EquationData Data => _data;

    public BoundModel Model => _model;

    /// <summary>Gradient of the last evaluation.</summary>
    public double[] Gradient { get; }

    /// <summary>Expected information of the last evaluation, priors included; row by row.</summary>
    public double[] Information { get; }

    /// <summary>The last value without the priors.</summary>
    public double LikelihoodValue { get; private set; }

    /// <summary>Why the last evaluation failed.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Number of evaluations.</summary>
    public long Evaluations { get; private set; }

    public bool IsStiff => _evaluator.Simulator.IsStiff;

    /// <summary>Sizes of the states, which absolute tolerances go by.</summary>
    public IReadOnlyList<double> Scales => _evaluator.Simulator.Scales;

    /// <summary>Forgets whether the last solves were stiff, so that results do not depend on what was evaluated before.</summary>
    public void Reset() => _evaluator.Simulator.IsStiff = false;

    public FitProblem Clone() => Copy(_options);

    /// <summary>The same problem, solved less accurately where that is enough for a search.</summary>
    public FitProblem Coarse() => Copy(_options with { RelativeTolerance = Math.Max(_options.RelativeTolerance, 1e-6) });

    /// <summary>The same problem with other data of the same series, solved as accurately as a band needs.</summary>
    public FitProblem For(EquationData data) => Copy(_options with { RelativeTolerance = Math.Max(_options.RelativeTolerance, 1e-6) }, data);

    /// <summary>The same problem with the data of other series, where no parameter is per series.</summary>
    public FitProblem With(EquationData data) => Copy(_options, data);

    private FitProblem Copy(SimulationOptions options, EquationData? data = null)
    {
        FitProblem copy = new(_model, data ?? _data, options, Scales);
        _parameters.CopyTo(copy._parameters, 0);
        return copy;
    }

    /// <summary>The start values of the model.</summary>
    public double[] Start() => [.. Coordinates.Select(x => Math.Clamp(x.FromNatural(_model.Parameters[x.Parameter].Start), x.Lower, x.Upper))];

    /// <summary>All parameters of a series.</summary>
    public double[] ParametersOf(int series, ReadOnlySpan<double> point)
    {
        double[] all = [.. _parameters];
        for (int k = 0; k < _free.Length; k++)
        {
            int place = _places[series][k];
            all[_free[k]] = Coordinates[place].Natural(point[place]);
        }

        return all;
    }

    /// <summary>The negative log-likelihood of one series without priors, with gradient and expected information by all coordinates.</summary>
    /// <param name="series">Which series; parameters are not per series.</param>
    /// <param name="point">The coordinates as this series has them.</param>
    /// <returns>The value; infinite where the model cannot be solved.</returns>
    public double EvaluateSeries(int series, ReadOnlySpan<double> point)
    {
        int[] places = _places[series];
        double[] slopes = new double[_free.Length];
        for (int k = 0; k < slopes.Length; k++)
        {
            slopes[k] = Coordinates[places[k]].Slope(point[places[k]]);
        }

        Array.Clear(Gradient);
        Array.Clear(Information);
        double value = _evaluator.Evaluate(_data.Series[series], ParametersOf(series, point), slopes);
        for (int k = 0; k < slopes.Length && double.IsFinite(value); k++)
        {
            Gradient[places[k]] = _evaluator.Gradient[k];
            for (int l = 0; l < slopes.Length; l++)
            {
                Information[(places[k] * Count) + places[l]] = _evaluator.Information[(k * slopes.Length) + l];
            }
        }

        Problem = double.IsFinite(value) ? "" : _evaluator.Problem;
        return double.IsFinite(value) ? value : double.PositiveInfinity;
    }

    /// <summary>Evaluates at a point.</summary>
    /// <returns>The value; infinite where the model cannot be solved, and <see cref="Problem"/> then says why.</returns>
    public double Evaluate(ReadOnlySpan<double> point)
    {
        Evaluations++;
        double value = 0;
        Array.Clear(Gradient);
        Array.Clear(Information);
        int free = _free.Length;
        double[] slopes = new double[free];
        for (int s = 0; s < _data.Series.Count; s++)
        {
            int[] places = _places[s];
            for (int k = 0; k < free; k++)
            {
                slopes[k] = Coordinates[places[k]].Slope(point[places[k]]);
            }

            double part = _evaluator.Evaluate(_data.Series[s], ParametersOf(s, point), slopes);
            if (!double.IsFinite(part))
            {
                string name = _data.Series[s].Input.Name;
                Problem = name.Length == 0 ? _evaluator.Problem : $"Series {name}: {_evaluator.Problem}";
                return double.PositiveInfinity;
            }

            value += part;
            for (int k = 0; k < free; k++)
            {
                Gradient[places[k]] += _evaluator.Gradient[k];
                for (int l = 0; l < free; l++)
                {
                    Information[(places[k] * Count) + places[l]] += _evaluator.Information[(k * free) + l];
                }
            }
        }

        LikelihoodValue = value;
        for (int i = 0; i < Count; i++)
        {
            (double prior, double by, double curvature) = Coordinates[i].PriorTerm(point[i]);
            value += prior;
            Gradient[i] += by;
            Information[(i * Count) + i] += curvature;
        }

        return value;
    }

    /// <summary>Model values and standardized residuals of all values of a series at a point; null where the model cannot be solved.</summary>
    public (double[] Fitted, double[] Residuals)? Predict(int series, ReadOnlySpan<double> point)
    {
        (double[] Fitted, double[] Residuals)? found = _evaluator.Predict(_data.Series[series], ParametersOf(series, point));
        Problem = found is null ? _evaluator.Problem : Problem;
        return found;
    }

    /// <summary>Model values and noise levels of every observable of a series at given times; null where the model cannot be solved.</summary>
    public (double F, double A, double B)[][]? Distributions(int series, ReadOnlySpan<double> point, double[] times)
        => _evaluator.Distributions(_data.Series[series], ParametersOf(series, point), times);

    /// <summary>Model values of every observable of a series, from its start to its last value; null where the model cannot be solved.</summary>
    public (double[] Times, double[][] Values)? Curves(int series, ReadOnlySpan<double> point, int count)
    {
        SeriesObservations x = _data.Series[series];
        double end = x.Times.Length == 0 ? x.Input.Start : x.Times[^1], start = x.Input.Start;
        double[] times = [.. Enumerable.Range(0, count).Select(i => start + ((end - start) * i / (count - 1))).Distinct()];
        return _evaluator.Curves(x, ParametersOf(series, point), times) is { } values ? (times, values) : null;
    }

    /// <summary>Finds the states' sizes, and starts for noise levels that nobody named, from a solve at a point.</summary>
    /// <returns>Whether the model can be solved there.</returns>
    public bool Prepare(double[] point)
    {
        double[] scales = new double[_model.States.Count];
        for (int s = 0; s < _data.Series.Count; s++)
        {
            if (!_evaluator.Measure(_data.Series[s], ParametersOf(s, point), scales))
            {
                Problem = _evaluator.Problem;
                return false;
            }
        }

        SetSizes(point);
        double largest = scales.Max();
        _evaluator.Simulator.Scales = [.. scales.Select(x => x > 0 ? x : largest > 0 ? largest : 1)];
        return SetLevels(point, onlyUnnamed: true);
    }

    /// <summary>Values of parameters that are not estimated.</summary>
    public double Fixed(int parameter) => _parameters[parameter];

    /// <summary>Sets the sizes of unknown terms: of their arguments and, for the terms themselves, of the fastest change of a state.</summary>
    private void SetSizes(double[] point)
    {
        double[][] sizes = [.. _model.Unknowns.Select(static x => new double[x.Arguments.Count + 1])];
        for (int s = 0; s < _data.Series.Count && sizes.Length > 0; s++)
        {
            _evaluator.MeasureUnknowns(_data.Series[s], ParametersOf(s, point), sizes);
        }

        for (int i = 0; i < sizes.Length; i++)
        {
            BoundUnknown unknown = _model.Unknowns[i];
            for (int k = 0; k < sizes[i].Length; k++)
            {
                // What was measured is a better guide than the start of a model that lacks a term.
                double measured = k < unknown.Sizes.Count ? MeasuredSize(unknown.Arguments[k]) : MeasuredSpeed();
                sizes[i][k] = measured > 0 ? measured : sizes[i][k];
                _parameters[k < unknown.Sizes.Count ? unknown.Sizes[k] : unknown.Output] = sizes[i][k] > 0 && double.IsFinite(sizes[i][k]) ? sizes[i][k] : 1;
            }
        }
    }

    /// <summary>A noise level below which the model goes through the values exactly: rounding of what was measured.</summary>
    private double LeastLevel(int observable)
    {
        bool isRelative = _model.Observables[observable].Noise is NoiseKind.LogNormal or NoiseKind.Proportional;
        double size = isRelative
            ? 1
            : _data.Series.SelectMany(static x => x.Values).Where(x => x.Observable == observable).Select(static x => Math.Abs(x.Value)).DefaultIfEmpty(1).Max();
        return 1e-8 * (size > 0 ? size : 1);
    }

    /// <summary>Whether a noise level is nearly nothing: the model hits some values exactly, and the likelihood has no bound there.</summary>
    public bool IsDegenerate(double[] point) => Enumerable.Range(0, Count).Any(i => Coordinates[i].IsNoise && Coordinates[i].Level >= 0 && point[i] - Coordinates[i].Lower < 5);

    private double MeasuredSize(Term argument)
    {
        int observable = Enumerable.Range(0, _model.Observables.Count).FirstOrDefault(i => ReferenceEquals(_model.Observables[i].Value, argument), -1);
        return observable < 0
            ? 0
            : _data.Series.SelectMany(static x => x.Values).Where(x => x.Observable == observable).Select(static x => Math.Abs(x.Value)).DefaultIfEmpty(0).Max();
    }

    /// <summary>The fastest change from one measured value of a state to the next.</summary>
    private double MeasuredSpeed()
    {
        double fastest = 0;
        foreach (SeriesObservations series in _data.Series)
        {
            foreach (IGrouping<int, Observation> group in series.Values.GroupBy(static x => x.Observable))
            {
                Term value = _model.Observables[group.Key].Value;
                Observation? before = null;
                foreach (Observation x in group.Where(_ => value.Operator == Operator.Variable && value.Variable <= _model.States.Count).OrderBy(static x => x.Time))
                {
                    if (before is { } last && series.Times[x.Time] > series.Times[last.Time])
                    {
                        fastest = Math.Max(fastest, Math.Abs(x.Value - last.Value) / (series.Times[x.Time] - series.Times[last.Time]));
                    }

                    before = x;
                }
            }
        }

        return fastest;
    }

    /// <summary>Sets noise levels to what the residuals at a point have; those of models that have none by themselves stay.</summary>
    /// <param name="point">The point, which is changed.</param>
    /// <param name="onlyUnnamed">Whether levels that are parameters of the model's own stay.</param>
    /// <returns>Whether the model can be solved there.</returns>
    public bool SetLevels(double[] point, bool onlyUnnamed)
    {
        Dictionary<int, (double Sum, int Count)> squares = [];
        for (int s = 0; s < _data.Series.Count; s++)
        {
            if (Predict(s, point) is not { } found)
            {
                Problem = _evaluator.Problem;
                return false;
            }

            for (int i = 0; i < found.Fitted.Length; i++)
            {
                Observation value = _data.Series[s].Values[i];
                double r = Deviation(_model.Observables[value.Observable].Noise, value.Value, found.Fitted[i]);
                if (double.IsFinite(r))
                {
                    (double sum, int count) = squares.GetValueOrDefault(value.Observable);
                    squares[value.Observable] = (sum + (r * r), count + 1);
                }
            }
        }

        for (int k = 0; k < Count; k++)
        {
            Coordinate c = Coordinates[k];
            if (c.Level < 0 || (onlyUnnamed && !c.IsNoise) || !squares.TryGetValue(c.Level, out (double Sum, int Count) found) || !(found.Sum > 0))
            {
                continue;
            }

            double share = _model.Observables[c.Level].Noise == NoiseKind.Combined ? 0.5 : 1;
            point[k] = Math.Clamp(c.FromNatural(share * Math.Sqrt(found.Sum / found.Count)), c.Lower, c.Upper);
        }

        return true;
    }

    private static double Deviation(NoiseKind kind, double measured, double fitted) => kind switch
    {
        NoiseKind.LogNormal => Math.Log(measured / fitted),
        NoiseKind.Proportional => (measured - fitted) / Math.Max(Math.Abs(fitted), 1e-300),
        _ => measured - fitted,
    };
}
