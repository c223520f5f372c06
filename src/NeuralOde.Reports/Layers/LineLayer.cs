namespace NeuralOde.Reports;

/// <summary>A line through points in their order; a value that is not finite breaks it.</summary>
internal sealed class LineLayer(double[] xs, double[] ys, LineStyle style) : FigureLayer
{
    public override PaletteColor? OwnColor => style.Color;

    public override bool HasData => AnyPair(xs, ys);

    public override void Extend(Extent x, Extent y) => ExtendPairs(xs, ys, x, y);

    public override IReadOnlyList<(string What, double[] Xs, double[] Values)> Columns => [(Name ?? "line", xs, ys)];

    // A curve of many points is read off the axes.
    public override bool TellsValues => xs.Length <= 60;

    public override void Draw(Canvas canvas)
    {
        var path = new PathData();
        foreach (List<(double X, double Y)> run in Runs(canvas, xs, ys))
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
        for (int i = 0; i < xs.Length; i++)
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
        foreach ((double x, double y) in points.Skip(1))
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
