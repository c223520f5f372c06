using NeuralOde.Equations.Data;
using NeuralOde.Equations.Language;
using NeuralOde.Equations.Simulation;

namespace NeuralOde.Equations.Fitting;

/// <summary>A fit whose parameters are estimated together.</summary>
internal sealed class SingleFit(EquationModel model, EquationData data, EquationFitOptions options, IProgress<string>? progress, CancellationToken cancellation)
{
    private const int RescueStarts = 64;
    private const int CandidatesPerStart = 5;
    private const int CurvePoints = 200;

    private readonly FitProblem _problem = new(model.Bound, data, new SimulationOptions { RelativeTolerance = options.RelativeTolerance });
    private readonly int _starts = options.Starts ?? 1;
    private readonly List<string> _notes = [];
    private readonly List<Optimum> _optima = [];

    public EquationFit Run()
    {
        int values = data.Count;
        if (values == 0)
        {
            throw new EquationFitException(EquationFitReason.TooFewValues, $"{Place()}there is no measured value.");
        }

        int structural = _problem.Coordinates.Count(static x => x.Prior is null && !x.IsNoise);
        if (values <= structural && _problem.Coordinates.Any(static x => x.IsNoise))
        {
            throw new EquationFitException(
                EquationFitReason.TooFewValues,
                $"{Place()}there {(values == 1 ? "is 1 value" : $"are {values} values")} for {structural} parameters beside the noise: nothing is left to estimate the noise from.",
                "Write 'fixed' after parameters that are known, give priors, or give the noise level, as 'normal(0.1)'.");
        }

        if (values < structural)
        {
            _notes.Add($"There are {values} values for {structural} parameters: the data cannot determine all of them.");
        }

        double[] start = FindStart();
        Minimum best = Search(start);
        var profiles = new LikelihoodProfile?[_problem.Count];
        int[] bounds = AtBounds(best.Point);
        var information = InformationMatrix.At(_problem, best.Point, Free(bounds));
        bool isExact = Enumerable.Range(0, _problem.Count).Any(i => _problem.Coordinates[i].IsNoise && bounds[i] < 0);
        for (int round = 0; options.Profiles && !isExact && round < 3; round++)
        {
            Minimum? better = Profiles(best, information, bounds, profiles);
            if (better is null)
            {
                break;
            }

            // A profile has found a lower minimum; all begins again there.
            best = TrustRegion.Minimize(_problem, better.Point, cancellation: cancellation);
            bounds = AtBounds(best.Point);
            information = InformationMatrix.At(_problem, best.Point, Free(bounds));
        }

        if (isExact)
        {
            bool isAll = _problem.Predict(0, best.Point) is { } found && found.Fitted.Select((x, i) => Math.Abs(x - data.Series[0].Values[i].Value)).All(
                x => x <= 1e-6 * data.Series[0].Values.Max(static v => Math.Abs(v.Value)));
            _notes.Add(isAll
                ? "The model goes through the values exactly, to rounding: there is no noise that errors could be judged by."
                : "The model hits some values exactly, so that a noise level falls to nothing and the likelihood has no bound. Values of 0 that mean "
                    + "\"too small to measure\" take 'below' with the limit of quantification; otherwise give the level, or another noise model.");
        }
        else if (!best.IsConverged)
        {
            _notes.Add("The search did not end at a clear minimum: the likelihood may be flat in a direction. Try several starts.");
        }

        return Result(best, information, bounds, profiles, isExact);
    }

    private string Place() => data.Series.Count == 1 && data.Series[0].Input.Name.Length > 0 ? $"Series {data.Series[0].Input.Name}: " : "";

    /// <summary>The model's start, or where it cannot be solved there one near it.</summary>
    private double[] FindStart()
    {
        double[] start = _problem.Start();
        if (_problem.Prepare(start) && double.IsFinite(_problem.Evaluate(start)))
        {
            return start;
        }

        string problem = _problem.Problem;
        foreach (double[] other in StartSampler.Sample(_problem.Coordinates, _problem.Start(), RescueStarts, options.Seed + 1))
        {
            cancellation.ThrowIfCancellationRequested();
            if (_problem.Prepare(other) && double.IsFinite(_problem.Evaluate(other)))
            {
                _notes.Add($"The model cannot be solved for its start values ({problem.TrimEnd('.')}); the search began elsewhere within the bounds.");
                return other;
            }
        }

        throw new EquationFitException(
            EquationFitReason.NoStart,
            $"{Place()}the model cannot be solved for its start values, nor for {RescueStarts} others near them. {problem}",
            "Change the start values or the bounds.");
    }

    private Minimum Search(double[] start)
    {
        if (_starts == 1)
        {
            return TrustRegion.Minimize(_problem, Staged(_problem, start), cancellation: cancellation);
        }

        double[][] starts = Starts(start);
        var found = new Minimum[starts.Length];
        if (options.Spread is { } spread)
        {
            double[][] results = spread(starts.Length, i =>
            {
                FitProblem problem = _problem.Coarse();
                problem.Reset();
                Minimum minimum = TrustRegion.Minimize(problem, Staged(problem, starts[i]), tolerance: 1e-6, cancellation: cancellation);
                return [minimum.Value, minimum.Iterations, minimum.IsConverged ? 1 : 0, .. minimum.Point];
            });
            found = Array.ConvertAll(results, static x => new Minimum(x[3..], x[0], (int)x[1], x[2] != 0));
        }
        else
        {
            int done = 0;
            Parallel.For(0, starts.Length, Parallelism, _problem.Coarse, (i, _, problem) =>
            {
                problem.Reset();
                found[i] = TrustRegion.Minimize(problem, Staged(problem, starts[i]), tolerance: 1e-6, cancellation: cancellation);
                progress?.Report($"start {Interlocked.Increment(ref done)} of {starts.Length}");
                return problem;
            }, static _ => { });
        }

        Minimum[] order = [.. found.Where(static x => double.IsFinite(x.Value)).OrderBy(x => _problem.IsDegenerate(x.Point)).ThenBy(static x => x.Value)];
        foreach (Minimum x in order)
        {
            if (_optima.Count > 0 && x.Value - _optima[^1].Value < 0.01)
            {
                _optima[^1] = _optima[^1] with { Count = _optima[^1].Count + 1 };
            }
            else
            {
                _optima.Add(new Optimum(x.Value, 1));
            }
        }

        int failed = starts.Length - order.Length;
        if (failed > 0)
        {
            _notes.Add($"The model cannot be solved from {failed} of {starts.Length} starts.");
        }

        return TrustRegion.Minimize(_problem, order[0].Point, cancellation: cancellation);
    }

    /// <summary>Where the search begins once it has gone through the first parts of the series.</summary>
    private double[] Staged(FitProblem problem, double[] start)
    {
        const int MostIterations = 30;
        double[] point = start;
        for (int stage = 1; stage < options.Stages; stage++)
        {
            // Few values fit exactly with parameters that mean nothing.
            EquationData part = data.First((double)stage / options.Stages);
            if (part.Count >= 2 * _problem.Count)
            {
                FitProblem first = problem.With(part);
                double[] from = [.. point];
                Minimum found = first.SetLevels(from, onlyUnnamed: true)
                    ? TrustRegion.Minimize(first, from, most: MostIterations, tolerance: 1e-3, cancellation: cancellation)
                    : new Minimum(from, double.PositiveInfinity, 0, false);
                point = double.IsFinite(found.Value) ? found.Point : point;
            }
        }

        if (options.Stages > 1)
        {
            point = [.. point];
            problem.SetLevels(point, onlyUnnamed: true);
        }

        return point;
    }

    private ParallelOptions Parallelism => new() { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellation };

    /// <summary>The model's own start, and the best of many points with noise levels as the residuals there have them.</summary>
    private double[][] Starts(double[] own)
    {
        double[][] candidates = StartSampler.Sample(_problem.Coordinates, own, CandidatesPerStart * (_starts - 1), options.Seed);
        double[] values = new double[candidates.Length];
        Parallel.For(0, candidates.Length, Parallelism, _problem.Coarse, (i, _, problem) =>
        {
            problem.Reset();
            values[i] = problem.SetLevels(candidates[i], onlyUnnamed: false) ? problem.Evaluate(candidates[i]) : double.PositiveInfinity;
            return problem;
        }, static _ => { });
        return [own, .. Enumerable.Range(0, candidates.Length).Where(i => double.IsFinite(values[i])).OrderBy(i => values[i]).Take(_starts - 1).Select(i => candidates[i])];
    }

    private int[] AtBounds(double[] point)
    {
        int[] at = new int[point.Length];
        for (int i = 0; i < at.Length; i++)
        {
            Coordinate c = _problem.Coordinates[i];
            double room = c.IsLogarithmic ? 1e-4 : 1e-6 * Math.Max(1, Math.Abs(point[i]));
            at[i] = point[i] - c.Lower < room ? -1 : c.Upper - point[i] < room ? 1 : 0;
        }

        return at;
    }

    private static int[] Free(int[] bounds) => [.. Enumerable.Range(0, bounds.Length).Where(i => bounds[i] == 0)];

    private Minimum? Profiles(Minimum best, InformationMatrix information, int[] bounds, LikelihoodProfile?[] profiles)
    {
        int[] wanted = [.. Enumerable.Range(0, _problem.Count).Where(i => !_problem.Coordinates[i].IsNoise && !_problem.Coordinates[i].IsWeight)];
        double[] errors = [.. Enumerable.Range(0, _problem.Count).Select(i => Error(information.Observed ?? information.Expected, information.Free, i))];
        Minimum? better = null;
        Lock gate = new();
        int done = 0;
        Parallel.For(0, wanted.Length, Parallelism, _problem.Clone, (i, _, problem) =>
        {
            problem.Reset();
            Profiler profiler = new(problem, best.Point, best.Value, cancellation);
            profiles[wanted[i]] = profiler.Profile(wanted[i], errors[wanted[i]]);
            progress?.Report($"profile {Interlocked.Increment(ref done)} of {wanted.Length}");
            lock (gate)
            {
                better = profiler.Better is { } found && (better is null || found.Value < better.Value) ? found : better;
            }

            return problem;
        }, static _ => { });
        return better;
    }

    private static double Error(double[]? covariance, int[] free, int coordinate)
    {
        int at = Array.IndexOf(free, coordinate);
        return covariance is null || at < 0 ? double.NaN : Math.Sqrt(covariance[(at * free.Length) + at]);
    }

    private EquationFit Result(Minimum best, InformationMatrix information, int[] bounds, LikelihoodProfile?[] profiles, bool isExact)
    {
        _problem.Evaluate(best.Point);
        double likelihood = _problem.LikelihoodValue;
        bool isLeastSquares = model.Bound.Observables.All(static x => x.Noise == NoiseKind.LeastSquares);
        int structural = _problem.Coordinates.Count(static x => !x.IsNoise);

        // As nls: the residual variance has n − p degrees of freedom.
        double inflation = isLeastSquares && data.Count > structural ? Math.Sqrt((double)data.Count / (data.Count - structural)) : 1;
        List<ParameterEstimate> estimates = [];
        for (int i = 0; i < _problem.Count; i++)
        {
            Coordinate c = _problem.Coordinates[i];
            double slope = Math.Abs(c.Slope(best.Point[i])) * inflation;
            double expected = slope * Error(information.Expected, information.Free, i), observed = slope * Error(information.Observed, information.Free, i);
            double quoted = isLeastSquares ? expected : double.IsNaN(observed) ? expected : observed;
            bool isDetermined = !isExact && profiles[i] is not { Verdict: not Verdict.Identifiable } && !information.Flat.Contains(i);
            ParameterEstimate estimate = new()
            {
                Name = c.Name,
                Series = c.Series < 0 ? "" : data.Series[c.Series].Input.Name,
                Value = c.Natural(best.Point[i]) * (c.IsNoise && isLeastSquares ? inflation : 1),
                ExpectedError = expected,
                ObservedError = observed,
                StandardError = isDetermined ? quoted : double.NaN,
                IsWeight = c.IsWeight,
                AtBound = bounds[i],
                Profile = profiles[i],
            };
            estimates.Add(estimate with { Words = FitWords.Of(estimate) });
        }

        AddNotes(information, estimates, best.Point);
        int[] correlated = information.Free;
        double[]? covariance = isLeastSquares ? information.Expected : information.Observed ?? information.Expected;
        return new EquationFit
        {
            Model = model,
            Data = data,
            Estimates = estimates,
            CorrelatedNames = covariance is null ? [] : [.. correlated.Select(i => _problem.Coordinates[i].Name)],
            Correlations = covariance is null ? [] : Correlations(covariance, correlated.Length),
            NegativeLogLikelihood = likelihood,
            ValueCount = data.Count,
            ParameterCount = _problem.Count,
            HasPriors = _problem.Coordinates.Any(static x => x.Prior is not null && !x.IsWeight),
            IsConverged = best.IsConverged,
            Optima = _optima,
            Values = Values(best.Point),
            Sizes = model.Bound.Unknowns.SelectMany(static x => x.Sizes.Append(x.Output)).ToDictionary(x => model.Bound.Parameters[x].Name, _problem.Fixed),
            MakeCurves = () => Curves(best.Point),
            Uncertainties = [new FitUncertainty(_problem, new SharedDraws(_problem, best.Point, correlated, isExact ? null : covariance, inflation), inflation, options.Threads)],
            Notes = _notes,
        };
    }

    private void AddNotes(InformationMatrix information, List<ParameterEstimate> estimates, double[] point)
    {
        if (information.Flat.Count > 0)
        {
            _notes.Add($"The information matrix is singular: the data do not tell {string.Join(", ", information.Flat.Select(i => _problem.Coordinates[i].Name))} "
                + (information.Flat.Count > 1 ? "apart." : "at all."));
        }
        else if (information.Observed is null)
        {
            _notes.Add("The observed information is not positive definite: the estimate may be a saddle, or the likelihood is flat; "
                + "standard errors are from the expected information.");
        }

        ParameterEstimate[] differing =
            [.. estimates.Where(static x => !x.IsWeight && Math.Max(x.ExpectedError, x.ObservedError) > 1.5 * Math.Min(x.ExpectedError, x.ObservedError))];
        if (differing.Length > 0)
        {
            _notes.Add($"Expected and observed information disagree by more than half for {string.Join(", ", differing.Select(static x => x.Name).Distinct())}: "
                + "the likelihood is not a parabola there. Trust the profiles.");
        }

        _notes.AddRange(Combinations.Told(_problem, point, information, estimates));
        if (model.Bound.Unknowns.Count > 0)
        {
            int weights = estimates.Count(static x => x.IsWeight && x.Name.StartsWith("unknown", StringComparison.Ordinal));
            _notes.Add($"{weights} weights of unknown terms were learned with normal priors, which keep the terms smooth; "
                + "standard errors of the others include what these leave open, and AIC and BIC count every weight.");
        }

        foreach (ParameterEstimate x in estimates.Where(static x => x.AtBound != 0 && !x.IsWeight && !x.Name.StartsWith("sd(", StringComparison.Ordinal)))
        {
            _notes.Add($"{x.Name} is at its {(x.AtBound < 0 ? "lower" : "upper")} bound, {FitWords.Number(x.Value)}; standard errors of the others take it as known.");
        }
    }

    private static double[][] Correlations(double[] covariance, int m)
        => [.. Enumerable.Range(0, m).Select(i => Enumerable.Range(0, m)
            .Select(j => covariance[(i * m) + j] / Math.Sqrt(covariance[(i * m) + i] * covariance[(j * m) + j])).ToArray())];

    private List<FittedValue> Values(double[] point)
    {
        List<FittedValue> values = [];
        for (int s = 0; s < data.Series.Count; s++)
        {
            // Where the search ends at the edge of what can be solved, one solve more may fail.
            (double[] fitted, double[] residuals) = _problem.Predict(s, point) ?? throw new EquationFitException(
                EquationFitReason.NoStart,
                $"{Place()}the search ended where the model cannot be solved reliably. {_problem.Problem}",
                "Change the start values or the bounds.");
            SeriesObservations series = data.Series[s];
            values.AddRange(series.Values.Select((x, i) => new FittedValue(
                series.Input.Name, model.Bound.Observables[x.Observable].Name, series.Times[x.Time], x.Value, fitted[i], residuals[i])));
        }

        return values;
    }

    private List<FittedCurve> Curves(double[] point)
    {
        List<FittedCurve> curves = [];
        for (int s = 0; s < data.Series.Count; s++)
        {
            if (_problem.Curves(s, point, CurvePoints) is { } found)
            {
                curves.AddRange(found.Values.Select((x, o) => new FittedCurve(data.Series[s].Input.Name, model.Bound.Observables[o].Name, found.Times, x)));
            }
        }

        return curves;
    }
}
