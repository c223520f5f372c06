namespace NeuralOde.Reports;

/// <summary>The bar at the right that says which color means which value.</summary>
internal sealed class ColorBar
{
    private const double BarWidth = 12;
    private const double Gap = 16;
    private readonly Scale scale;
    private readonly Ticks ticks;
    private readonly ColorRamp ramp;
    private readonly string caption;
    private readonly double labelWidth;

    public ColorBar(FigureAxis axis, Domain domain, ColorRamp ramp, double top, double height)
    {
        this.ramp = ramp;
        scale = new Scale(domain, top + height, top);
        ticks = TickChoice.Vertical(axis, scale);
        caption = axis.Caption(ticks.Exponent);
        labelWidth = ticks.Marks.Count == 0 ? 0 : ticks.Marks.Max(t => TextMetrics.Width(t.Label, TickChoice.FontSize));
    }

    /// <summary>Width, with the space between plots and bar.</summary>
    public double Width => Gap + BarWidth + 6 + labelWidth + (caption.Length > 0 ? 20 : 0);

    public void Draw(Markup markup, double left)
    {
        left += Gap;
        var (top, bottom) = (scale.To, scale.From);
        var step = (bottom - top) / ColorRamp.Steps;
        markup.Open("g", ("shape-rendering", "crispEdges"));
        for (var i = 0; i < ColorRamp.Steps; i++)
        {
            markup.Empty("rect", ("x", NumberText.Coordinate(left)), ("y", NumberText.Coordinate(bottom - (i + 1) * step)),
                ("width", NumberText.Coordinate(BarWidth)), ("height", NumberText.Coordinate(step + 0.3)), ("fill", ramp.Step(i)));
        }
        markup.Close();
        foreach (var tick in ticks.Marks)
        {
            SvgText.Draw(markup, tick.Label, left + BarWidth + 6, scale.At(tick.Value) + 4, TickChoice.FontSize, muted: true);
        }
        SvgText.Draw(markup, caption, left + BarWidth + 6 + labelWidth + 15, 0.5 * (top + bottom), 12.5, bottom - top, "middle", upwards: true);
    }
}
