namespace NeuralOde.Experiments.Mnist.PaperTable;

/// <summary>The table's numbers as text.</summary>
internal static class MnistTableText
{
    /// <summary>Title, test error, runs, parameters, memory and time.</summary>
    public static string[] Row(MnistTableResult x) =>
    [x.Row.Title, Error(x), Runs(x), Whole(x.Cost.Parameters), Megabytes(x.Cost.PeakBytes) + " MB", Milliseconds(x.Cost.Time) + " ms"];

    /// <summary>The mean over runs, with the range where there are several.</summary>
    public static string Error(MnistTableResult x)
    {
        double[] errors = [.. x.Errors];
        return errors.Length switch
        {
            0 => "-",
            1 => ProgressText.Percent(errors[0]),
            _ => $"{ProgressText.Percent(errors.Average())} ({Percent(errors.Min())} to {Percent(errors.Max())})",
        };
    }

    public static string Runs(MnistTableResult x) => x.Entries.Count == 0 ? "none" : x.Entries.Count.ToString(CultureInfo.InvariantCulture);

    public static string Megabytes(double bytes) => (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture);

    public static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString(time.TotalMilliseconds < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture);

    public static string Growth(DepthSeries series)
    {
        string unit = series.Unit[..^1];
        return Math.Abs(series.Growth) <= 0.02
            ? string.Create(CultureInfo.InvariantCulture, $"the same within {Math.Max(0.1, Math.Ceiling(1_000 * Math.Abs(series.Growth)) / 10):0.0} %")
            : $"{(series.BytesEach / 1e6).ToString("0.000", CultureInfo.InvariantCulture)} MB a {unit}";
    }

    public static string Whole(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => (100 * share).ToString("0.00", CultureInfo.InvariantCulture);
}
