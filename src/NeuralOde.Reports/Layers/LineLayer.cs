namespace NeuralOde.Reports;

/// <summary>How a line is broken, so that lines differ without colour too.</summary>
public enum LineDash
{
    /// <summary>Unbroken.</summary>
    Solid,

    /// <summary>Dashes.</summary>
    Dashed,

    /// <summary>Dots.</summary>
    Dotted,

    /// <summary>Dashes and dots in turn.</summary>
    DashDot,
}

/// <summary>How a line looks.</summary>
public sealed record LineStyle
{
    /// <summary>The colour.</summary>
    /// <value>Default <see cref="PaletteColor.Blue"/>.</value>
    public PaletteColor Color { get; init; } = PaletteColor.Blue;

    /// <summary>The width in pixels.</summary>
    /// <value>Default 2.</value>
    public double Width { get; init; } = 2;

    /// <summary>How it is broken.</summary>
    /// <value>Default <see cref="LineDash.Solid"/>.</value>
    public LineDash Dash { get; init; }

    /// <summary>From 0, invisible, to 1.</summary>
    /// <value>Default 1.</value>
    public double Opacity { get; init; } = 1;

    internal (string, string?)[] Attributes(bool closed = false) =>
    [
        ("class", Palette.Class(Color)),
        ("color", Palette.Light(Color)),
        ("stroke", "currentColor"),
        ("fill", closed ? "currentColor" : "none"),
        ("stroke-width", NumberText.Coordinate(Width)),
        ("stroke-dasharray", DashArray()),
        ("stroke-linejoin", "round"),
        ("stroke-linecap", Dash == LineDash.Dotted ? "round" : null),
        ("opacity", Opacity >= 1 ? null : NumberText.Coordinate(Math.Max(0, Opacity))),
    ];

    private string? DashArray()
    {
        var unit = Math.Max(1, Width);
        return Dash switch
        {
            LineDash.Solid => null,
            LineDash.Dashed => $"{NumberText.Coordinate(3.5 * unit)} {NumberText.Coordinate(2 * unit)}",
            LineDash.Dotted => $"0 {NumberText.Coordinate(2.2 * unit)}",
            LineDash.DashDot => $"{NumberText.Coordinate(4 * unit)} {NumberText.Coordinate(1.8 * unit)} {NumberText.Coordinate(unit)} {NumberText.Coordinate(1.8 * unit)}",
            _ => throw new InvalidOperationException($"{Dash} is not a member of LineDash."),
        };
    }
}

/// <summary>A line through points in their order; a value that is not finite breaks it.</summary>
internal sealed class LineLayer(double[] xs, double[] ys, LineStyle style) : FigureLayer
{
    public override bool HasData => AnyPair(xs, ys);

    public override void Extend(Extent x, Extent y) => ExtendPairs(xs, ys, x, y);

    public override void Draw(Canvas canvas)
    {
        var path = new PathData();
        foreach (var run in Runs(canvas, xs, ys))
        {
            Append(path, Thinning.Line(run, canvas.Right - canvas.Left));
        }
        if (!path.IsEmpty)
        {
            canvas.Out.Empty("path", [("d", path.ToString()), .. style.Attributes()]).Raw("\n");
        }
    }

    public override LegendEntry? Legend => Name is null ? null : new LegendEntry(Name, style.ToString(), (m, x, y) =>
        m.Empty("path", [("d", new PathData().MoveTo(x, y).LineTo(x + LegendEntry.SwatchWidth, y).ToString()), .. style.Attributes()]));

    public override string Describe() => $"{Quoted(style.Dash == LineDash.Solid ? "line" : style.Dash.ToString().ToLowerInvariant() + " line")} of {xs.Length} points";

    /// <summary>The unbroken stretches of a line, in pixels.</summary>
    public static List<List<(double X, double Y)>> Runs(Canvas canvas, double[] xs, double[] ys)
    {
        var runs = new List<List<(double X, double Y)>>();
        var run = new List<(double X, double Y)>();
        for (var i = 0; i < xs.Length; i++)
        {
            if (canvas.X.Places(xs[i]) && canvas.Y.Places(ys[i]))
            {
                run.Add((canvas.X.At(xs[i]), canvas.Y.At(ys[i])));
            }
            else if (run.Count > 0)
            {
                runs.Add(run);
                run = [];
            }
        }
        if (run.Count > 0)
        {
            runs.Add(run);
        }
        return runs;
    }

    public static void Append(PathData path, List<(double X, double Y)> points)
    {
        path.MoveTo(points[0].X, points[0].Y);
        foreach (var (x, y) in points.Skip(1))
        {
            path.LineTo(x, y);
        }
        if (points.Count == 1)
        {
            // A value alone between two missing ones is still seen.
            path.LineTo(points[0].X + 0.5, points[0].Y);
        }
    }
}
