namespace NeuralOde.Reports;

/// <summary>Points, in one color or colored by values; a pair that is not finite is left out.</summary>
internal sealed class PointsLayer(double[] xs, double[] ys, PointStyle pointStyle, double[]? colors, FigureAxis? colorAxis, ColorRamp? ramp) : FigureLayer
{
    // Above this count, points that fall within one pixel of another of the same color are left out, or within larger cells where more would be left.
    private const int Many = 2_500;

    public override bool IsClipped => false;

    public override PaletteColor? OwnColor => colors is null ? pointStyle.Color : null;

    public override bool HasData => AnyPair(xs, ys);

    public override (FigureAxis Axis, ColorRamp Ramp)? ColorKey => colors is null ? null : (colorAxis ?? new FigureAxis(), ramp ?? ColorRamp.Time);

    public override void Extend(Extent x, Extent y) => ExtendPairs(xs, ys, x, y);

    public override void ExtendColor(Extent color)
    {
        if (colors is not null)
        {
            color.Add(colors);
        }
    }

    public override IReadOnlyList<(string What, double[] Xs, double[] Values)> Columns => [(Name ?? "points", xs, ys)];

    public override bool TellsValues => true;

    public override void Draw(Canvas canvas)
    {
        // Larger cells keep fewer points, until they are few enough.
        double cell = 1;
        for (; xs.Length > Many && Kept(canvas, cell) > Many; cell *= 1.5)
        {
        }
        // One path for each color keeps a thousand points to a few elements. The last group is for points whose value is missing.
        var paths = new PathData?[colors is null ? 1 : ColorRamp.Steps + 1];
        HashSet<(int, int, int)>? seen = xs.Length > Many ? new HashSet<(int, int, int)>() : null;
        var all = new PathData();
        PointStyle style = pointStyle with { Size = pointStyle.Size * canvas.PointScale };
        for (int i = 0; i < xs.Length; i++)
        {
            if (!canvas.Holds(xs[i], ys[i]))
            {
                continue;
            }
            int step = colors is null ? 0 : canvas.ColorStep(colors[i]) is >= 0 and var s ? s : ColorRamp.Steps;
            (double x, double y) = (canvas.X.At(xs[i]), canvas.Y.At(ys[i]));
            if (seen?.Add(Cell(x, y, step, cell)) == false)
            {
                continue;
            }
            if (seen is not null)
            {
                // A tenth of a pixel is enough for a point among thousands.
                (x, y) = (Math.Round(x, 1), Math.Round(y, 1));
            }
            style.Append(paths[step] ??= new PathData(), x, y);
            style.Append(all, x, y);
        }
        if (colors is not null && style.Marker == PointMarker.Disc && !all.IsEmpty)
        {
            // A thin rim keeps the ramp's lightest colors visible on white, and its darkest on black.
            canvas.Out.Empty("path", ("d", all.ToString()), ("class", "c0"), ("color", Palette.Light(PaletteColor.Ink)), ("stroke", "currentColor"),
                ("stroke-width", NumberText.Coordinate(style.Size + 1.2)), ("stroke-linecap", "round"), ("opacity", NumberText.Coordinate(0.45 * style.Opacity))).Raw("\n");
        }
        for (int step = 0; step < paths.Length; step++)
        {
            if (paths[step] is PathData path)
            {
                string? color = colors is null || step == ColorRamp.Steps ? null : canvas.Color!.Value.Ramp.Step(step);
                canvas.Out.Empty("path", [("d", path.ToString()), .. style.Attributes(color)]).Raw("\n");
            }
        }
    }

    private static (int, int, int) Cell(double x, double y, int step, double size) => ((int)(x / size), (int)(y / size), step);

    private int Kept(Canvas canvas, double cell)
    {
        var seen = new HashSet<(int, int, int)>();
        for (int i = 0; i < xs.Length; i++)
        {
            if (canvas.Holds(xs[i], ys[i]))
            {
                seen.Add(Cell(canvas.X.At(xs[i]), canvas.Y.At(ys[i]), colors is null ? 0 : canvas.ColorStep(colors[i]), cell));
            }
        }
        return seen.Count;
    }

    public override LegendEntry? Legend => Name is null ? null : new LegendEntry(Name, pointStyle.ToString() + (colors is null), DrawSwatch);

    public override string Describe() =>
        $"{xs.Length} points{(Name is null ? "" : $" \"{Name}\"")}{(colors is null ? "" : $" colored by {(colorAxis?.Label is { Length: > 0 } label ? label : "value")}")}";

    private void DrawSwatch(Markup markup, double x, double y)
    {
        // Three points stand for many, one for a single one or a large one.
        int count = xs.Length == 1 || pointStyle.Size > 7.5 ? 1 : 3;
        for (int i = 0; i < count; i++)
        {
            var path = new PathData();
            pointStyle.Append(path, x + 13 + 8.5 * (i - 0.5 * (count - 1)), y);
            markup.Empty("path", [("d", path.ToString()), .. pointStyle.Attributes(ColorKey is var (_, colors) ? colors.At(0.5 * i) : null)]);
        }
    }
}
