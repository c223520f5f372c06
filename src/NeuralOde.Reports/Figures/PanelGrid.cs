namespace NeuralOde.Reports;

/// <summary>
/// Figures side by side and above one another in one picture, with one legend and one color bar: components of a state stacked on a
/// shared time axis, many series, or frames of a film. Each panel's title is its figure's.
/// </summary>
public sealed record PanelGrid : Drawing
{
    private readonly double _panelHeight = 150;

    /// <summary>The figures, row by row. Their own widths, heights and captions do not count here.</summary>
    public IReadOnlyList<Figure> Panels { get; init => field = ValueList.From(value); } = ValueList.Of<Figure>();

    /// <summary>Most columns.</summary>
    /// <value>Default 1: a stack. Fewer are used where panels would become narrower than <see cref="MinPanelWidth"/>.</value>
    public int Columns { get; init; } = 1;

    /// <summary>The narrowest panel in pixels, axis included.</summary>
    /// <value>Default 180.</value>
    public double MinPanelWidth { get; init; } = 180;

    /// <summary>Height of each plot in pixels, without titles and labels.</summary>
    /// <value>Default 150; at least 30.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 30 or above 5,000, or NaN.</exception>
    public double PanelHeight
    {
        get => _panelHeight;
        init => _panelHeight = value is >= 30 and <= 5_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A panel's height must be within 30 to 5,000 pixels.");
    }

    /// <summary>Whether all panels show the same horizontal range, and only the lowest of a column labels it.</summary>
    /// <value>Default true.</value>
    public bool SharedX { get; init; } = true;

    /// <summary>Whether all panels show the same vertical range, and only the first of a row labels it.</summary>
    /// <value>Default false.</value>
    public bool SharedY { get; init; }

    /// <summary>Most panels drawn; a note says how many are left out.</summary>
    /// <value>Default 24.</value>
    public int MaxPanels { get; init; } = 24;

    /// <summary>Splits a grid of many panels: the first ones are seen, the others open with a click, page by page.</summary>
    /// <param name="panels">How many panels a page has; at least 1.</param>
    /// <returns>The grid where it is short enough, or its pages.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="panels"/> is below 1.</exception>
    public IReadOnlyList<ReportBlock> ToPages(int panels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(panels, 1);
        if (Panels.Count <= panels)
        {
            return [this with { MaxPanels = panels }];
        }
        List<ReportBlock> blocks = [this with { Panels = [.. Panels.Take(panels)], MaxPanels = panels, Caption = null }];
        for (int first = panels; first < Panels.Count; first += panels)
        {
            int count = Math.Min(panels, Panels.Count - first);
            string names = $"{first + 1} to {first + count} of {Panels.Count}: {Panels[first].Title} to {Panels[first + count - 1].Title}";
            blocks.Add(new Collapsible(names, this with { Title = null, Caption = null, Panels = [.. Panels.Skip(first).Take(count)], MaxPanels = panels }));
        }
        if (!string.IsNullOrEmpty(Caption))
        {
            blocks.Add(new ReportParagraph(Caption));
        }
        return blocks;
    }

    internal override IReadOnlyList<Figure> Sources => [.. Panels];

    internal override void Draw(Markup markup, double drawnWidth, string id, bool standalone)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPanels, 1);
        int fitting = Math.Max(1, (int)(drawnWidth / Math.Max(1, MinPanelWidth)));
        Figure[] shown = Panels.Take(MaxPanels).ToArray();
        new PanelLayout(drawnWidth, shown.Length == 0 ? [new Figure()] : shown, this)
        {
            Columns = Math.Max(1, Math.Min(Math.Min(Columns, fitting), shown.Length)),
            PlotHeight = PanelHeight,
            SharedX = SharedX,
            SharedY = SharedY,
            HasPanelTitles = shown.Any(p => !string.IsNullOrEmpty(p.Title)),
            Note = Panels.Count > shown.Length ? $"{Panels.Count - shown.Length} of {Panels.Count} panels are not shown." : null,
        }.Draw(markup, id, standalone);
    }
}
