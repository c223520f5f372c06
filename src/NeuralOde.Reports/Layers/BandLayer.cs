namespace NeuralOde.Reports;

/// <summary>A band between two curves, such as an interval of confidence.</summary>
internal sealed class BandLayer(double[] xs, double[] lower, double[] upper, PaletteColor color) : FigureLayer
{
    private const string Opacity = "0.22";

    public override PaletteColor? OwnColor => color;

    public override bool HasData => AnyPair(xs, lower) && AnyPair(xs, upper);

    public override void Extend(Extent x, Extent y)
    {
        ExtendPairs(xs, lower, x, y);
        ExtendPairs(xs, upper, x, y);
    }

    public override IReadOnlyList<(string What, double[] Xs, double[] Values)> Columns => [($"{Name ?? "band"}, lower", xs, lower), ($"{Name ?? "band"}, upper", xs, upper)];

    public override void Draw(Canvas canvas)
    {
        // A missing edge breaks the band, as it breaks a line.
        double[] complete = xs.Select((x, i) => canvas.Y.Places(lower[i]) && canvas.Y.Places(upper[i]) ? x : double.NaN).ToArray();
        double columns = canvas.Right - canvas.Left;
        var path = new PathData();
        foreach ((List<(double X, double Y)> below, List<(double X, double Y)> above) in LineLayer.Runs(canvas, complete, lower).Zip(LineLayer.Runs(canvas, complete, upper)))
        {
            List<(double X, double Y)> back = Thinning.Line(above, columns);
            back.Reverse();
            LineLayer.Append(path, [.. Thinning.Line(below, columns), .. back]);
            path.ClosePath();
        }
        if (!path.IsEmpty)
        {
            canvas.Out.Empty("path", [("d", path.ToString()), .. Fill(color, Opacity)]).Raw("\n");
        }
    }

    public override LegendEntry? Legend => Name is null ? null : new LegendEntry(Name, "band" + color, (m, x, y) =>
        m.Empty("path", [("d", Box(x, y)), .. Fill(color, Opacity)]));

    public override string Describe() => $"{Quoted("band")} of {xs.Length} points";

    internal static string Box(double x, double y) =>
        new PathData().MoveTo(x + 1, y - 6).LineTo(x + 25, y - 6).LineTo(x + 25, y + 6).LineTo(x + 1, y + 6).ClosePath().ToString();

    internal static (string, string?)[] Fill(PaletteColor color, string? opacity) =>
        [("class", Palette.Class(color)), ("color", Palette.Light(color)), ("fill", "currentColor"), ("stroke", "none"), ("opacity", opacity)];
}
