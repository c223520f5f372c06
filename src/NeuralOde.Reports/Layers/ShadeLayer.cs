namespace NeuralOde.Reports;

/// <summary>A shaded stretch of the horizontal axis, such as held-out times; its name stands in the legend, where it hides nothing.</summary>
internal sealed class ShadeLayer(double from, double to) : FigureLayer
{
    private const string Opacity = "0.13";

    public override bool IsBackdrop => true;

    public override bool HasData => double.IsFinite(from) || double.IsFinite(to);

    // Infinite ends reach to the axis's end, whatever it is.
    public override void Extend(Extent x, Extent y)
    {
        x.Add(from);
        x.Add(to);
    }

    public override void Draw(Canvas canvas)
    {
        (double left, double right) = (Edge(Math.Min(from, to)), Edge(Math.Max(from, to)));
        if (!(right > left))
        {
            return;
        }
        canvas.Out.Empty("path", [("d", Rectangle(left, canvas.Top, right, canvas.Bottom)), .. BandLayer.Fill(PaletteColor.Gray, Opacity)]);
        var edges = new PathData();
        foreach (double x in (double[])[left, right])
        {
            if (x > canvas.Left + 0.5 && x < canvas.Right - 0.5)
            {
                edges.MoveTo(x, canvas.Top).LineTo(x, canvas.Bottom);
            }
        }
        if (!edges.IsEmpty)
        {
            canvas.Out.Empty("path", [("d", edges.ToString()), .. EdgeStyle.Attributes()]);
        }
        canvas.Out.Raw("\n");

        double Edge(double value) =>
            double.IsNaN(value) || !(canvas.X.Places(value) || double.IsInfinity(value)) ? canvas.Left
                : double.IsInfinity(value) ? (value < 0 ? canvas.Left : canvas.Right)
                : Math.Clamp(canvas.X.At(value), canvas.Left, canvas.Right);
    }

    public override LegendEntry? Legend => Name is null ? null : new LegendEntry(Name, "shade", (m, x, y) =>
    {
        m.Empty("path", [("d", BandLayer.Box(x, y)), .. BandLayer.Fill(PaletteColor.Gray, "0.2")]);
        m.Empty("path", [("d", new PathData().MoveTo(x + 1, y - 6).LineTo(x + 1, y + 6).ToString()), .. EdgeStyle.Attributes()]);
    });

    public override string Describe() => $"{Quoted("shaded region")} from {NumberText.Short(from, 4)} to {NumberText.Short(to, 4)}";

    private static LineStyle EdgeStyle { get; } = new() { Color = PaletteColor.Gray, Width = 1, Dash = LineDash.Dashed };

    private static string Rectangle(double left, double top, double right, double bottom) =>
        new PathData().MoveTo(left, top).LineTo(right, top).LineTo(right, bottom).LineTo(left, bottom).ClosePath().ToString();
}
