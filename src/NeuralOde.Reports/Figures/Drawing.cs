namespace NeuralOde.Reports;

/// <summary>
/// A picture in SVG: a <see cref="Figure"/>, a <see cref="PanelGrid"/>, a <see cref="FrameSequence"/> or an <see cref="ImageGrid"/>.
/// Save it as a file, or add it to a <see cref="Report"/> as a block.
/// </summary>
public abstract record Drawing : ReportBlock
{
    private readonly double _width = 900;

    private protected Drawing()
    {
    }

    /// <summary>Title at the top of the picture; null for none.</summary>
    public string? Title { get; init; }

    /// <summary>Alternative text for readers who cannot see the picture.</summary>
    /// <value>Default null: generated from what is drawn.</value>
    public string? Description { get; init; }

    /// <summary>A caption under the picture in a report; null for none.</summary>
    public string? Caption { get; init; }

    /// <summary>Width in pixels. A report draws it narrower on a narrow page.</summary>
    /// <value>Default 900, a report's full width; at least 200.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 200 or above 10,000, or NaN.</exception>
    public double Width
    {
        get => _width;
        init => _width = value is >= 200 and <= 10_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A drawing's width must be within 200 to 10,000 pixels.");
    }

    /// <summary>The picture as a stand-alone SVG document: explicit background, no external parts, no script.</summary>
    /// <returns>The document.</returns>
    public string ToSvg()
    {
        var markup = new Markup();
        Draw(markup, Width, "f0", standalone: true);
        return markup.ToString();
    }

    /// <summary>Writes <see cref="ToSvg"/> to a file in UTF-8.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    public void Save(string path) => File.WriteAllText(path, ToSvg());

    /// <summary>Writes the svg element.</summary>
    /// <param name="markup">Where to.</param>
    /// <param name="drawnWidth">Width in pixels.</param>
    /// <param name="id">Prefix of ids, unique in the document.</param>
    /// <param name="standalone">Whether it is a document of its own, that has no style sheet around it.</param>
    internal abstract void Draw(Markup markup, double drawnWidth, string id, bool standalone);

    internal override void Write(ReportContext context)
    {
        context.Out.Open("figure");
        WriteBothWidths(context);
        WriteCaption(context.Out);
        if (context.HasDownloads && Sources.Count > 0)
        {
            FigureData.WriteLink(context, Sources, FileName(context));
        }
        context.Out.Close();
    }

    /// <summary>The figures whose numbers a report offers as a file.</summary>
    internal virtual IReadOnlyList<Figure> Sources => [];

    private string FileName(ReportContext context)
    {
        string title = string.Concat((Title ?? "").Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-');
        return title.Length is > 0 and <= 60 ? title : "figure-" + context.NextId()[1..];
    }

    /// <summary>The picture for wide and, laid out anew so that its text stays readable, for narrow pages.</summary>
    private protected void WriteBothWidths(ReportContext context)
    {
        double wide = Math.Min(Width, context.Width);
        bool both = wide > ReportContext.NarrowWidth + 60;
        context.Out.Open("div", ("class", both ? "wide" : null));
        Draw(context.Out, wide, context.NextId(), standalone: false);
        context.Out.Close();
        if (both)
        {
            context.Out.Open("div", ("class", "narrow"));
            Draw(context.Out, ReportContext.NarrowWidth, context.NextId(), standalone: false);
            context.Out.Close();
        }
    }

    private protected void WriteCaption(Markup markup)
    {
        if (!string.IsNullOrEmpty(Caption))
        {
            markup.Element("figcaption", Caption).Raw("\n");
        }
    }
}
