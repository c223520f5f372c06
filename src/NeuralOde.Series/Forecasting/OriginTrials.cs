using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting;

/// <summary>What methods would have forecast at earlier origins within the training part, and what came.</summary>
internal sealed class OriginTrials
{
    private const int MostOrigins = 5;

    /// <summary>Short series of one kind are many trials already: their last part is left out, and twice as much, up to the end.</summary>
    private const int MostOriginsOfSeveral = 2;

    private const double Horizon = 0.2;

    /// <summary>What is to come follows on the last part: its errors count so many times as much as those of twice the part.</summary>
    private const double LastPart = 3;

    private OriginTrials(IReadOnlyList<Trial> trials, int models, bool areSeveral)
    {
        Trials = trials;
        Errors = [.. Enumerable.Range(0, models).Select(m => trials.Count == 0 ? double.NaN : areSeveral ? OfParts(m) : trials.Average(x => x.Error(m)))];
    }

    /// <summary>The trials: one for each series and origin.</summary>
    public IReadOnlyList<Trial> Trials { get; }

    /// <summary>
    /// The mean error of each model over all trials, in units of the series' own changes; NaN where there are no trials. For several series the weighted geometric mean over
    /// the parts that were left out, since errors grow with what is forecast.
    /// </summary>
    public IReadOnlyList<double> Errors { get; }

    /// <summary>Fits models again to what was known at earlier origins.</summary>
    public static OriginTrials Run(ComponentData data, IReadOnlyList<IComponentModel> models, CancellationToken cancellation)
    {
        (ComponentData Known, int[] Cuts, int[] Lengths, int Part)[] origins = [.. Origins(data)];
        double[][][] quantiles = new double[origins.Length * models.Count][][];
        Parallel.For(0, quantiles.Length, Workers.Options(cancellation), index =>
        {
            (ComponentData known, int[] cuts, int[] lengths, _) = origins[index / models.Count];
            IComponentModel? model = models[index % models.Count].Refit(known, cancellation);
            quantiles[index] = model is null ? [] : [.. Enumerable.Range(0, cuts.Length).Select(s => Forecast(data.Series[s], model, s, cuts[s], lengths[s]))];
        });
        List<Trial> trials = [];
        for (int o = 0; o < origins.Length; o++)
        {
            double scale = ForecastScore.ScaleOf(origins[o].Known);
            for (int s = 0; s < data.Series.Count; s++)
            {
                int cut = origins[o].Cuts[s], length = origins[o].Lengths[s];
                if (length == 0 || !(scale > 0))
                {
                    continue;
                }

                // A model that could not be fitted to so little is judged as a forecast that does not change.
                ComponentSeries series = data.Series[s];
                double[][] forecasts = [.. Enumerable.Range(0, models.Count).Select(m => quantiles[(o * models.Count) + m] is { Length: > 0 } all
                    ? all[s] : [.. Enumerable.Repeat(series.Values[cut - 1], length * NormalQuantiles.Count)])];
                trials.Add(new Trial(
                    [.. Enumerable.Range(cut, length).Select(i => series.Times[i] - series.Times[cut - 1])], series.Values[cut..(cut + length)], forecasts, scale,
                    series.Times[cut - 1] - series.Times[0] + 1, origins[o].Part));
            }
        }

        return new OriginTrials(trials, models.Count, data.Series.Count > 1);
    }

    private double OfParts(int model)
    {
        double sum = 0, weights = 0;
        foreach (IGrouping<int, Trial> part in Trials.GroupBy(static x => x.Part))
        {
            double weight = part.Key == 0 ? LastPart : 1;
            sum += weight * Math.Log(Math.Max(part.Average(x => x.Error(model)), 1e-12));
            weights += weight;
        }

        return Math.Exp(sum / weights);
    }

    private static double[] Forecast(ComponentSeries series, IComponentModel model, int index, int cut, int length)
    {
        if (length == 0)
        {
            return [];
        }

        int inputs = series.Inputs.Length / series.Count;
        return model.Quantiles(index, series.Times.AsSpan(cut, length), series.Inputs.AsSpan(cut * inputs, length * inputs));
    }

    /// <summary>The data up to each origin, and how much follows; the last origin first.</summary>
    private static IEnumerable<(ComponentData Known, int[] Cuts, int[] Lengths, int Part)> Origins(ComponentData data)
    {
        bool areSeveral = data.Series.Count > 1;
        int least = areSeveral ? 3 : Math.Max(8, (int)Math.Ceiling((2 * (data.Period ?? 1)) + 2)), most = areSeveral ? MostOriginsOfSeveral : MostOrigins;

        // Where some series end long before others, their tails are forecast by what the others show: half of the series stay whole in turn.
        int folds = areSeveral && EndsDiffer(data) ? 2 : 1;
        for (int origin = 0; origin < most * folds; origin++)
        {
            int[] cuts = new int[data.Series.Count], lengths = new int[data.Series.Count];
            for (int s = 0; s < cuts.Length; s++)
            {
                int count = data.Series[s].Count, horizon = Math.Max(1, (int)Math.Round(Horizon * count / (1 + Horizon)));
                int length = areSeveral ? horizon * ((origin / folds) + 1) : horizon;
                int cut = areSeveral ? count - length : count - horizon - (origin * Math.Max(1, horizon / 2));
                bool isWhole = folds > 1 && s % folds == origin % folds;
                (cuts[s], lengths[s]) = cut >= least && !isWhole ? (cut, length) : (count, 0);
            }

            if (Array.Exists(lengths, static x => x > 0))
            {
                yield return (data with { Series = [.. data.Series.Select((x, s) => x.Count == 0 ? x : x.First(cuts[s]))] }, cuts, lengths, origin / folds);
            }
            else if (!areSeveral)
            {
                yield break;
            }
        }
    }

    /// <summary>Whether a quarter of the series end a fifth of the longest one's length or more before the last.</summary>
    private static bool EndsDiffer(ComponentData data)
    {
        double[] ends = [.. data.Series.Where(static x => x.Count > 0).Select(static x => x.Times[^1])];
        double longest = data.Series.Max(static x => x.Count == 0 ? 0 : x.Times[^1] - x.Times[0]), last = ends.Max();
        return ends.Count(x => last - x > Horizon * longest) >= Math.Max(2, ends.Length / 4.0);
    }

    /// <summary>One series at one origin.</summary>
    /// <param name="Ahead">How far ahead each value is, in steps.</param>
    /// <param name="Truth">What came.</param>
    /// <param name="Forecasts">Each model's quantiles, shape <c>[times, probabilities]</c>.</param>
    /// <param name="Scale">The unit of errors.</param>
    /// <param name="Known">The length of what was known, in steps.</param>
    /// <param name="Part">The origin, from the last.</param>
    internal sealed record Trial(double[] Ahead, double[] Truth, double[][] Forecasts, double Scale, double Known, int Part)
    {
        public double Error(int model) => Error(i => Forecasts[model][i]);

        /// <summary>The error of a weighted mean of the models.</summary>
        public double Error(double[] weights)
        {
            double all = weights.Sum();
            return Error(i => Forecasts.Select((x, m) => weights[m] * x[i]).Sum() / all);
        }

        private double Error(Func<int, double> forecast)
        {
            double sum = 0;
            for (int i = 0; i < Truth.Length; i++)
            {
                sum += Math.Abs(Truth[i] - forecast((i * NormalQuantiles.Count) + NormalQuantiles.Median));
            }

            return sum / Truth.Length / Scale;
        }
    }
}
