namespace NeuralOde.Reports;

/// <summary>A legend's entry: a name, and a swatch of 26 by 12 drawn from a left middle point.</summary>
/// <param name="Name">The text.</param>
/// <param name="Key">Tells entries that look alike from others: entries with one name and key are shown once.</param>
/// <param name="DrawSwatch">Draws, given the place of the swatch's left middle.</param>
internal sealed record LegendEntry(string Name, string Key, Action<Markup, double, double> DrawSwatch)
{
    public const double SwatchWidth = 26;
}
