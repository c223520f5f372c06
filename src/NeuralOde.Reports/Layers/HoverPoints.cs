namespace NeuralOde.Reports;

/// <summary>Places of a picture that tell their values when a pointer rests on them: titles, which need no script.</summary>
internal sealed class HoverPoints(Figure figure, Canvas canvas)
{
    /// <summary>More in one picture would make a page heavy, and nobody could aim at one of them.</summary>
    private const int Most = 500;

    private const double Radius = 5;

    /// <summary>Whether a picture has few enough values to tell them.</summary>
    public static bool AreFew(IEnumerable<Figure> figures) =>
        figures.SelectMany(static x => x.Layers).Where(static x => x.TellsValues).Sum(static x => x.Columns.Sum(static y => y.Xs.Length)) <= Most;

    public void Draw(IReadOnlyList<FigureLayer> layers)
    {
        FigureLayer[] told = [.. layers.Where(static x => x.TellsValues)];
        if (told.Length == 0)
        {
            return;
        }
        canvas.Out.Open("g", ("fill", "transparent"), ("stroke", "none")).Raw("\n");
        foreach (FigureLayer layer in told)
        {
            foreach ((string what, double[] xs, double[] values) in layer.Columns)
            {
                for (int i = 0; i < xs.Length; i++)
                {
                    if (double.IsFinite(xs[i]) && double.IsFinite(values[i]) && canvas.Holds(xs[i], values[i]))
                    {
                        canvas.Out.Open("circle", ("cx", NumberText.Coordinate(canvas.X.At(xs[i]))), ("cy", NumberText.Coordinate(canvas.Y.At(values[i]))),
                            ("r", NumberText.Coordinate(Radius))).Element("title", Text(what, xs[i], values[i])).Close();
                    }
                }
            }
        }
        canvas.Out.Close();
    }

    private string Text(string what, double x, double value)
    {
        string unit = string.IsNullOrEmpty(figure.YAxis.Unit) ? "" : " " + figure.YAxis.Unit;
        string place = figure.XAxis.Label.Length > 0 ? $"{figure.XAxis.Label} {figure.XAxis.Text(x)}" : figure.XAxis.Text(x);
        return $"{place}: {value.ToString("G6", CultureInfo.InvariantCulture)}{unit}{(what.Length > 0 ? $" ({what})" : "")}";
    }
}
