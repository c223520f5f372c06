namespace NeuralOde.Reports;

/// <summary>A straight line across the plot at one value, such as a published result.</summary>
internal sealed class RuleLayer(double value, bool vertical, LineStyle style) : FigureLayer
{
    public override bool HasData => double.IsFinite(value);

    public override void Extend(Extent x, Extent y) => (vertical ? x : y).Add(value);

    public override void Draw(Canvas canvas)
    {
        if (!(vertical ? canvas.X : canvas.Y).Holds(value))
        {
            return;
        }
        var path = new PathData();
        if (vertical)
        {
            path.MoveTo(canvas.X.At(value), canvas.Bottom).LineTo(canvas.X.At(value), canvas.Top);
        }
        else
        {
            path.MoveTo(canvas.Left, canvas.Y.At(value)).LineTo(canvas.Right, canvas.Y.At(value));
        }
        canvas.Out.Empty("path", [("d", path.ToString()), .. style.Attributes()]).Raw("\n");
    }

    public override LegendEntry? Legend => Name is null ? null : new LegendEntry(Name, style.ToString() + vertical, (m, x, y) =>
        m.Empty("path", [("d", new PathData().MoveTo(x, y).LineTo(x + LegendEntry.SwatchWidth, y).ToString()), .. style.Attributes()]));

    public override string Describe() => $"{Quoted(vertical ? "vertical line" : "horizontal line")} at {NumberText.Short(value, 4)}";
}
