using NeuralOde.Equations.Compilation;
using NeuralOde.Equations.Data;
using NeuralOde.Equations.Language;
using NeuralOde.Equations.Simulation;
using NeuralOde.Equations.Symbolics;

namespace NeuralOde.Equations.Fitting;

/// <summary>The likelihood of one series' values, with its gradient and the expected information by the estimated parameters.</summary>
internal sealed class SeriesEvaluator
{
    private const int Terms = 5;

    private readonly BoundModel _model;
    private readonly CompiledExpressions _observables;
    private readonly int _free;
    private readonly int _moving;
    private readonly double[][] _by;
    private double[] _rows = [];

    /// <summary>Compiles.</summary>
    /// <param name="model">The model.</param>
    /// <param name="free">Estimated parameters; those that move the states first.</param>
    /// <param name="moving">How many of them move the states.</param>
    /// <param name="options">How accurately is solved.</param>
    public SeriesEvaluator(BoundModel model, int[] free, int moving, SimulationOptions options)
    {
        _model = model;
        _free = free.Length;
        _moving = moving;
        Simulator = new Simulator(model, free[..moving], options);
        TermPool p = model.Pool;
        _observables = new CompiledExpressions(
            model,
            [.. model.Observables.SelectMany(x => (Term[])
            [
                x.Value, x.Arguments.Count > 0 ? x.Arguments[0] : p.Zero, x.Arguments.Count > 1 ? x.Arguments[1] : p.Zero,
                x.Below ?? p.Constant(double.NegativeInfinity), x.Weight ?? p.One,
            ])],
            free);
        Gradient = new double[_free];
        Information = new double[_free * _free];
        _by = [new double[_free], new double[_free], new double[_free]];
    }

    public Simulator Simulator { get; }

    public double[] Gradient { get; }

    public double[] Information { get; }

    public string Problem { get; private set; } = "";

    /// <summary>The parameters that states depend on.</summary>
    public static HashSet<int> MovingParameters(BoundModel model)
    {
        HashSet<int> variables = [];
        IEnumerable<Term?> roots =
        [
            .. model.Rates, .. model.Initials,
            .. model.Doses.SelectMany(static x => (Term?[])[x.Amount, x.At, x.Every, x.Rate, x.Duration, x.Lag, x.Bioavailability]),
            .. model.Events.SelectMany(static x => x.Changes.Select(static c => c.Value).Append(x.Function)),
        ];
        lock (model.Pool)
        {
            foreach (Term? root in roots)
            {
                variables.UnionWith(root is null ? [] : model.Pool.VariablesOf(root));
            }
        }

        return [.. Enumerable.Range(0, model.Parameters.Count).Where(i => variables.Contains(model.ParameterVariable(i)))];
    }

    /// <summary>The negative log-likelihood; infinite where the model cannot be solved or a value is impossible.</summary>
    public double Evaluate(SeriesObservations series, double[] parameters, ReadOnlySpan<double> slopes)
    {
        Array.Clear(Gradient);
        Array.Clear(Information);
        if (!Solve(series, parameters, slopes[.._moving]))
        {
            return double.PositiveInfinity;
        }

        double value = 0;
        int n = _model.States.Count, at = -1;
        foreach (Observation x in series.Values)
        {
            ReadOnlySpan<double> row = _rows.AsSpan(x.Time * Simulator.RowLength, Simulator.RowLength);
            if (at != x.Time)
            {
                At(series, x.Time, row);
                at = x.Time;
            }

            int root = Terms * x.Observable;
            LikelihoodTerm term = Term(x, root);
            if (!term.IsFinite)
            {
                Problem = Impossible(series, x, root);
                return double.PositiveInfinity;
            }

            value += term.Value;
            int arguments = _model.Observables[x.Observable].Arguments.Count;
            for (int i = 0; i <= arguments; i++)
            {
                _observables.TotalDerivative(root + i, row[n..], slopes, _by[i]);
            }

            for (int i = arguments + 1; i < 3; i++)
            {
                Array.Clear(_by[i]);
            }

            Add(term);
        }

        return value;
    }

    /// <summary>Model values, and residuals in units of the noise.</summary>
    public (double[] Fitted, double[] Residuals)? Predict(SeriesObservations series, double[] parameters)
    {
        if (!Solve(series, parameters, new double[_moving]))
        {
            return null;
        }

        double[] fitted = new double[series.Values.Length], residuals = new double[series.Values.Length];
        for (int i = 0; i < fitted.Length; i++)
        {
            Observation x = series.Values[i];
            At(series, x.Time, _rows.AsSpan(x.Time * Simulator.RowLength, Simulator.RowLength));
            int root = Terms * x.Observable;
            double f = fitted[i] = _observables.Value(root), a = _observables.Value(root + 1), b = _observables.Value(root + 2);
            residuals[i] = _model.Observables[x.Observable].Noise switch
            {
                NoiseKind.LogNormal => Math.Log(x.Value / f) / a,
                NoiseKind.Proportional => (x.Value - f) / (a * Math.Abs(f)),
                NoiseKind.Combined => (x.Value - f) / Math.Sqrt((a * a) + (b * b * f * f)),
                NoiseKind.Poisson => (x.Value - f) / Math.Sqrt(f),
                NoiseKind.NegativeBinomial => (x.Value - f) / Math.Sqrt(f + (f * f / a)),
                NoiseKind.Binomial => (x.Value - (a * f)) / Math.Sqrt(a * f * (1 - f)),
                NoiseKind.Student => (x.Value - f) / b,
                _ => (x.Value - f) / a,
            };
        }

        return (fitted, residuals);
    }

    /// <summary>Model values and noise levels of every observable at given times.</summary>
    public (double F, double A, double B)[][]? Distributions(SeriesObservations series, double[] parameters, double[] times)
    {
        SeriesObservations asked = series with { Times = times };
        if (!Solve(asked, parameters, new double[_moving]))
        {
            return null;
        }

        (double F, double A, double B)[][] values = [.. _model.Observables.Select(_ => new (double F, double A, double B)[times.Length])];
        for (int i = 0; i < times.Length; i++)
        {
            At(asked, i, _rows.AsSpan(i * Simulator.RowLength, Simulator.RowLength));
            for (int o = 0; o < values.Length; o++)
            {
                values[o][i] = (_observables.Value(Terms * o), _observables.Value((Terms * o) + 1), _observables.Value((Terms * o) + 2));
            }
        }

        return values;
    }

    /// <summary>Model values of every observable at given times.</summary>
    public double[][]? Curves(SeriesObservations series, double[] parameters, double[] times)
    {
        SeriesObservations asked = series with { Times = times };
        if (!Solve(asked, parameters, new double[_moving]))
        {
            return null;
        }

        double[][] values = [.. _model.Observables.Select(_ => new double[times.Length])];
        for (int i = 0; i < times.Length; i++)
        {
            At(asked, i, _rows.AsSpan(i * Simulator.RowLength, Simulator.RowLength));
            for (int o = 0; o < values.Length; o++)
            {
                values[o][i] = _observables.Value(Terms * o);
            }
        }

        return values;
    }

    /// <summary>Enlarges the states' sizes by those of this series.</summary>
    public bool Measure(SeriesObservations series, double[] parameters, double[] scales)
    {
        if (!Solve(series, parameters, new double[_moving]))
        {
            return false;
        }

        for (int i = 0; i < series.Times.Length; i++)
        {
            ReadOnlySpan<double> row = _rows.AsSpan(i * Simulator.RowLength, Simulator.RowLength);
            for (int k = 0; k < scales.Length; k++)
            {
                scales[k] = Math.Max(scales[k], Math.Abs(row[k]));
            }
        }

        return true;
    }

    /// <summary>Enlarges the sizes of unknown terms' arguments, and last of the terms, by those of this series.</summary>
    public void MeasureUnknowns(SeriesObservations series, double[] parameters, double[][] sizes)
    {
        if (!Solve(series, parameters, new double[_moving]))
        {
            return;
        }

        CompiledExpressions arguments = new(_model, [.. _model.Unknowns.SelectMany(static x => x.Arguments)], []);
        arguments.Prepare(parameters, series.Input.Covariates);
        int length = Simulator.RowLength;
        for (int i = 0; i < series.Times.Length; i++)
        {
            for (int k = 0; k < series.Input.Inputs.Count; k++)
            {
                arguments.Inputs[k] = series.Input.Inputs[k].At(series.Times[i]);
            }

            arguments.Run(series.Times[i], _rows.AsSpan(i * length, length));
            double fastest = 0;
            for (int state = 0; state < _model.States.Count && i > 0; state++)
            {
                double change = _rows[(i * length) + state] - _rows[((i - 1) * length) + state];
                fastest = Math.Max(fastest, Math.Abs(change / (series.Times[i] - series.Times[i - 1])));
            }

            int root = 0;
            foreach (double[] size in sizes)
            {
                for (int k = 0; k < size.Length - 1; k++)
                {
                    size[k] = Math.Max(size[k], Math.Abs(arguments.Value(root++)));
                }

                size[^1] = Math.Max(size[^1], fastest);
            }
        }
    }

    private bool Solve(SeriesObservations series, double[] parameters, ReadOnlySpan<double> slopes)
    {
        int needed = series.Times.Length * Simulator.RowLength;
        _rows = _rows.Length < needed ? new double[needed] : _rows;
        if (!Simulator.Run(series.Input, parameters, slopes, series.Times, _rows.AsSpan(0, needed)))
        {
            Problem = Simulator.Problem;
            return false;
        }

        _observables.Prepare(parameters, series.Input.Covariates);
        return true;
    }

    private void At(SeriesObservations series, int time, ReadOnlySpan<double> row)
    {
        for (int i = 0; i < series.Input.Inputs.Count; i++)
        {
            _observables.Inputs[i] = series.Input.Inputs[i].At(series.Times[time]);
        }

        _observables.Run(series.Times[time], row);
    }

    private LikelihoodTerm Term(in Observation x, int root)
    {
        LikelihoodTerm term = Likelihood.Of(
            _model.Observables[x.Observable].Noise, x.Value, _observables.Value(root), _observables.Value(root + 1), _observables.Value(root + 2), _observables.Value(root + 3));
        double weight = _observables.Value(root + 4);
        if (weight != 1)
        {
            term.Scale(weight);
        }

        return term;
    }

    private string Impossible(SeriesObservations series, in Observation x, int root)
        => FormattableString.Invariant($"The model gives {_observables.Value(root):G6} for {_model.Observables[x.Observable].Name} at {series.Times[x.Time]:G6}")
            + FormattableString.Invariant($", which {_model.Observables[x.Observable].Noise} noise cannot turn into {x.Value:G6}.");

    private void Add(in LikelihoodTerm term)
    {
        (double[] f, double[] a, double[] b) = (_by[0], _by[1], _by[2]);
        for (int k = 0; k < _free; k++)
        {
            double fk = f[k], ak = a[k], bk = b[k];
            if (fk == 0 && ak == 0 && bk == 0)
            {
                continue;
            }

            Gradient[k] += (term.ByF * fk) + (term.ByA * ak) + (term.ByB * bk);
            double alongF = (term.FF * fk) + (term.FA * ak) + (term.FB * bk);
            double alongA = (term.FA * fk) + (term.AA * ak) + (term.AB * bk);
            double alongB = (term.FB * fk) + (term.AB * ak) + (term.BB * bk);
            for (int l = 0; l < _free; l++)
            {
                Information[(k * _free) + l] += (alongF * f[l]) + (alongA * a[l]) + (alongB * b[l]);
            }
        }
    }
}
