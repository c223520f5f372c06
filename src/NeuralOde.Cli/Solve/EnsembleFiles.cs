using NeuralOde.Equations.Fitting;
using NeuralOde.Series.Tables;

namespace NeuralOde.Cli.Solve;

/// <summary>The table and the picture of ensembles.</summary>
internal static class EnsembleFiles
{
    public static void Write(CommandContext context, string? output, string? plot, IReadOnlyList<(string Series, SolutionEnsemble Ensemble)> ensembles)
    {
        if (output is not null)
        {
            OutputFiles.Write(context, "table", output, path => AtomicFile.WriteText(path, text => Table(text, ensembles)));
        }
        else if (plot is null)
        {
            Table(context.Out, ensembles);
        }

        OutputFiles.Write(context, "picture", plot, path => Picture(ensembles).Save(path));
    }

    private static void Table(TextWriter text, IReadOnlyList<(string Series, SolutionEnsemble Ensemble)> ensembles)
    {
        bool hasSeries = ensembles.Any(static x => x.Series.Length > 0);
        IReadOnlyList<string> columns = ensembles[0].Ensemble.Center.Columns;
        var csv = new CsvWriter(text, [.. hasSeries ? (string[])["series"] : [], "t", .. columns.SelectMany(static x => (string[])[x, $"{x} lower", $"{x} upper"])]);
        foreach ((string series, SolutionEnsemble x) in ensembles)
        {
            for (int i = 0; i < x.Center.Times.Count; i++)
            {
                _ = hasSeries ? csv.Add(series) : csv;
                csv.Add(x.Center.Times[i]);
                for (int k = 0; k < columns.Count; k++)
                {
                    csv.Add(x.Center.Values[k][i]).Add(x.Lower[k][i]).Add(x.Upper[k][i]);
                }

                csv.EndRow();
            }
        }
    }

    private static PanelGrid Picture(IReadOnlyList<(string Series, SolutionEnsemble Ensemble)> ensembles)
    {
        const int MostPanels = 48;
        List<Figure> panels = [];
        foreach ((string series, SolutionEnsemble x) in ensembles)
        {
            for (int k = 0; k < x.Center.Columns.Count && panels.Count < MostPanels; k++)
            {
                panels.Add(new Figure { Title = series.Length > 0 ? series : null, XAxis = new FigureAxis("t"), YAxis = new FigureAxis(x.Center.Columns[k]) }
                    .Band(x.Center.Times, x.Lower[k], x.Upper[k], null, PaletteColor.SkyBlue)
                    .Line(x.Center.Times, x.Center.Values[k]));
            }
        }

        return new PanelGrid { Panels = panels, Columns = Math.Min(2, panels.Count), SharedX = false };
    }
}
