namespace NeuralOde.Reports;

/// <summary>
/// Finds places for panels, their axes, the legend and the color bar, and draws them. Every piece of text gets a place of its own
/// outside the plots, so that none can cover data or other text.
/// </summary>
internal sealed class PanelLayout(double width, IReadOnlyList<Figure> panels, Drawing owner)
{
    private const double Pad = 10;
    private const double TitleSize = 15;
    private const double TitleLine = 20;
    private const double PanelTitleHeight = 20;
    private const double TickLabelHeight = 20;
    private const double AxisNameHeight = 20;
    private const double ColumnGap = 14;
    private const double RowGap = 12;
    private readonly PanelAxes[] _axes = [.. panels.Select(p => new PanelAxes(p))];
    private double _left = 30;
    private double _right = 8;
    private double _gap = ColumnGap;
    private double _plotWidth;

    public int Columns { get; init; } = 1;

    /// <summary>Height of each plot, unless <see cref="TotalHeight"/> decides it.</summary>
    public double PlotHeight { get; set; } = 150;

    /// <summary>Height of the whole picture, for one panel.</summary>
    public double? TotalHeight { get; init; }

    public bool SharedX { get; init; }

    public bool SharedY { get; init; }

    public bool HasPanelTitles { get; init; }

    public string? Note { get; init; }

    /// <summary>Frames drawn over the only panel, one at a time.</summary>
    public IReadOnlyList<(string Label, Figure Figure)> Frames { get; init; } = [];

    /// <summary>Our own style sheet for a document of its own; null for none.</summary>
    public string? Style { get; init; }

    private int Rows => (panels.Count + Columns - 1) / Columns;

    private double ColumnStep => _plotWidth + _gap + (SharedY ? 0 : _left + _right);

    private double RowHeight => (HasPanelTitles ? PanelTitleHeight : 0) + PlotHeight + RowGap + (SharedX ? 0 : BottomHeight);

    private double PlotsHeight => (Rows - 1) * RowHeight + PlotHeight;

    private double BottomHeight => TickLabelHeight + (panels.Any(p => Caption(p.XAxis).Length > 0) ? AxisNameHeight : 0);

    public void Draw(Markup markup, string id, bool standalone)
    {
        IReadOnlyList<string> titles = string.IsNullOrEmpty(owner.Title) ? [] : TextMetrics.Wrap(owner.Title, TitleSize * TextMetrics.Bold, width - 2 * Pad, 3);
        var legend = new Legend(AllFigures().SelectMany(f => f.Layers).Select(l => l.Legend).OfType<LegendEntry>(), width - 2 * Pad);
        double legendTop = Pad + titles.Count * TitleLine + (titles.Count > 0 ? 4 : 0);
        double framesTop = legendTop + legend.Height;
        double top = framesTop + (Frames.Count > 0 ? 23 : 0) + (HasPanelTitles ? 0 : 6);
        if (TotalHeight is double total)
        {
            PlotHeight = Math.Max(80, total - top - BottomHeight - Pad);
        }
        (FigureAxis Axis, Domain Domain, ColorRamp Ramp)? color = Color();
        ColorBar? bar = Place(color, top);
        double end = top + Rows * RowHeight - RowGap + (SharedX ? BottomHeight : 0);
        double height = end + (Note is null ? 0 : 22) + Pad;

        SvgText.OpenRoot(markup, width, height, id, Name(), owner.Description ?? Describe(), standalone);
        if (Style is not null)
        {
            markup.Open("style").Raw(Style).Close();
        }
        for (int i = 0; i < titles.Count; i++)
        {
            SvgText.Draw(markup, titles[i], Pad, Pad + 14 + i * TitleLine, TitleSize, bold: true);
        }
        legend.Draw(markup, Pad, legendTop);
        // One name for all panels where they share an axis and its name.
        bool commonX = SharedX && _axes.All(a => a.XCaption == _axes[0].XCaption);
        bool commonY = SharedY && _axes.All(a => a.YCaption == _axes[0].YCaption);
        // A telephone has no pointer.
        bool tellsValues = width > ReportContext.NarrowWidth && HoverPoints.AreFew(AllFigures());
        double plotsWidth = (Columns - 1) * ColumnStep + _plotWidth;
        if (commonX)
        {
            DrawXName(markup, _axes[0], Pad + _left + 0.5 * plotsWidth, end - BottomHeight, plotsWidth);
        }
        if (commonY)
        {
            DrawYName(markup, _axes[0], Pad + _left, PlotsTop(top) + 0.5 * PlotsHeight, PlotsHeight);
        }
        for (int i = 0; i < panels.Count; i++)
        {
            (int row, int column) = Math.DivRem(i, Columns);
            double x = Pad + _left + column * ColumnStep;
            double y = top + row * RowHeight + (HasPanelTitles ? PanelTitleHeight : 0);
            var canvas = new Canvas(markup, _axes[i].XScale(x, _plotWidth), _axes[i].YScale(y, PlotHeight))
            {
                Color = color is var (_, domain, ramp) ? (domain, ramp) : null,
                TellsValues = tellsValues,
            };
            if (HasPanelTitles)
            {
                SvgText.Draw(markup, panels[i].Title ?? "", x, y - 6, 12.5, _plotWidth + _right, bold: true);
            }
            var drawing = new PanelDrawing(panels[i], _axes[i], canvas);
            drawing.Draw(labelsX: !SharedX || i + Columns >= panels.Count, labelsY: !SharedY || column == 0);
            if (!commonX && (!SharedX || i + Columns >= panels.Count))
            {
                DrawXName(markup, _axes[i], x + 0.5 * _plotWidth, y + PlotHeight, _plotWidth);
            }
            if (!commonY && (!SharedY || column == 0))
            {
                DrawYName(markup, _axes[i], x, y + 0.5 * PlotHeight, PlotHeight);
            }
            if (Frames.Count > 0)
            {
                DrawFrames(markup, drawing, framesTop, standalone);
            }
        }
        bar?.Draw(markup, width - Pad - bar.Width);
        if (Note is not null)
        {
            SvgText.Draw(markup, Note, Pad, height - Pad - 4, 12, width - 2 * Pad, muted: true);
        }
        markup.Close();
    }

    // Margins depend on tick labels, tick labels on the plot's size, and that on the margins: a few rounds settle it.
    private ColorBar? Place((FigureAxis Axis, Domain Domain, ColorRamp Ramp)? color, double top)
    {
        ColorBar? bar = null;
        double mostHeight = PlotHeight;
        (Domain[] x, Domain[] y) = (Domains(horizontal: true), Domains(horizontal: false));
        for (int round = 0; round < 4; round++)
        {
            bar = color is var (axis, colorDomain, ramp) ? new ColorBar(axis, colorDomain, ramp, PlotsTop(top), Rows == 1 ? PlotHeight : Math.Min(PlotsHeight, 400)) : null;
            double room = width - 2 * Pad - (bar?.Width ?? 0) - (Columns - 1) * _gap;
            double margins = SharedY ? _left + _right : Columns * (_left + _right);
            _plotWidth = Math.Max(40, (room - margins) / Columns);
            if (Enumerable.Range(0, panels.Count).All(i => panels[i].EqualAspect && PanelAxes.CanBeEqual(x[i], y[i])))
            {
                // Equal units decide the height where the panels are narrow: a taller plot would only show empty space.
                PlotHeight = Math.Clamp(_plotWidth * Enumerable.Range(0, panels.Count).Max(i => y[i].Span / x[i].Span), Math.Min(60, mostHeight), mostHeight);
            }
            (double nextLeft, double nextRight, double nextGap) = (_left, _right, _gap);
            for (int i = 0; i < panels.Count; i++)
            {
                _axes[i].Choose(x[i], y[i], _plotWidth, PlotHeight, panels[i].EqualAspect);
                nextLeft = Math.Max(nextLeft, _axes[i].LeftMargin);
                nextRight = Math.Max(nextRight, _axes[i].RightMargin);
            }
            // Between plots without labels of their own, the last label of one and the first of the next, which may be another panel's, must both fit.
            nextGap = Math.Max(nextGap, SharedY ? _axes.Max(static a => a.LeftReach) + _axes.Max(static a => a.RightMargin) + 8 : 0);
            (_left, _right, _gap) = (Math.Ceiling(nextLeft), Math.Ceiling(nextRight), Math.Ceiling(nextGap));
        }
        return bar;
    }

    private Domain[] Domains(bool horizontal)
    {
        bool shared = horizontal ? SharedX : SharedY;
        Extent[] extents = panels.Select(p => new Extent(horizontal ? p.XAxis : p.YAxis)).ToArray();
        for (int i = 0; i < panels.Count; i++)
        {
            Extent extent = extents[shared ? 0 : i];
            foreach (Figure figure in Frames.Select(f => f.Figure).Prepend(panels[i]))
            {
                foreach (FigureLayer layer in figure.Layers)
                {
                    layer.Extend(horizontal ? extent : new Extent(panels[i].XAxis), horizontal ? new Extent(panels[i].YAxis) : extent);
                }
            }
            extent.AddCategories();
        }
        double margin = horizontal ? 0.025 : 0.05;
        return [.. Enumerable.Range(0, panels.Count).Select(i => extents[shared ? 0 : i].ToDomain(margin))];
    }

    private (FigureAxis Axis, Domain Domain, ColorRamp Ramp)? Color()
    {
        FigureLayer[] layers = AllFigures().SelectMany(f => f.Layers).ToArray();
        if (layers.Select(l => l.ColorKey).FirstOrDefault(k => k is not null) is not var (axis, ramp))
        {
            return null;
        }
        var extent = new Extent(axis);
        foreach (FigureLayer layer in layers)
        {
            layer.ExtendColor(extent);
        }
        return (axis, extent.ToDomain(margin: 0), ramp);
    }

    private static void DrawXName(Markup markup, PanelAxes axes, double middle, double plotBottom, double room) =>
        SvgText.Draw(markup, axes.XCaption, middle, plotBottom + 36, 12.5, room, "middle");

    private void DrawYName(Markup markup, PanelAxes axes, double plotLeft, double middle, double room) =>
        SvgText.Draw(markup, axes.YCaption, plotLeft - _left + 11, middle, 12.5, room, "middle", upwards: true);

    private void DrawFrames(Markup markup, PanelDrawing drawing, double top, bool standalone)
    {
        markup.Open("g", ("class", "frames")).Raw("\n");
        for (int k = 0; k < Frames.Count; k++)
        {
            // The last frame is what shows where nothing moves: on paper, and for readers who want less motion.
            markup.Open("g", ("class", "frame"), ("opacity", standalone && k < Frames.Count - 1 ? "0" : null));
            SvgText.Draw(markup, Frames[k].Label, Pad, top + 13, 12.5, width - 2 * Pad, bold: true);
            drawing.DrawLayers(Frames[k].Figure.Layers);
            markup.Close();
        }
        markup.Close();
    }

    private IEnumerable<Figure> AllFigures() => panels.Concat(Frames.Select(f => f.Figure));

    private double PlotsTop(double top) => top + (HasPanelTitles ? PanelTitleHeight : 0);

    private static string Caption(FigureAxis axis) => axis.Caption(exponent: 3);

    private string Name() =>
        !string.IsNullOrEmpty(owner.Title) ? owner.Title : panels[0] is { Title.Length: > 0 } named ? named.Title
            : (panels[0].YAxis.Label, panels[0].XAxis.Label) is ({ Length: > 0 } y, { Length: > 0 } x) ? $"{y} against {x}" : "Figure";

    private string Describe()
    {
        IEnumerable<string> parts = panels.Take(12).Select(p => (panels.Count > 1 && p.Title is { Length: > 0 } title ? title + ": " : "") + p.Describe());
        string frames = Frames.Count == 0 ? "" : $" {Frames.Count} frames, from \"{Frames[0].Label}\" to \"{Frames[^1].Label}\": {Frames[^1].Figure.Describe()}";
        return string.Join(" ", parts) + (panels.Count > 12 ? $" And {panels.Count - 12} more panels." : "") + frames + (Note is null ? "" : " " + Note);
    }
}
