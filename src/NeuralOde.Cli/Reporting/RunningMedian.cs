namespace NeuralOde.Cli.Reporting;

/// <summary>Smooths what varies from iteration to iteration.</summary>
internal static class RunningMedian
{
    /// <summary>The median over the neighbourhood, a fiftieth of the run wide, of at most 600 iterations: single losses vary with their windows.</summary>
    public static (double[] Iterations, double[] Medians) Of(IReadOnlyList<double> values)
    {
        const int MostPoints = 600;
        const int MostNeighbours = 100;
        int count = Math.Min(values.Count, MostPoints);
        int reach = Math.Max(1, values.Count / 100);
        int stride = 1 + (reach / MostNeighbours);
        var iterations = new double[count];
        var medians = new double[count];
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
