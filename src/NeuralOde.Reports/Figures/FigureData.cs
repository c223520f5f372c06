using System.IO.Compression;

namespace NeuralOde.Reports;

/// <summary>The numbers behind a picture, as a link that a browser saves as a file: no network, no script.</summary>
internal static class FigureData
{
    /// <summary>A larger table is compressed, because it is part of the page.</summary>
    private const int MostPlain = 40_000;

    /// <summary>Larger than this it is left out.</summary>
    private const int MostBytes = 150_000;

    /// <summary>All pictures of a page together.</summary>
    private const int MostOfPage = 500_000;

    /// <summary>Writes the link, or says why there is none.</summary>
    public static void WriteLink(ReportContext context, IReadOnlyList<Figure> figures, string name)
    {
        if (figures.All(static x => x.Layers.All(static y => y.Columns.Count == 0)))
        {
            return;
        }
        (byte[] bytes, bool isCompressed) = Bytes(figures);
        if (bytes.Length > MostBytes || context.DownloadBytes + bytes.Length > MostOfPage)
        {
            context.Out.Open("p", ("class", "note data")).Text("The numbers behind this figure are too many for a page.").Close();
            return;
        }
        context.DownloadBytes += bytes.Length;
        string type = isCompressed ? "application/gzip" : "text/csv;charset=utf-8";
        context.Out.Open("p", ("class", "note data"))
            .Element(
                "a", isCompressed ? "The numbers behind this figure (compressed CSV)" : "The numbers behind this figure (CSV)",
                ("download", name + (isCompressed ? ".csv.gz" : ".csv")), ("href", $"data:{type};base64,{Convert.ToBase64String(bytes)}"))
            .Close();
    }

    private static (byte[] Bytes, bool IsCompressed) Bytes(IReadOnlyList<Figure> figures)
    {
        byte[] plain = Encoding.UTF8.GetBytes(Csv(figures));
        if (plain.Length <= MostPlain)
        {
            return (plain, false);
        }
        using var buffer = new MemoryStream();
        using (var zip = new GZipStream(buffer, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            zip.Write(plain);
        }
        return (buffer.ToArray(), true);
    }

    /// <summary>One row for each point of each layer.</summary>
    public static string Csv(IReadOnlyList<Figure> figures)
    {
        var text = new StringBuilder();
        bool hasPanels = figures.Count > 1;
        text.Append(hasPanels ? "panel,what," : "what,").Append(Quoted(figures[0].XAxis.Label.Length > 0 ? figures[0].XAxis.Label : "x")).Append(",value\n");
        foreach (Figure figure in figures)
        {
            foreach (FigureLayer layer in figure.Layers)
            {
                foreach ((string what, double[] xs, double[] values) in layer.Columns)
                {
                    for (int i = 0; i < xs.Length; i++)
                    {
                        if (double.IsNaN(xs[i]) || double.IsNaN(values[i]))
                        {
                            continue;
                        }
                        if (hasPanels)
                        {
                            text.Append(Quoted(figure.Title ?? "")).Append(',');
                        }
                        text.Append(Quoted(what)).Append(',').Append(Quoted(figure.XAxis.Text(xs[i]))).Append(',')
                            .Append(values[i].ToString("G9", CultureInfo.InvariantCulture)).Append('\n');
                    }
                }
            }
        }
        return text.ToString();
    }

    private static string Quoted(string text) =>
        text.AsSpan().ContainsAny(",;\"\r\n") ? "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"" : text;
}
