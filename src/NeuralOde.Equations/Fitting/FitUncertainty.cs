using NeuralOde.Equations.Data;
using NeuralOde.Equations.Language;
using NeuralOde.Tensors;

namespace NeuralOde.Equations.Fitting;

/// <summary>Draws parameters from the normal approximation of their distribution on the scale on which they are searched, solves for each, and adds noise.</summary>
internal sealed class FitUncertainty(FitProblem problem, double[] point, int[] free, double[]? covariance, double inflation, bool isLeastSquares, int threads)
{
    private const int CurvePoints = 60;
    private const int NoisePerDraw = 4;

    /// <summary>Of the draws, at least this share must be solvable.</summary>
    private const double LeastShare = 0.8;

    public bool HasCovariance => covariance is not null;

    /// <summary>The covariance of what all series share, on the scale of the search.</summary>
    public ParameterCovariance? Shared()
    {
        if (covariance is null)
        {
            return null;
        }

        int[] shared = [.. Enumerable.Range(0, free.Length).Where(i => problem.Coordinates[free[i]].Series < 0)];
        double squared = inflation * inflation;
        return new ParameterCovariance(
            [.. shared.Select(i => problem.Coordinates[free[i]].Name)],
            [.. shared.Select(i => problem.Coordinates[free[i]].Natural(point[free[i]]))],
            [.. shared.Select(i => problem.Coordinates[free[i]].IsLogarithmic)],
            [.. shared.Select(i => (IReadOnlyList<double>)[.. shared.Select(j => squared * covariance[(i * free.Length) + j])])]);
    }

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
        if (covariance is null)
        {
            throw new EquationFitException(
                EquationFitReason.NoBand,
                "There is no band: the data do not determine the parameters, so that their covariance is unknown.",
                "Write 'fixed' after parameters that are known, or give priors.");
        }

        double[][] draws = Draw(new RandomSource(options.Seed), options.Draws);
        var bands = new SeriesBands[data.Series.Count];
        Parallel.For(0, bands.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, () => problem.For(data), (s, _, own) =>
        {
            // A source for each series, so that the order in which threads take them does not matter.
            bands[s] = new SeriesBands(own, s, point, draws, timesOf(s), options.Level, new RandomSource(options.Seed + 1 + s), isLeastSquares ? inflation : 1);
            return own;
        }, static _ => { });
        return bands;
    }

    /// <summary>Draws through the eigenvectors of the covariance, within the bounds.</summary>
    private double[][] Draw(RandomSource random, int count)
    {
        NormalDraws normal = new(covariance!, free.Length);
        double[][] draws = new double[count][];
        for (int d = 0; d < count; d++)
        {
            double[] draw = [.. point];
            normal.AddTo(draw, free, inflation, random);
            for (int i = 0; i < draw.Length; i++)
            {
                draw[i] = Math.Clamp(draw[i], problem.Coordinates[i].Lower, problem.Coordinates[i].Upper);
            }

            draws[d] = draw;
        }

        return draws;
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
