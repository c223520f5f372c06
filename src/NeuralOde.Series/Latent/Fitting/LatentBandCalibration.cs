using NeuralOde.Series.Scaling;

namespace NeuralOde.Series.Latent.Fitting;

/// <summary>
/// How much wider the bands of a latent model have to be, by the tails of series that it was not learned from (split-conformal scores; Papadopoulos et al. 2002). Values of
/// one series go together, so each series counts once; few of them say little, and the factor is drawn to 1.
/// </summary>
internal static class LatentBandCalibration
{
    private const double Level = 0.9;

    /// <summary>The number of series that count as much as the model's own bands.</summary>
    private const double Prior = 3;

    private const double Least = 0.75;
    private const double Most = 3;

    /// <summary>The factor.</summary>
    /// <param name="model">A model with bands of its own.</param>
    /// <param name="set">What the series belong to, in natural values.</param>
    /// <param name="tails">Series that were not learned from, and where each is cut.</param>
    public static double Factor(LatentForecaster model, TimeSeriesSet set, IReadOnlyList<(TimeSeries Series, int Cut)> tails)
    {
        if (tails.Count == 0)
        {
            return 1;
        }

        TimeSeriesSet known = set.WithSeries([.. tails.Select(static x => x.Series.Slice(0, x.Cut))]);
        TimeSeriesSet later = set.WithSeries([.. tails.Select(static x => x.Series.Slice(x.Cut, x.Series.Count - x.Cut))]);
        SeriesForecast forecast;
        try
        {
            forecast = model.Predict(known, later, new LatentForecastOptions { Level = Level });
        }
        catch (ForecastException)
        {
            return 1;
        }

        List<double> scores = [];
        for (int s = 0; s < later.Series.Count; s++)
        {
            for (int i = 0; i < later.Series[s].Values.Length; i++)
            {
                ComponentScale scale = model.Scaling.Components[i % set.Components.Count];
                double truth = scale.Standardize(later.Series[s].Values[i]), mean = scale.Standardize(forecast.Mean.Series[s].Values[i]);
                TimeSeries end = (truth < mean ? forecast.Lower : forecast.Upper).Series[s];
                double score = Math.Abs(truth - mean) / Math.Abs(scale.Standardize(end.Values[i]) - mean);
                if (!double.IsNaN(score))
                {
                    scores.Add(score);
                }
            }
        }

        if (scores.Count == 0)
        {
            return 1;
        }

        scores.Sort();
        double wanted = scores[Math.Min(scores.Count - 1, (int)Math.Ceiling(Level * (scores.Count + 1)) - 1)];
        return Math.Exp(tails.Count / (tails.Count + Prior) * Math.Log(Math.Clamp(wanted, Least, Most)));
    }
}
