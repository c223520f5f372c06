namespace NeuralOde.Reports;

/// <summary>Draws one panel in its place: backdrop, grid, layers, axes with their tick labels.</summary>
internal sealed class PanelDrawing(Figure figure, PanelAxes axes, Canvas canvas)
{
    private const double TickLength = 4;


    public void Draw(bool labelsX, bool labelsY)
    {
        ValueList<FigureLayer> layers = figure.Layers;
        DrawAll([.. layers.Where(l => l.IsBackdrop)]);
        DrawGrid();
        DrawLayers([.. layers.Where(l => !l.IsBackdrop)]);
        DrawAxes(labelsX, labelsY);
        if (canvas.TellsValues)
        {
            new HoverPoints(figure, canvas).Draw(layers);
        }
        if (!layers.Any(l => l.HasData))
        {
            SvgText.Draw(canvas.Out, "No data", 0.5 * (canvas.Left + canvas.Right), 0.5 * (canvas.Top + canvas.Bottom) + 4, 13, canvas.Right - canvas.Left, "middle", muted: true);
        }
    }

    /// <summary>Draws layers over what is there, cut off at the plot's edges.</summary>
    public void DrawLayers(IReadOnlyList<FigureLayer> layers) => DrawAll(layers);

    private void DrawAll(IReadOnlyList<FigureLayer> layers)
    {
        (int bars, int bar) = (layers.Count(l => l is BarsLayer), 0);
        for (int i = 0; i < layers.Count;)
        {
            // Neighbors that are cut off share a nested svg element, which needs no name as a clip path would.
            bool clipped = layers[i].IsClipped;
            if (clipped)
            {
                (string x, string y) = (NumberText.Coordinate(canvas.Left), NumberText.Coordinate(canvas.Top));
                (string w, string h) = (NumberText.Coordinate(canvas.Right - canvas.Left), NumberText.Coordinate(canvas.Bottom - canvas.Top));
                canvas.Out.Open("svg", ("x", x), ("y", y), ("width", w), ("height", h), ("viewBox", $"{x} {y} {w} {h}")).Raw("\n");
            }
            for (; i < layers.Count && layers[i].IsClipped == clipped; i++)
            {
                layers[i].Draw(layers[i] is BarsLayer ? canvas with { BarIndex = bar++, BarCount = bars } : canvas);
            }
            if (clipped)
            {
                canvas.Out.Close();
            }
        }
    }

    private void DrawGrid()
    {
        var grid = new PathData();
        foreach (Tick tick in axes.XTicks.Marks)
        {
            grid.MoveTo(canvas.X.At(tick.Value), canvas.Bottom).LineTo(canvas.X.At(tick.Value), canvas.Top);
        }
        foreach (Tick tick in axes.YTicks.Marks)
        {
            grid.MoveTo(canvas.Left, canvas.Y.At(tick.Value)).LineTo(canvas.Right, canvas.Y.At(tick.Value));
        }
        // A heat map hides the grid anyway, and cells read better without lines.
        if (!grid.IsEmpty && !figure.Layers.Any(l => l is HeatLayer))
        {
            canvas.Out.Empty("path", ("d", grid.ToString()), ("class", "grd"), ("stroke", SvgText.Grid), ("fill", "none")).Raw("\n");
        }
    }

    private void DrawAxes(bool labelsX, bool labelsY)
    {
        Markup markup = canvas.Out;
        PathData line = new PathData().MoveTo(canvas.Left, canvas.Top).LineTo(canvas.Left, canvas.Bottom).LineTo(canvas.Right, canvas.Bottom);
        foreach (Tick tick in axes.XTicks.Marks)
        {
            line.MoveTo(canvas.X.At(tick.Value), canvas.Bottom).LineTo(canvas.X.At(tick.Value), canvas.Bottom + TickLength);
        }
        foreach (Tick tick in axes.YTicks.Marks)
        {
            line.MoveTo(canvas.Left, canvas.Y.At(tick.Value)).LineTo(canvas.Left - TickLength, canvas.Y.At(tick.Value));
        }
        markup.Empty("path", ("d", line.ToString()), ("class", "axs"), ("stroke", SvgText.AxisLine), ("fill", "none")).Raw("\n");
        if (labelsX)
        {
            OpenLabels("middle");
            foreach (Tick tick in axes.XTicks.Marks)
            {
                markup.Element("text", tick.Label, ("x", NumberText.Coordinate(canvas.X.At(tick.Value))), ("y", NumberText.Coordinate(canvas.Bottom + 17)));
            }
            markup.Close();
        }
        if (labelsY)
        {
            OpenLabels("end");
            foreach (Tick tick in axes.YTicks.Marks)
            {
                markup.Element("text", TextMetrics.Ellipsis(tick.Label, TickChoice.FontSize, PanelAxes.MostLabelWidth),
                    ("x", NumberText.Coordinate(canvas.Left - 7)), ("y", NumberText.Coordinate(canvas.Y.At(tick.Value) + 4)));
            }
            markup.Close();
        }
    }

    private void OpenLabels(string anchor) =>
        canvas.Out.Open("g", ("class", "mut"), ("fill", SvgText.Muted), ("font-size", NumberText.Coordinate(TickChoice.FontSize)), ("text-anchor", anchor));
}
