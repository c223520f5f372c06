using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting.Linear;

/// <summary>A linear model of transformed values, and the criterion by which models of all transforms can be compared.</summary>
/// <param name="Transform">The transform.</param>
/// <param name="Model">The model.</param>
/// <param name="Criterion">Akaike's corrected criterion of the natural values.</param>
internal sealed record LinearCandidate(ValueTransform Transform, LinearModel Model, double Criterion);

/// <summary>Looks for the linear models that a component's values support: first transform and season with few trends, then every trend with what was best.</summary>
internal static class LinearSearch
{
    private static readonly (Trend Trend, int Cycles, bool HasAutoregression)[] s_first =
        [(Trend.Level, 0, false), (Trend.DampedSlope, 0, false), (Trend.Constant, 0, true)];

    private static readonly (Trend Trend, int Cycles, bool HasAutoregression)[] s_second =
    [
        (Trend.Drift, 0, false), (Trend.LocalLine, 0, false), (Trend.Line, 0, true), (Trend.Constant, 1, false), (Trend.Constant, 1, true), (Trend.Level, 1, false),
        (Trend.Level, 0, true), (Trend.Constant, 2, false), (Trend.Constant, 2, true), (Trend.Drift, 1, false), (Trend.Constant, 0, false), (Trend.Line, 0, false),
    ];

    /// <summary>Fits what is worth it.</summary>
    /// <param name="data">The component.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <returns>The models, the best first; none where there are too few values for any.</returns>
    public static IReadOnlyList<LinearCandidate> Run(ComponentData data, CancellationToken cancellation)
    {
        IReadOnlyList<ValueTransform> transforms = ValueTransform.For(data);
        (Season Season, double Period, int Harmonics)[] seasons = [(Season.None, 0, 0), .. data.Candidates.Take(2).SelectMany(x => Seasons(x, data))];
        List<LinearCandidate> found = [];
        LinearFitter[] fitters = [.. transforms.Select(x => new LinearFitter(Transformed(data, x)))];
        foreach ((Season season, double period, int harmonics) in seasons)
        {
            foreach ((Trend trend, int cycles, bool autoregression) in s_first)
            {
                var structure = new LinearStructure(trend, season, period, harmonics, cycles, autoregression);
                for (int t = 0; t < transforms.Count; t++)
                {
                    Add(found, data, transforms[t], fitters[t], structure, cancellation);
                }
            }
        }

        if (found.Count == 0)
        {
            return found;
        }

        LinearCandidate first = found.MinBy(static x => x.Criterion)!;
        LinearStructure best = first.Model.Structure;
        int chosen = transforms.ToList().IndexOf(first.Transform);
        foreach ((Trend trend, int cycles, bool autoregression) in s_second)
        {
            LinearStructure structure = best with { Trend = trend, Cycles = cycles, HasAutoregression = autoregression };
            Add(found, data, first.Transform, fitters[chosen], structure, cancellation);
        }

        return [.. found.OrderBy(static x => x.Criterion)];
    }

    /// <summary>A component's values as a transform maps them.</summary>
    public static IReadOnlyList<ComponentSeries> Transformed(ComponentData data, ValueTransform transform) =>
        [.. data.Series.Select(x => x.With(Array.ConvertAll(x.Values, transform.Forward)))];

    /// <summary>A model with its criterion on the scale of the natural values.</summary>
    public static LinearCandidate Candidate(ComponentData data, ValueTransform transform, LinearFitter fitter, LinearModel model) =>
        new(transform, model, model.Criterion - (2 * fitter.SumOfUsed(data.Series, transform.LogDerivative)));

    private static void Add(
        List<LinearCandidate> found, ComponentData data, ValueTransform transform, LinearFitter fitter, LinearStructure structure, CancellationToken cancellation)
    {
        if (fitter.Fit(structure, cancellation: cancellation) is { } model)
        {
            found.Add(Candidate(data, transform, fitter, model));
        }
    }

    private static IEnumerable<(Season Season, double Period, int Harmonics)> Seasons(double period, ComponentData data)
    {
        double span = data.Series.Max(static x => x.Count == 0 ? 0 : x.Times[^1] - x.Times[0]);
        if (period < 2 || span < 1.5 * period)
        {
            yield break;
        }

        int all = (int)Math.Floor((period / 2) + 1e-9);
        foreach (int harmonics in all <= 6 ? (int[])[all] : [2, 6])
        {
            yield return (Season.Fixed, period, harmonics);
            yield return (Season.Changing, period, harmonics);
        }
    }
}
