namespace NeuralOde.Reports;

/// <summary>The shape of a point, so that series differ without colour too.</summary>
public enum PointMarker
{
    /// <summary>A filled circle.</summary>
    Disc,

    /// <summary>An open circle.</summary>
    Ring,

    /// <summary>A diagonal cross.</summary>
    Cross,

    /// <summary>An upright cross.</summary>
    Plus,

    /// <summary>A filled square.</summary>
    Square,

    /// <summary>A filled square on its corner.</summary>
    Diamond,

    /// <summary>A filled triangle.</summary>
    Triangle,
}

/// <summary>How points look.</summary>
public sealed record PointStyle
{
    /// <summary>The colour, where values do not decide it.</summary>
    /// <value>Default <see cref="PaletteColor.Ink"/>.</value>
    public PaletteColor Color { get; init; } = PaletteColor.Ink;

    /// <summary>The shape.</summary>
    /// <value>Default <see cref="PointMarker.Disc"/>.</value>
    public PointMarker Marker { get; init; }

    /// <summary>The diameter in pixels.</summary>
    /// <value>Default 5.</value>
    public double Size { get; init; } = 5;

    /// <summary>From 0, invisible, to 1.</summary>
    /// <value>Default 1.</value>
    public double Opacity { get; init; } = 1;

    internal bool IsOpen => Marker is PointMarker.Ring or PointMarker.Cross or PointMarker.Plus;

    /// <summary>Attributes of a path of such points, in a named colour or one of a ramp.</summary>
    internal (string, string?)[] Attributes(string? rampColor = null) =>
    [
        ("class", rampColor is null ? Palette.Class(Color) : null),
        ("color", rampColor ?? Palette.Light(Color)),
        ("stroke", "currentColor"),
        ("fill", IsOpen ? "none" : "currentColor"),
        ("stroke-width", NumberText.Coordinate(Marker == PointMarker.Disc ? Size : IsOpen ? 1.6 : 0.5)),
        ("stroke-linecap", "round"),
        ("opacity", Opacity >= 1 ? null : NumberText.Coordinate(Math.Max(0, Opacity))),
    ];

    internal void Append(PathData path, double x, double y)
    {
        var r = 0.5 * Size;
        switch (Marker)
        {
            case PointMarker.Disc:
                path.Dot(x, y);
                break;
            case PointMarker.Ring:
                path.Circle(x, y, r);
                break;
            case PointMarker.Cross:
                path.MoveTo(x - 0.8 * r, y - 0.8 * r).LineTo(x + 0.8 * r, y + 0.8 * r).MoveTo(x - 0.8 * r, y + 0.8 * r).LineTo(x + 0.8 * r, y - 0.8 * r);
                break;
            case PointMarker.Plus:
                path.MoveTo(x - r, y).LineTo(x + r, y).MoveTo(x, y - r).LineTo(x, y + r);
                break;
            case PointMarker.Square:
                path.MoveTo(x - 0.85 * r, y - 0.85 * r).LineTo(x + 0.85 * r, y - 0.85 * r).LineTo(x + 0.85 * r, y + 0.85 * r).LineTo(x - 0.85 * r, y + 0.85 * r).ClosePath();
                break;
            case PointMarker.Diamond:
                path.MoveTo(x, y - 1.2 * r).LineTo(x + 1.2 * r, y).LineTo(x, y + 1.2 * r).LineTo(x - 1.2 * r, y).ClosePath();
                break;
            case PointMarker.Triangle:
                path.MoveTo(x, y - 1.1 * r).LineTo(x + 1.1 * r, y + 0.9 * r).LineTo(x - 1.1 * r, y + 0.9 * r).ClosePath();
                break;
            default:
                throw new InvalidOperationException($"{Marker} is not a member of PointMarker.");
        }
    }
}

/// <summary>Points, in one colour or coloured by values; a pair that is not finite is left out.</summary>
internal sealed class PointsLayer(double[] xs, double[] ys, PointStyle pointStyle, double[]? colors, FigureAxis? colorAxis, ColorRamp? ramp) : FigureLayer
{
    // Above this count, points that fall within one pixel of another of the same colour are left out.
    private const int Many = 5_000;

    public override bool IsClipped => false;

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

    public override void Draw(Canvas canvas)
    {
        // One path for each colour keeps a thousand points to a few elements. The last group is for points whose value is missing.
        var paths = new PathData?[colors is null ? 1 : ColorRamp.Steps + 1];
        var seen = xs.Length > Many ? new HashSet<(int, int, int)>() : null;
        var all = new PathData();
        var style = pointStyle with { Size = pointStyle.Size * canvas.PointScale };
        for (var i = 0; i < xs.Length; i++)
        {
            if (!canvas.Holds(xs[i], ys[i]))
            {
                continue;
            }
            var step = colors is null ? 0 : canvas.ColorStep(colors[i]) is >= 0 and var s ? s : ColorRamp.Steps;
            var (x, y) = (canvas.X.At(xs[i]), canvas.Y.At(ys[i]));
            if (seen?.Add(((int)x, (int)y, step)) == false)
            {
                continue;
            }
            style.Append(paths[step] ??= new PathData(), x, y);
            style.Append(all, x, y);
        }
        if (colors is not null && style.Marker == PointMarker.Disc && !all.IsEmpty)
        {
            // A thin rim keeps the ramp's lightest colours visible on white, and its darkest on black.
            canvas.Out.Empty("path", ("d", all.ToString()), ("class", "c0"), ("color", Palette.Light(PaletteColor.Ink)), ("stroke", "currentColor"),
                ("stroke-width", NumberText.Coordinate(style.Size + 1.2)), ("stroke-linecap", "round"), ("opacity", NumberText.Coordinate(0.45 * style.Opacity))).Raw("\n");
        }
        for (var step = 0; step < paths.Length; step++)
        {
            if (paths[step] is PathData path)
            {
                var color = colors is null || step == ColorRamp.Steps ? null : canvas.Color!.Value.Ramp.Step(step);
                canvas.Out.Empty("path", [("d", path.ToString()), .. style.Attributes(color)]).Raw("\n");
            }
        }
    }

    public override LegendEntry? Legend => Name is null ? null : new LegendEntry(Name, pointStyle.ToString() + (colors is null), DrawSwatch);

    public override string Describe() => $"{xs.Length} points{(Name is null ? "" : $" \"{Name}\"")}{(colors is null ? "" : $" coloured by {(colorAxis?.Label is { Length: > 0 } label ? label : "value")}")}";

    private void DrawSwatch(Markup markup, double x, double y)
    {
        // Three points stand for many, one for a single one or a large one.
        var count = xs.Length == 1 || pointStyle.Size > 7.5 ? 1 : 3;
        for (var i = 0; i < count; i++)
        {
            var path = new PathData();
            pointStyle.Append(path, x + 13 + 8.5 * (i - 0.5 * (count - 1)), y);
            markup.Empty("path", [("d", path.ToString()), .. pointStyle.Attributes(ColorKey is var (_, colors) ? colors.At(0.5 * i) : null)]);
        }
    }
}
