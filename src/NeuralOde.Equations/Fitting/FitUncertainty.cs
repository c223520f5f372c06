using NeuralOde.Equations.Data;
using NeuralOde.Equations.Language;
using NeuralOde.Tensors;

namespace NeuralOde.Equations.Fitting;

/// <summary>Solves for draws of the parameters, and adds noise.</summary>
/// <param name="problem">The model and the data of the fit.</param>
/// <param name="draws">Where the draws come from.</param>
/// <param name="inflation">By least squares, the factor of standard deviations for n − p degrees of freedom.</param>
/// <param name="threads">Most threads.</param>
internal sealed class FitUncertainty(FitProblem problem, UncertaintyDraws draws, double inflation, int threads)
{
    private const int CurvePoints = 60;
    private const int NoisePerDraw = 4;

    /// <summary>Of the draws, at least this share must be solvable.</summary>
    private const double LeastShare = 0.8;

    public bool HasCovariance => draws.HasCovariance;

    /// <summary>The covariance of what all series share, on the scale of the search.</summary>
    public ParameterCovariance? Shared() => draws.Shared();

    public IReadOnlyList<PredictedValue> Predict(EquationData data, BandOptions options)
    {
        IReadOnlyList<SeriesBands> found = Find(data, s => data.Series[s].Times, options);
        return
        [
            .. data.Series.SelectMany((series, s) => series.Values.Select(x =>
            {
                SeriesBands bands = found[s];
                return new PredictedValue(
                    series.Input.Name, problem.Model.Observables[x.Observable].Name, series.Times[x.Time], x.Value, bands.Values[x.Observable][x.Time],
                    bands.MeasuredLower[x.Observable][x.Time], bands.MeasuredUpper[x.Observable][x.Time]);
            })),
        ];
    }

    public IReadOnlyList<PredictionBand> Bands(BandOptions options)
    {
        EquationData data = problem.Data;
        double[][] times = [.. data.Series.Select(x => Grid(x, options.Until))];
        IReadOnlyList<SeriesBands> found = Find(data, s => times[s], options);
        return
        [
            .. data.Series.SelectMany((series, s) => problem.Model.Observables.Select((x, o) => new PredictionBand(
                series.Input.Name, x.Name, times[s], found[s].Values[o], found[s].Lower[o], found[s].Upper[o], found[s].MeasuredLower[o], found[s].MeasuredUpper[o]))),
        ];
    }

    private static double[] Grid(SeriesObservations series, double? until)
    {
        double start = series.Input.Start, end = Math.Max(start, until ?? (series.Times.Length == 0 ? start : series.Times[^1]));
        return [.. Enumerable.Range(0, CurvePoints).Select(i => start + ((end - start) * i / (CurvePoints - 1))).Distinct()];
    }

    private SeriesBands[] Find(EquationData data, Func<int, double[]> timesOf, BandOptions options)
    {
        if (!HasCovariance)
        {
            throw new EquationFitException(
                EquationFitReason.NoBand,
                "There is no band: the data do not determine the parameters, so that their covariance is unknown.",
                "Write 'fixed' after parameters that are known, or give priors.");
        }

        Func<int, double[][]> drawsOf = draws.Sampler(options);
        var bands = new SeriesBands[data.Series.Count];
        Parallel.For(0, bands.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, () => problem.For(data), (s, _, own) =>
        {
            // A source for each series, so that the order in which threads take them does not matter.
            bands[s] = new SeriesBands(own, s, draws.Center(s), drawsOf(s), timesOf(s), options.Level, new RandomSource(options.Seed + 1 + s), inflation);
            return own;
        }, static _ => { });
        return bands;
    }

    /// <summary>What would be measured in place of the data, for many draws: one value for each measured one, and with each draw noise of its own.</summary>
    /// <returns>For each series and draw the values; a draw that cannot be solved is left out.</returns>
    public IReadOnlyList<double[]>[] Simulate(BandOptions options)
    {
        Func<int, double[][]> drawsOf = draws.Sampler(options);
        EquationData data = problem.Data;
        var simulated = new IReadOnlyList<double[]>[data.Series.Count];
        Parallel.For(0, simulated.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, () => problem.For(data), (s, _, own) =>
        {
            SeriesObservations series = data.Series[s];
            RandomSource random = new(options.Seed + 1 + s);
            List<double[]> found = [];
            foreach (double[] draw in drawsOf(s))
            {
                if (own.Distributions(s, draw, series.Times) is { } solved)
                {
                    found.Add([.. series.Values.Select(x =>
                    {
                        NoiseKind kind = problem.Model.Observables[x.Observable].Noise;
                        (double f, double a, double b) = solved[x.Observable][x.Time];
                        return NoiseSampler.Draw(kind, f, kind == NoiseKind.LeastSquares ? a * inflation : a, b, random);
                    })]);
                }
            }

            simulated[s] = found;
            return own;
        }, static _ => { });
        return simulated;
    }

    /// <summary>The bands of one series at its times, by observable.</summary>
    private sealed class SeriesBands
    {
        public SeriesBands(FitProblem problem, int series, double[] point, double[][] draws, double[] times, double level, RandomSource random, double inflation)
        {
            int observables = problem.Model.Observables.Count;
            (Values, Lower, Upper, MeasuredLower, MeasuredUpper) = (Rows(), Rows(), Rows(), Rows(), Rows());
            if (times.Length == 0)
            {
                return;
            }

            List<(double F, double A, double B)[][]> solved = [];
            foreach (double[] draw in draws)
            {
                if (problem.Distributions(series, draw, times) is { } found)
                {
                    solved.Add(found);
                }
            }

            (double F, double A, double B)[][]? best = problem.Distributions(series, point, times);
            if (best is null || solved.Count < LeastShare * draws.Length)
            {
                string name = problem.Data.Series[series].Input.Name;
                throw new EquationFitException(
                    EquationFitReason.NoBand,
                    $"There is no band{(name.Length > 0 ? $" for series {name}" : "")}: the model can be solved for {solved.Count} of {draws.Length} draws of its parameters.",
                    "The parameters are uncertain beyond what the model allows; give bounds or priors.");
            }

            double[] curve = new double[solved.Count], measured = new double[NoisePerDraw * solved.Count];
            for (int o = 0; o < observables; o++)
            {
                NoiseKind kind = problem.Model.Observables[o].Noise;
                for (int t = 0; t < times.Length; t++)
                {
                    for (int d = 0; d < solved.Count; d++)
                    {
                        (double f, double a, double b) = solved[d][o][t];
                        curve[d] = f;
                        for (int k = 0; k < NoisePerDraw; k++)
                        {
                            measured[(NoisePerDraw * d) + k] = NoiseSampler.Draw(kind, f, kind == NoiseKind.LeastSquares ? a * inflation : a, b, random);
                        }
                    }

                    Values[o][t] = best[o][t].F;
                    (Lower[o][t], Upper[o][t]) = Range(curve, level);
                    (MeasuredLower[o][t], MeasuredUpper[o][t]) = Range(measured, level);
                }
            }

            double[][] Rows() => [.. Enumerable.Range(0, observables).Select(_ => new double[times.Length])];
        }

        public double[][] Values { get; }

        public double[][] Lower { get; }

        public double[][] Upper { get; }

        public double[][] MeasuredLower { get; }

        public double[][] MeasuredUpper { get; }

        private static (double Lower, double Upper) Range(double[] samples, double level)
        {
            Array.Sort(samples);
            return (Quantiles.Of(samples, (1 - level) / 2), Quantiles.Of(samples, (1 + level) / 2));
        }
    }
}
