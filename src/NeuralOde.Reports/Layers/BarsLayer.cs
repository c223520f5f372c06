namespace NeuralOde.Reports;

/// <summary>Bars from zero (on a logarithmic axis from its lower end); bars of several layers stand side by side.</summary>
internal sealed class BarsLayer(double[] xs, double[] heights, PaletteColor color) : FigureLayer
{
    public override PaletteColor? OwnColor => color;

    public override bool HasData => AnyPair(xs, heights);

    public override void Extend(Extent x, Extent y)
    {
        double half = 0.5 * Spacing();
        for (int i = 0; i < xs.Length; i++)
        {
            if (double.IsFinite(xs[i]) && double.IsFinite(heights[i]))
            {
                x.AddEdge(xs[i] - half);
                x.AddEdge(xs[i] + half);
                y.Add(heights[i]);
            }
        }
        y.AddEdge(0);
    }

    public override IReadOnlyList<(string What, double[] Xs, double[] Values)> Columns => [(Name ?? "bars", xs, heights)];

    public override bool TellsValues => true;

    public override void Draw(Canvas canvas)
    {
        double slot = 0.8 * Spacing() / canvas.BarCount;
        var path = new PathData();
        double foot = canvas.Y.Places(0) ? canvas.Y.At(0) : canvas.Bottom;
        for (int i = 0; i < xs.Length; i++)
        {
            double start = xs[i] - 0.4 * Spacing() + slot * canvas.BarIndex;
            if (canvas.X.Places(start) && canvas.X.Places(start + slot) && canvas.Y.Places(heights[i]))
            {
                (double left, double right, double top) = (canvas.X.At(start + 0.04 * slot), canvas.X.At(start + 0.96 * slot), canvas.Y.At(heights[i]));
                path.MoveTo(left, foot).LineTo(left, top).LineTo(right, top).LineTo(right, foot).ClosePath();
            }
        }
        if (!path.IsEmpty)
        {
            canvas.Out.Empty("path", [("d", path.ToString()), .. BandLayer.Fill(color, null)]).Raw("\n");
        }
    }

    public override LegendEntry? Legend => Name is null ? null : new LegendEntry(Name, "bars" + color, (m, x, y) =>
        m.Empty("path", [("d", BandLayer.Box(x, y)), .. BandLayer.Fill(color, null)]));

    public override string Describe() => $"{xs.Length} bars{(Name is null ? "" : $" \"{Name}\"")}";

    // The smallest distance between two bars.
    private double Spacing()
    {
        double[] sorted = xs.Where(double.IsFinite).Distinct().Order().ToArray();
        return sorted.Length < 2 ? 1 : sorted.Zip(sorted.Skip(1), (a, b) => b - a).Min();
    }
}
