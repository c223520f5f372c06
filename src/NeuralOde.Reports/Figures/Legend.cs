namespace NeuralOde.Reports;

/// <summary>The legend above the plots: rows of swatches with names, wrapped to the width.</summary>
internal sealed class Legend
{
    public const double RowHeight = 20;
    private const double FontSize = 12.5;
    private const double ItemGap = 18;
    private readonly List<List<(LegendEntry Entry, double X, double Room)>> _rows = [];

    public Legend(IEnumerable<LegendEntry> entries, double width)
    {
        double x = 0.0;
        foreach (LegendEntry entry in entries.DistinctBy(e => (e.Name, e.Key)))
        {
            double room = Math.Min(TextMetrics.Width(entry.Name, FontSize) + 1, Math.Max(20, width - LegendEntry.SwatchWidth - 6));
            double length = LegendEntry.SwatchWidth + 6 + room;
            if (_rows.Count == 0 || x + length > width)
            {
                _rows.Add([]);
                x = 0;
            }
            _rows[^1].Add((entry, x, room));
            x += length + ItemGap;
        }
    }

    /// <summary>Height, with the space below it.</summary>
    public double Height => _rows.Count == 0 ? 0 : _rows.Count * RowHeight + 4;

    public void Draw(Markup markup, double left, double top)
    {
        for (int row = 0; row < _rows.Count; row++)
        {
            double middle = top + row * RowHeight + 0.5 * RowHeight;
            foreach ((LegendEntry entry, double x, double room) in _rows[row])
            {
                entry.DrawSwatch(markup, left + x, middle);
                SvgText.Draw(markup, entry.Name, left + x + LegendEntry.SwatchWidth + 6, middle + 4.2, FontSize, room);
            }
        }
    }
}
