namespace NeuralOde.Series.Densities;

/// <summary>Points to learn a density from, standardized: rows of a table, of which some are held out, or a source of which there are always fresh points.</summary>
public sealed class DensityData
{
    private const int SourceSample = 20_000;
    private const int MostHeldOut = 2_000;
    private readonly Action<RandomSource, Span<float>> _draw;

    private DensityData(IReadOnlyList<string> columns, double[] means, double[] deviations, Action<RandomSource, Span<float>> draw)
    {
        (Columns, Means, Deviations, _draw) = ([.. columns], means, deviations, draw);
    }

    /// <summary>The columns' names.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The mean of each column.</summary>
    public IReadOnlyList<double> Means { get; }

    /// <summary>The standard deviation of each column.</summary>
    public IReadOnlyList<double> Deviations { get; }

    /// <summary>The number of columns.</summary>
    public int Dimension => Columns.Count;

    /// <summary>Rows that choose the best model, standardized, row-major.</summary>
    public required ReadOnlyMemory<float> Validation { get; init; }

    /// <summary>Rows that measure it, standardized, row-major.</summary>
    public required ReadOnlyMemory<float> Test { get; init; }

    /// <summary>Rows that are learned from, standardized, row-major; a sample where there are always fresh ones.</summary>
    public required ReadOnlyMemory<float> Training { get; init; }

    /// <summary>The rows of a table.</summary>
    /// <param name="columns">The columns' names.</param>
    /// <param name="rows">The values, row-major.</param>
    /// <param name="holdOut">The share of rows that are held out, half for each purpose.</param>
    /// <param name="seed">Which rows are held out.</param>
    /// <returns>The data.</returns>
    /// <exception cref="DensityException">
    /// A value is missing or too large, a column is constant or determined by others, or there are fewer rows than columns or than can be held out.
    /// </exception>
    public static DensityData FromRows(IReadOnlyList<string> columns, ReadOnlySpan<double> rows, double holdOut, long seed)
    {
        ArgumentNullException.ThrowIfNull(columns);
        int dimension = columns.Count;
        DensityChecks.Check(columns, rows);
        int count = rows.Length / dimension, heldOut = (int)Math.Round(holdOut * count / 2);
        if (heldOut < 1 || count - (2 * heldOut) <= dimension)
        {
            throw new DensityException(
                DensityReason.TooFewRows,
                $"Of {count} rows, {2 * heldOut} would be held out and {count - (2 * heldOut)} learned from, with {dimension} columns. At least one row each "
                    + $"chooses and measures the model, "
                    + "and more rows than columns are learned from.",
                "Add rows, or hold out another share.");
        }

        int[] order = Shuffled(count, new RandomSource(seed).Split());
        double[] means = new double[dimension], deviations = new double[dimension];
        int[] learned = order[(2 * heldOut)..];
        for (int k = 0; k < dimension; k++)
        {
            double mean = 0, square = 0;
            foreach (int row in learned)
            {
                mean += rows[(row * dimension) + k] / learned.Length;
            }

            foreach (int row in learned)
            {
                square += Math.Pow(rows[(row * dimension) + k] - mean, 2) / learned.Length;
            }

            // A column that varies among the rows held out only has no scale to learn by.
            (means[k], deviations[k]) = (mean, Math.Sqrt(square));
            DensityChecks.CheckDeviation(columns[k], mean, deviations[k]);
        }

        float[] values = new float[rows.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)((rows[i] - means[i % dimension]) / deviations[i % dimension]);
        }

        DensityChecks.CheckIndependence(columns, Take(learned));
        float[] training = Take(learned);
        return new DensityData(columns, means, deviations, (random, batch) => DrawRows(training, dimension, random, batch))
        {
            Training = training,
            Validation = Take(order[..heldOut]),
            Test = Take(order[heldOut..(2 * heldOut)]),
        };

        float[] Take(int[] which) => [.. which.SelectMany(row => values[(row * dimension)..((row + 1) * dimension)])];
    }

    /// <summary>A source of fresh points.</summary>
    /// <param name="columns">The components' names.</param>
    /// <param name="draw">Fills a span with points, row after row.</param>
    /// <param name="seed">Which points validate and measure.</param>
    /// <returns>The data.</returns>
    public static DensityData FromSource(IReadOnlyList<string> columns, Action<RandomSource, Span<float>> draw, long seed)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(draw);
        int dimension = columns.Count;
        var random = new RandomSource(seed);
        float[] sample = new float[SourceSample * dimension];

        // The scale is the law's, the same for all seeds.
        draw(new RandomSource(1), sample);
        double[] means = new double[dimension], deviations = new double[dimension];
        for (int k = 0; k < dimension; k++)
        {
            double[] column = [.. Enumerable.Range(0, SourceSample).Select(i => (double)sample[(i * dimension) + k])];
            double mean = column.Average();
            (means[k], deviations[k]) = (mean, Math.Sqrt(column.Average(x => (x - mean) * (x - mean))));
        }

        return new DensityData(columns, means, deviations, Standardized)
        {
            Training = Sample(random.Split(), 5_000),
            Validation = Sample(random.Split(), 1_000),
            Test = Sample(random.Split(), MostHeldOut),
        };

        float[] Sample(RandomSource from, int count)
        {
            float[] points = new float[count * dimension];
            Standardized(from, points);
            return points;
        }

        void Standardized(RandomSource from, Span<float> points)
        {
            draw(from, points);
            for (int i = 0; i < points.Length; i++)
            {
                points[i] = (float)((points[i] - means[i % dimension]) / deviations[i % dimension]);
            }
        }
    }

    /// <summary>Fills a span with points to learn from, standardized.</summary>
    /// <param name="random">Where the draws come from.</param>
    /// <param name="points">As many numbers as are wanted.</param>
    public void Draw(RandomSource random, Span<float> points) => _draw(random, points);

    private static void DrawRows(float[] rows, int dimension, RandomSource random, Span<float> batch)
    {
        int count = rows.Length / dimension;
        Span<double> uniforms = stackalloc double[256];
        for (int i = 0; i < batch.Length / dimension; i++)
        {
            if (i % uniforms.Length == 0)
            {
                random.FillUniform(uniforms);
            }

            int row = (int)(uniforms[i % uniforms.Length] * count);
            rows.AsSpan(row * dimension, dimension).CopyTo(batch[(i * dimension)..]);
        }
    }

    private static int[] Shuffled(int count, RandomSource random)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (int i = count - 1; i > 0; i--)
        {
            int j = random.NextInteger(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }
}
