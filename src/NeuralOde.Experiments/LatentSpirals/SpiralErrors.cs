namespace NeuralOde.Experiments.LatentSpirals;

/// <summary>How far predictions are from spirals without noise: root mean squares over the points and both coordinates.</summary>
/// <param name="Median">The median over the spirals (and windows) of each one's own root mean square.</param>
/// <param name="Percentile90">Nine of ten are below it.</param>
/// <param name="Pooled">The root mean square over all points of all of them.</param>
public readonly record struct SpiralError(double Median, double Percentile90, double Pooled)
{
    internal static SpiralError Of(List<double> meanSquares)
    {
        double[] sorted = [.. meanSquares.Order().Select(Math.Sqrt)];
        return new SpiralError(Quantile(sorted, 0.5), Quantile(sorted, 0.9), Math.Sqrt(meanSquares.Average()));
    }

    private static double Quantile(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + ((place - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }
}

/// <summary>A model's errors on spirals that it has not seen, for one number of observations.</summary>
/// <param name="Observations">The number of noisy observations within a window of 100 points.</param>
/// <param name="Reconstruction">Over all 100 points of the window, observed or not, for windows from points 0, 25, 50, 75 and 99 on.</param>
/// <param name="Extrapolation">Over points 100 to 199, from observations of points 0 to 99.</param>
public sealed record SpiralErrors(int Observations, SpiralError Reconstruction, SpiralError Extrapolation)
{
    /// <summary>The points of a window.</summary>
    public const int Window = 100;

    private const int BatchSize = 100;

    /// <summary>Where the windows start.</summary>
    public static IReadOnlyList<int> WindowStarts { get; } = [0, 25, 50, 75, 99];

    /// <summary>
    /// Measures a model. Which points of a window are observed is drawn from a source: the first always, for that is where the latent state stands, and
    /// the same points for all spirals.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="set">Spirals that it has not seen.</param>
    /// <param name="observations">The number of observations, from 1 to 100.</param>
    /// <param name="random">Where the choice of points comes from.</param>
    /// <returns>The errors.</returns>
    public static SpiralErrors Measure(LatentSeriesModel model, SpiralSet set, int observations, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(observations, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(observations, Window);
        List<double> reconstruction = [];
        List<double> extrapolation = [];
        foreach (int start in WindowStarts)
        {
            int[] kept = [start, .. SpiralBatches.Subset(Window - 1, observations - 1, random).Select(i => start + 1 + i)];
            int end = start == 0 ? SpiralSet.TimeCount : start + Window;
            foreach (int[] spirals in Enumerable.Range(0, set.Count).Chunk(BatchSize))
            {
                using var scope = TensorScope.Begin();
                using IDisposable mode = GradientMode.Disable();
                int[] points = [.. Enumerable.Range(start, end - start)];
                Tensor predicted = model.Extrapolate(set.Batch(spirals, kept), [.. points.Select(i => SpiralSet.TimeAt(i - start))]);
                Tensor squares = (predicted - set.Points(spirals, points, exact: true)).Square();
                reconstruction.AddRange(squares.Slice(0, 0, Window).Mean([0, 2]).ToDoubles());
                if (start == 0)
                {
                    extrapolation.AddRange(squares.Slice(0, Window..).Mean([0, 2]).ToDoubles());
                }
            }
        }

        return new SpiralErrors(observations, SpiralError.Of(reconstruction), SpiralError.Of(extrapolation));
    }

    /// <summary>The errors of always predicting 0, which is not far from spirals that have shrunk: a useful model must be better.</summary>
    /// <param name="set">The spirals.</param>
    /// <returns>The errors, from no observations.</returns>
    public static SpiralErrors OfZero(SpiralSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        return new SpiralErrors(
            0,
            SpiralError.Of([.. WindowStarts.SelectMany(start => Enumerable.Range(0, set.Count).Select(i => MeanSquare(i, start)))]),
            SpiralError.Of([.. Enumerable.Range(0, set.Count).Select(i => MeanSquare(i, Window))]));

        double MeanSquare(int spiral, int start)
        {
            double sum = 0;
            foreach (float x in set.Exact(spiral).Slice(2 * start, 2 * Window))
            {
                sum += (double)x * x;
            }

            return sum / (2 * Window);
        }
    }
}
