namespace NeuralOde.Cli.Shell;

/// <summary>Whether panels can share a vertical axis.</summary>
internal static class PanelRanges
{
    /// <summary>How much of the common range the median panel must fill.</summary>
    private const double LeastFilled = 0.2;

    /// <summary>Whether the values of all panels fill a good part of one common range: where they do not, most panels would be flat lines.</summary>
    /// <param name="panels">The values of each panel; NaN where one is missing.</param>
    /// <param name="isLog">Whether the axis is logarithmic.</param>
    public static bool AreAlike(IEnumerable<double[]> panels, bool isLog)
    {
        (double Low, double High)[] ranges =
        [
            .. panels.Select(x => x.Where(double.IsFinite).Select(y => isLog ? Math.Log(y) : y).ToArray()).Where(static x => x.Length > 0).Select(static x => (x.Min(), x.Max())),
        ];
        return ranges.Length < 2 || Median.Of(ranges.Select(static x => x.High - x.Low)) >= LeastFilled * (ranges.Max(static x => x.High) - ranges.Min(static x => x.Low));
    }
}
