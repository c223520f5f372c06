namespace NeuralOde.Reports;

/// <summary>The ranges and ticks chosen for one panel.</summary>
internal sealed class PanelAxes(Figure figure)
{
    private const double AxisNameWidth = 21;
    private const double MostUnequal = 50;
    private Domain _x;
    private Domain _y;

    public Ticks XTicks { get; private set; } = Ticks.None;

    public Ticks YTicks { get; private set; } = Ticks.None;

    public string XCaption => figure.XAxis.Caption(XTicks.Exponent, XTicks.Note);

    public string YCaption => figure.YAxis.Caption(YTicks.Exponent, YTicks.Note);

    /// <summary>Room at the left of the plot for tick labels and the axis's name, and for half of the first label below.</summary>
    public double LeftMargin { get; private set; }

    /// <summary>Half of the first label below, where it reaches to the left of the plot.</summary>
    public double LeftReach { get; private set; }

    /// <summary>Room at the right of the plot for half of the last label below.</summary>
    public double RightMargin { get; private set; }

    public Scale XScale(double from, double length) => new(_x, from, from + length);

    public Scale YScale(double top, double length) => new(_y, top + length, top);

    public void Choose(Domain horizontal, Domain vertical, double width, double height, bool equalAspect)
    {
        (_x, _y) = (horizontal, vertical);
        if (equalAspect && CanBeEqual(_x, _y))
        {
            double unit = Math.Max(_x.Span / width, _y.Span / height);
            (_x, _y) = (_x.Widened(unit * width), _y.Widened(unit * height));
        }
        (Scale xScale, Scale yScale) = (XScale(0, width), YScale(0, height));
        (XTicks, YTicks) = (TickChoice.Horizontal(figure.XAxis, xScale), TickChoice.Vertical(figure.YAxis, yScale));
        double labels = YTicks.Marks.Count == 0 ? 0 : YTicks.Marks.Max(t => Width(t.Label));
        double before = XTicks.Marks.Count == 0 ? 0 : XTicks.Marks.Max(t => 0.5 * Width(t.Label) - xScale.At(t.Value));
        double after = XTicks.Marks.Count == 0 ? 0 : XTicks.Marks.Max(t => xScale.At(t.Value) + 0.5 * Width(t.Label) - width);
        // A long category may take a third of the width; the rest of it is cut.
        LeftReach = Math.Clamp(before, 0, 60);
        LeftMargin = Math.Max(Math.Min(labels, MostLabelWidth) + 9 + (YCaption.Length > 0 ? AxisNameWidth : 0), LeftReach);
        RightMargin = Math.Max(6, Math.Min(after, 60));
    }

    /// <summary>Whether equal units make sense: on linear axes whose ranges are not so unlike that one would shrink to a line.</summary>
    public static bool CanBeEqual(Domain x, Domain y) => !x.IsLogarithmic && !y.IsLogarithmic && x.Span / y.Span is >= 1 / MostUnequal and <= MostUnequal;

    /// <summary>The widest label beside a vertical axis.</summary>
    public const double MostLabelWidth = 120;

    private static double Width(string label) => TextMetrics.Width(label, TickChoice.FontSize);
}
