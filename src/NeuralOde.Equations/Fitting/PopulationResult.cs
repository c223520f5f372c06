using NeuralOde.Equations.Data;

namespace NeuralOde.Equations.Fitting;

/// <summary>A population that was fitted, as the fit of its own series and of others.</summary>
internal sealed class PopulationResult(EquationModel model, FitProblem problem, PopulationObjective objective, double[] x, double[]? covariance, int threads)
{
    private const int CurvePoints = 200;
    private readonly EquationData _data = problem.Data;

    public EquationFit Build(double value, bool isConverged)
    {
        ParameterEstimate[] estimates = [.. Enumerable.Range(0, x.Length).Select(Estimate)];
        List<string> notes = covariance is null
            ? ["The likelihood of the population is flat in a direction: there are no standard errors. A spread between series that is nearly 0 can be left out."] : [];
        if (!isConverged)
        {
            notes.Add("The search did not end at a clear minimum. Try other start values.");
        }

        notes.AddRange(estimates.Where(static e => e.AtBound != 0).Select(
            static e => $"{e.Name} is at its {(e.AtBound < 0 ? "lower" : "upper")} bound, {FitWords.Number(e.Value)}."));
        return new EquationFit
        {
            Model = model,
            Data = _data,
            Estimates = estimates,
            Individuals = [.. Individuals()],
            Shrinkages = [.. objective.Varying.Select((c, k) => (problem.Coordinates[c].Name, Shrinkage(k, Math.Exp(x[problem.Count + k]))))],
            NegativeLogLikelihood = value - objective.PriorOf(x),
            ValueCount = _data.Count,
            ParameterCount = x.Length,
            HasPriors = problem.Coordinates.Any(static c => c.Prior is not null),
            IsConverged = isConverged,
            Values = Values(),
            MakeCurves = Curves,
            Uncertainties = [new FitUncertainty(problem, new PopulationDraws(problem, objective, x, covariance, isGivenValues: true), 1, threads)],
            Marginal = new FitUncertainty(problem, new PopulationDraws(problem, objective, x, covariance, isGivenValues: false), 1, threads),
            MakeSubjects = ForSubjects,
            Notes = notes,
        };
    }

    private EquationFit ForSubjects(EquationData data)
    {
        FitProblem other = problem.With(data);
        FitProblem[] workers = [.. Enumerable.Range(0, Math.Clamp(threads, 1, data.Series.Count)).Select(i => i == 0 ? other : other.Clone())];
        PopulationObjective subjects = new(workers, x[..problem.Count]);
        double value = subjects.Evaluate(x, accept: true);
        return double.IsFinite(value)
            ? new PopulationResult(model, other, subjects, x, covariance, threads).Build(value, true)
            : throw new EquationFitException(
                EquationFitReason.NoStart,
                $"The model cannot be solved for all series of {data.Name}, or a value there is impossible. {other.Problem}".TrimEnd(),
                "Check the doses, covariates and values of the series.");
    }

    private ParameterEstimate Estimate(int i)
    {
        int n = problem.Count, m = x.Length, r = objective.Varying.Length;
        if (i >= n + r)
        {
            return Correlation(i - n - r);
        }

        bool isShared = i < n;
        Coordinate c = problem.Coordinates[isShared ? i : objective.Varying[i - n]];
        double error = covariance is null ? double.NaN : Math.Sqrt(covariance[(i * m) + i]) * (isShared ? Math.Abs(c.Slope(x[i])) : Math.Exp(x[i]));
        return new ParameterEstimate
        {
            Name = isShared ? c.Name : $"omega({c.Name})",
            Value = isShared ? c.Natural(x[i]) : Math.Exp(x[i]),
            ObservedError = error,
            StandardError = error,
            AtBound = objective.AtBound(i, x[i]),
        };
    }

    /// <summary>A correlation, with its error to first order.</summary>
    private ParameterEstimate Correlation(int pair)
    {
        const double Step = 1e-5;
        int n = problem.Count, m = x.Length;
        RandomEffects effects = objective.Effects;
        (int row, int column) = effects.Pairs[pair];
        double[] slopes = new double[m], moved = [.. x];
        for (int k = n + effects.Count; k < m; k++)
        {
            moved[k] = x[k] + Step;
            double above = effects.Correlation(moved.AsSpan(n), (row, column));
            moved[k] = x[k] - Step;
            slopes[k] = (above - effects.Correlation(moved.AsSpan(n), (row, column))) / (2 * Step);
            moved[k] = x[k];
        }

        double variance = 0;
        for (int i = 0; covariance is not null && i < m * m; i++)
        {
            variance += slopes[i / m] * covariance[i] * slopes[i % m];
        }

        double error = covariance is null ? double.NaN : Math.Sqrt(variance);
        return new ParameterEstimate
        {
            Name = $"corr({problem.Coordinates[objective.Varying[column]].Name}, {problem.Coordinates[objective.Varying[row]].Name})",
            Value = effects.Correlation(x.AsSpan(n), (row, column)),
            ObservedError = error,
            StandardError = error,
            AtBound = objective.AtBound(n + effects.Count + pair, x[n + effects.Count + pair]),
        };
    }

    private IEnumerable<ParameterEstimate> Individuals() => objective.Varying.SelectMany((c, _) => _data.Series.Select((series, s) => new ParameterEstimate
    {
        Name = problem.Coordinates[c].Name,
        Series = series.Input.Name,
        Value = problem.Coordinates[c].Natural(objective.PointOf(s, x)[c]),
    }));

    private double Shrinkage(int k, double spread)
    {
        double[] deviations = [.. Enumerable.Range(0, _data.Series.Count).Select(s => objective.Deviations[s][k])];
        double mean = deviations.Average();
        return 1 - (Math.Sqrt(deviations.Sum(d => (d - mean) * (d - mean)) / Math.Max(1, deviations.Length - 1)) / spread);
    }

    private List<FittedValue> Values()
    {
        List<FittedValue> values = [];
        for (int s = 0; s < _data.Series.Count; s++)
        {
            SeriesObservations series = _data.Series[s];
            (double[] fitted, double[] residuals) = problem.Predict(s, objective.PointOf(s, x)) ?? throw new EquationFitException(
                EquationFitReason.NoStart, $"The search ended where series {series.Input.Name} cannot be solved reliably. {problem.Problem}",
                "Change the start values or the bounds.");
            values.AddRange(series.Values.Select((v, i) => new FittedValue(
                series.Input.Name, model.Bound.Observables[v.Observable].Name, series.Times[v.Time], v.Value, fitted[i], residuals[i])));
        }

        return values;
    }

    private List<FittedCurve> Curves()
    {
        List<FittedCurve> curves = [];
        for (int s = 0; s < _data.Series.Count; s++)
        {
            if (problem.Curves(s, objective.PointOf(s, x), CurvePoints) is { } found)
            {
                curves.AddRange(found.Values.Select((v, o) => new FittedCurve(_data.Series[s].Input.Name, model.Bound.Observables[o].Name, found.Times, v)));
            }
        }

        return curves;
    }
}
