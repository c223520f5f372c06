namespace NeuralOde.Benchmarks.Timing;

/// <summary>The spread of a time over batches, in nanoseconds a repetition.</summary>
internal readonly record struct Measurement(double LowerQuartile, double Median, double UpperQuartile, int Batches)
{
    public static Measurement Of(IEnumerable<double> times)
    {
        double[] sorted = [.. times.Order()];
        return new Measurement(Quantile(sorted, 0.25), Quantile(sorted, 0.5), Quantile(sorted, 0.75), sorted.Length);
    }

    private static double Quantile(double[] sorted, double p)
    {
        double position = p * (sorted.Length - 1);
        int below = (int)position;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }
}
