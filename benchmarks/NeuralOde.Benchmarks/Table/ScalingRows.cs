using System.Globalization;
using NeuralOde.Benchmarks.Scaling;
using NeuralOde.Benchmarks.Timing;

namespace NeuralOde.Benchmarks.Table;

/// <summary>Rows about how time and memory grow with the size of the work.</summary>
internal static class ScalingRows
{
    /// <summary>Where the picture goes; null for none.</summary>
    public static string? Pictures { get; set; }

    public static IEnumerable<TableRow> Scaling(BatchTimer timer)
    {
        // The longest work takes seconds.
        timer = new BatchTimer(timer.Clock, batches: 9);
        List<ScalingResult> results = [];
        foreach (ScalingSweep sweep in ScalingSweeps.All)
        {
            List<ScalingPoint> points = [];
            List<Measurement> times = [];
            foreach (ScalingCase x in sweep.Cases)
            {
                times.Add(timer.Measure(x.Run));
                points.Add(new(x.Size, x.Units, times[^1].Median, x.Bytes()));
            }

            var result = ScalingResult.Of(sweep, points);
            results.Add(result);
            for (int i = 0; i < points.Count; i++)
            {
                yield return TableRow.Time(
                    FormattableString.Invariant($"scaling {sweep.Key} {points[i].Size:0}"),
                    $"{sweep.Title}: {points[i].Size.ToString("N0", CultureInfo.InvariantCulture)}",
                    times[i],
                    Note(result, points[i]));
            }
        }

        if (Pictures is not null)
        {
            Directory.CreateDirectory(Pictures);
            ScalingFigure.Draw(results).Save(Path.Combine(Pictures, "scaling.svg"));
        }
    }

    private static string Note(ScalingResult result, ScalingPoint x) => string.Create(
        CultureInfo.InvariantCulture,
        $"{x.Nanoseconds / x.Units:G3} ns per {result.Sweep.Unit}; {x.Nanoseconds / result.Cost.Of(x.Units):0.00} of {result.Cost.Fixed:G3} ns + {result.Cost.PerUnit:G3} ns per "
            + $"{result.Sweep.Unit}; {x.Bytes / 1e6:G3} MB");
}
