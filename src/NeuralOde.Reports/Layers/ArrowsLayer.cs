namespace NeuralOde.Reports;

/// <summary>A vector field's arrows, centerd on their points, in the direction that a trajectory has on the page.</summary>
internal sealed class ArrowsLayer(double[] xs, double[] ys, double[] us, double[] vs, ArrowStyle style) : FigureLayer
{
    private const int Levels = 4;

    public override bool HasData => AnyPair(xs, ys);

    public override void Extend(Extent x, Extent y) => ExtendPairs(xs, ys, x, y);

    public override void Draw(Canvas canvas)
    {
        int[] shown = Enumerable.Range(0, xs.Length)
            .Where(i => canvas.Holds(xs[i], ys[i]) && double.IsFinite(us[i]) && double.IsFinite(vs[i]) && (us[i] != 0 || vs[i] != 0)).ToArray();
        if (shown.Length == 0)
        {
            return;
        }
        double largest = shown.Max(i => Math.Max(Math.Abs(us[i]), Math.Abs(vs[i])));
        double[] magnitudes = shown.Select(i => Hypotenuse(us[i] / largest, vs[i] / largest)).ToArray();
        // The 95th percentile is full strength: a few arrows near a pole must not fade all others.
        double full = magnitudes.Order().ElementAt((int)(0.95 * (magnitudes.Length - 1)));
        double area = (canvas.Right - canvas.Left) * (canvas.Bottom - canvas.Top);
        double length = Math.Clamp(style.Length * Math.Sqrt(area / shown.Length), 5, 40);
        var paths = new PathData?[Levels];
        for (int k = 0; k < shown.Length; k++)
        {
            int i = shown[k];
            int level = style.Magnitude == ArrowMagnitude.None ? Levels - 1 : Math.Clamp((int)(Levels * magnitudes[k] / full), 0, Levels - 1);
            (double dx, double dy) = Direction(canvas, xs[i], ys[i], us[i] / largest, vs[i] / largest);
            Append(paths[level] ??= new PathData(), canvas.X.At(xs[i]), canvas.Y.At(ys[i]), dx * length, dy * length);
        }
        canvas.Out.Open("g", [.. Stroke()]);
        for (int level = 0; level < Levels; level++)
        {
            if (paths[level] is PathData path)
            {
                canvas.Out.Empty("path", ("d", path.ToString()), ("opacity", level == Levels - 1 ? null : NumberText.Coordinate((level + 1.2) / Levels)));
            }
        }
        canvas.Out.Close();
    }

    public override LegendEntry? Legend => Name is null ? null : new LegendEntry(Name, style.ToString(), (m, x, y) =>
    {
        var path = new PathData();
        Append(path, x + 13, y, 20, 0);
        m.Empty("path", [("d", path.ToString()), .. Stroke()]);
    });

    public override string Describe() => $"{xs.Length} arrows{(Name is null ? "" : $" \"{Name}\"")}";

    private (string, string?)[] Stroke() =>
    [
        ("class", Palette.Class(style.Color)), ("color", Palette.Light(style.Color)), ("fill", "none"), ("stroke", "currentColor"),
        ("stroke-width", NumberText.Coordinate(style.Width)), ("stroke-linecap", "round"), ("stroke-linejoin", "round"),
    ];

    private static double Hypotenuse(double a, double b) => Math.Sqrt(a * a + b * b);

    private static (double X, double Y) Direction(Canvas canvas, double x, double y, double u, double v)
    {
        // On a logarithmic axis dt log10(x) = u / (x ln 10); the constant is common to both axes only if both are logarithmic.
        double dx = canvas.X.Density * (canvas.X.Domain.IsLogarithmic ? u / (x * Math.Log(10)) : u);
        double dy = -canvas.Y.Density * (canvas.Y.Domain.IsLogarithmic ? v / (y * Math.Log(10)) : v);
        double norm = Hypotenuse(dx, dy);
        return norm > 0 ? (dx / norm, dy / norm) : (0, 0);
    }

    private static void Append(PathData path, double x, double y, double dx, double dy)
    {
        (double tipX, double tipY) = (x + 0.5 * dx, y + 0.5 * dy);
        // The head's two strokes leave the tip backwards at about 27 degrees.
        double head = Math.Min(0.34, 5 / Math.Max(1e-9, Hypotenuse(dx, dy)));
        (double bx, double by, double sx, double sy) = (-head * dx, -head * dy, 0.5 * head * dy, -0.5 * head * dx);
        path.MoveTo(x - 0.5 * dx, y - 0.5 * dy).LineTo(tipX, tipY);
        path.MoveTo(tipX + bx + sx, tipY + by + sy).LineTo(tipX, tipY).LineTo(tipX + bx - sx, tipY + by - sy);
    }
}
