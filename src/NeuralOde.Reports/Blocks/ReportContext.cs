namespace NeuralOde.Reports;

/// <summary>What a report hands down to its parts.</summary>
internal sealed class ReportContext(Markup markup)
{
    /// <summary>Width of the widest picture on a page, in pixels.</summary>
    public const double PageWidth = 900;

    /// <summary>Width of pictures for narrow pages, in pixels.</summary>
    public const double NarrowWidth = 408;

    private readonly StringBuilder _style = new();
    private int _count;

    public Markup Out => markup;

    /// <summary>The width in pixels that a part may fill on a wide page.</summary>
    public double Width { get; set; } = PageWidth;

    /// <summary>Level of the next heading, 2 to 6.</summary>
    public int Heading { get; set; } = 2;

    /// <summary>Whether pictures offer their numbers as a file.</summary>
    public bool HasDownloads { get; init; }

    /// <summary>The bytes of the files so far.</summary>
    public int DownloadBytes { get; set; }

    /// <summary>Style rules of single parts, gathered for the document's head.</summary>
    public string Style => _style.ToString();

    public void AddStyle(string rules) => _style.Append(rules);

    /// <summary>A name that no other part of the report has.</summary>
    public string NextId() => "f" + (++_count).ToString(CultureInfo.InvariantCulture);
}
