namespace NeuralOde.Reports;

/// <summary>The bar at the right that says which color means which value.</summary>
internal sealed class ColorBar
{
    private const double BarWidth = 12;
    private const double Gap = 16;
    private readonly Scale _scale;
    private readonly Ticks _ticks;
    private readonly ColorRamp _ramp;
    private readonly string _caption;
    private readonly double _labelWidth;

    public ColorBar(FigureAxis axis, Domain domain, ColorRamp ramp, double top, double height)
    {
        _ramp = ramp;
        _scale = new Scale(domain, top + height, top);
        _ticks = TickChoice.Vertical(axis, _scale);
        _caption = axis.Caption(_ticks.Exponent);
        _labelWidth = _ticks.Marks.Count == 0 ? 0 : _ticks.Marks.Max(t => TextMetrics.Width(t.Label, TickChoice.FontSize));
    }

    /// <summary>Width, with the space between plots and bar.</summary>
    public double Width => Gap + BarWidth + 6 + _labelWidth + (_caption.Length > 0 ? 20 : 0);

    public void Draw(Markup markup, double left)
    {
        left += Gap;
        (double top, double bottom) = (_scale.To, _scale.From);
        double step = (bottom - top) / ColorRamp.Steps;
        markup.Open("g", ("shape-rendering", "crispEdges"));
        for (int i = 0; i < ColorRamp.Steps; i++)
        {
            markup.Empty("rect", ("x", NumberText.Coordinate(left)), ("y", NumberText.Coordinate(bottom - (i + 1) * step)),
                ("width", NumberText.Coordinate(BarWidth)), ("height", NumberText.Coordinate(step + 0.3)), ("fill", _ramp.Step(i)));
        }
        markup.Close();
        foreach (Tick tick in _ticks.Marks)
        {
            SvgText.Draw(markup, tick.Label, left + BarWidth + 6, _scale.At(tick.Value) + 4, TickChoice.FontSize, muted: true);
        }
        SvgText.Draw(markup, _caption, left + BarWidth + 6 + _labelWidth + 15, 0.5 * (top + bottom), 12.5, bottom - top, "middle", upwards: true);
    }
}
