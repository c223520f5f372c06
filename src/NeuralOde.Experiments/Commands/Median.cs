namespace NeuralOde.Experiments.Commands;

/// <summary>Medians: of several runs, or of the iterations around each.</summary>
internal static class Median
{
    /// <summary>The median, the mean of the middle two where there are as many below as above.</summary>
    public static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return 0.5 * (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]);
    }

    /// <summary>The median over the neighborhood, a fiftieth of the run wide, of at most 600 iterations: single losses vary with their windows.</summary>
    public static (double[] Iterations, double[] Medians) Running(IReadOnlyList<double> values)
    {
        const int MostPoints = 600;
        const int MostNeighbors = 100;
        int count = Math.Min(values.Count, MostPoints);
        int reach = Math.Max(1, values.Count / 100);
        int stride = 1 + (reach / MostNeighbors);
        double[] iterations = new double[count];
        double[] medians = new double[count];
        var near = new List<double>();
        for (int k = 0; k < count; k++)
        {
            int middle = count == 1 ? 0 : (int)((long)k * (values.Count - 1) / (count - 1));
            near.Clear();
            for (int i = Math.Max(0, middle - reach); i <= Math.Min(values.Count - 1, middle + reach); i += stride)
            {
                if (double.IsFinite(values[i]))
                {
                    near.Add(values[i]);
                }
            }

            near.Sort();
            iterations[k] = middle + 1;
            medians[k] = near.Count == 0 ? double.NaN : near[near.Count / 2];
        }

        return (iterations, medians);
    }
}
