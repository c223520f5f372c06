using NeuralOde.Reports;

namespace NeuralOde.Benchmarks.Scaling;

/// <summary>Time and memory by size: a column for each sweep, beside the cost that fits it.</summary>
internal static class ScalingFigure
{
    public static PanelGrid Draw(IReadOnlyList<ScalingResult> results) => new()
    {
        Title = "How time and memory grow",
        Description = $"Time above and memory below, by {string.Join(", ", results.Select(static x => x.Sweep.Axis))}, on logarithmic axes.",
        Panels = [.. results.Select(static x => Time(x)), .. results.Select(static x => Memory(x))],
        Columns = results.Count,
        PanelHeight = 220,
        Width = 1080,
        SharedX = false,
    };

    private static Figure Time(ScalingResult result)
    {
        double[] sizes = [.. result.Points.Select(static x => x.Size)];
        return new Figure
        {
            Title = result.Sweep.Key,
            XAxis = new FigureAxis(result.Sweep.Axis) { Scale = AxisScale.Logarithmic },
            YAxis = new FigureAxis("time", "µs") { Scale = AxisScale.Logarithmic },
        }
            .Line(sizes, [.. result.Points.Select(x => result.Cost.Of(x.Units) / 1e3)], "a + b·n", new LineStyle { Color = PaletteColor.Gray, Dash = LineDash.Dashed })
            .Points(sizes, [.. result.Points.Select(static x => x.Nanoseconds / 1e3)], "measured", new PointStyle { Color = PaletteColor.Blue, Size = 7 });
    }

    private static Figure Memory(ScalingResult result)
    {
        double[] sizes = [.. result.Points.Select(static x => x.Size)], bytes = [.. result.Points.Select(static x => x.Bytes / 1e6)];
        return new Figure
        {
            XAxis = new FigureAxis(result.Sweep.Axis) { Scale = AxisScale.Logarithmic },
            YAxis = new FigureAxis("memory", "MB") { Scale = AxisScale.Logarithmic },
        }
            .Line(sizes, bytes, null, new LineStyle { Color = PaletteColor.Vermillion })
            .Points(sizes, bytes, "memory", new PointStyle { Color = PaletteColor.Vermillion, Marker = PointMarker.Square, Size = 7 });
    }
}
