namespace NeuralOde.Benchmarks.Scaling;

/// <summary>One size, measured.</summary>
internal readonly record struct ScalingPoint(double Size, double Units, double Nanoseconds, long Bytes);

/// <summary>A sweep, measured, and the cost that fits it.</summary>
internal sealed record ScalingResult(ScalingSweep Sweep, IReadOnlyList<ScalingPoint> Points, AffineCost Cost)
{
    public static ScalingResult Of(ScalingSweep sweep, IReadOnlyList<ScalingPoint> points) =>
        new(sweep, points, AffineCost.Fit([.. points.Select(static x => x.Units)], [.. points.Select(static x => x.Nanoseconds)]));
}
