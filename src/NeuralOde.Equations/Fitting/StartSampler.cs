namespace NeuralOde.Equations.Fitting;

/// <summary>Starts by Latin hypercube sampling: each coordinate's range is cut into as many parts as there are starts, and each part is used once.</summary>
internal static class StartSampler
{
    /// <summary>Points within the bounds; where there are none, within a factor of ten (or as much as the start) of it.</summary>
    public static double[][] Sample(IReadOnlyList<Coordinate> coordinates, double[] center, int count, int seed)
    {
        Random random = new(seed);
        double[][] points = [.. Enumerable.Range(0, count).Select(_ => (double[])[.. center])];
        for (int k = 0; k < coordinates.Count; k++)
        {
            Coordinate c = coordinates[k];
            int[] parts = [.. Enumerable.Range(0, count)];
            random.Shuffle(parts);
            if (c.IsNoise || c.Level >= 0)
            {
                continue;
            }

            double width = c.IsLogarithmic ? Math.Log(10) : Math.Max(1, Math.Abs(center[k]));
            double low = double.IsFinite(c.Lower) ? c.Lower : center[k] - width, high = double.IsFinite(c.Upper) ? c.Upper : center[k] + width;
            for (int i = 0; i < count; i++)
            {
                points[i][k] = low + ((parts[i] + random.NextDouble()) / count * (high - low));
            }
        }

        return points;
    }
}
