namespace NeuralOde.Reports;

/// <summary>A rectangle of cells colored by their values; a value that is not finite leaves its cell empty.</summary>
internal sealed class HeatLayer(double[,] values, HeatBounds bounds, FigureAxis? colorAxis, ColorRamp? ramp, Func<double, string>? text) : FigureLayer
{
    // Beyond this many cells an embedded image is much smaller than rectangles.
    private const int MostRectangles = 400;

    public override bool IsBackdrop => true;

    public override bool HasData => values.Cast<double>().Any(double.IsFinite);

    public override (FigureAxis Axis, ColorRamp Ramp)? ColorKey => (colorAxis ?? new FigureAxis(), ramp ?? ColorRamp.Amount);

    private int Rows => values.GetLength(0);

    private int ColumnCount => values.GetLength(1);

    public override void Extend(Extent x, Extent y)
    {
        x.AddEdge(bounds.XMin);
        x.AddEdge(bounds.XMax);
        y.AddEdge(bounds.YMin);
        y.AddEdge(bounds.YMax);
    }

    public override void ExtendColor(Extent color)
    {
        foreach (double value in values)
        {
            color.AddEdge(value);
        }
    }

    public override void Draw(Canvas canvas)
    {
        // A logarithmic axis has no place for an edge at or below zero.
        if (canvas.Color is not var (domain, colors) || !canvas.X.Places(bounds.XMin) || !canvas.Y.Places(bounds.YMin))
        {
            return;
        }
        if (values.Length > MostRectangles)
        {
            // Rows of an image run down, rows of a heat map up. A missing cell takes the ramp's lowest color here.
            string uri = Png.DataUri(ColumnCount, Rows, (x, y) => colors.Bytes(Math.Max(0, Place(values[Rows - 1 - y, x]))));
            (double left, double top) = (canvas.X.At(bounds.XMin), canvas.Y.At(bounds.YMax));
            canvas.Out.Empty("image", ("x", NumberText.Coordinate(left)), ("y", NumberText.Coordinate(top)),
                ("width", NumberText.Coordinate(canvas.X.At(bounds.XMax) - left)), ("height", NumberText.Coordinate(canvas.Y.At(bounds.YMin) - top)),
                ("preserveAspectRatio", "none"), ("style", "image-rendering:pixelated"), ("href", uri)).Raw("\n");
            return;
        }
        for (int row = 0; row < Rows; row++)
        {
            for (int column = 0; column < ColumnCount; column++)
            {
                if (Place(values[row, column]) is >= 0 and var place)
                {
                    DrawCell(canvas, row, column, colors, place);
                }
            }
        }
        canvas.Out.Raw("\n");

        double Place(double value) =>
            !double.IsFinite(value) || (domain.IsLogarithmic && value <= 0) ? -1
                : Math.Clamp((domain.Transform(value) - domain.Low) / domain.Span, 0, 1);
    }

    public override string Describe() => $"{Quoted("heat map")} of {Rows} rows and {ColumnCount} columns";

    private void DrawCell(Canvas canvas, int row, int column, ColorRamp colors, double place)
    {
        double left = canvas.X.At(bounds.XMin + column * (bounds.XMax - bounds.XMin) / ColumnCount);
        double right = canvas.X.At(bounds.XMin + (column + 1) * (bounds.XMax - bounds.XMin) / ColumnCount);
        double bottom = canvas.Y.At(bounds.YMin + row * (bounds.YMax - bounds.YMin) / Rows);
        double top = canvas.Y.At(bounds.YMin + (row + 1) * (bounds.YMax - bounds.YMin) / Rows);
        canvas.Out.Empty("rect", ("x", NumberText.Coordinate(Math.Min(left, right))), ("y", NumberText.Coordinate(Math.Min(top, bottom))),
            ("width", NumberText.Coordinate(Math.Abs(right - left))), ("height", NumberText.Coordinate(Math.Abs(bottom - top))),
            ("fill", colors.At(place)), ("shape-rendering", "crispEdges"));
        if (text?.Invoke(values[row, column]) is { Length: > 0 } label && TextMetrics.Width(label, 11) <= Math.Abs(right - left) - 2 && Math.Abs(bottom - top) >= 13)
        {
            canvas.Out.Element("text", label, ("x", NumberText.Coordinate(0.5 * (left + right))), ("y", NumberText.Coordinate(0.5 * (top + bottom) + 4)),
                ("font-size", "11"), ("text-anchor", "middle"), ("fill", colors.IsLight(place) ? "#1f2328" : "#ffffff"));
        }
    }
}
