namespace NeuralOde.Reports;

/// <summary>
/// One self-contained HTML page. It opens without a network, needs no script, can be printed, follows the
/// reader's choice of a light or dark screen, and lays out its figures again for narrow ones. All text is escaped. Immutable: <see cref="Add"/> returns a new report.
/// </summary>
/// <example>
/// <code>
/// var report = new Report("Spiral") { Subtitle = "seed 1" }
///     .Add(new KeyNumbers(new KeyNumber("RMS error", NumberText.Short(0.0213))))
///     .Add(new ReportSection("Phase portrait", "What was learned.", figure));
/// report.Save("out.html");
/// </code>
/// </example>
/// <param name="Title">The headline.</param>
public sealed record Report(string Title)
{
    /// <summary>A line under the headline; null for none.</summary>
    public string? Subtitle { get; init; }

    /// <summary>A line at the end of the page, such as the version and the date; null for none. The report itself adds no date: the same input gives the same page.</summary>
    public string? Footer { get; init; }

    /// <summary>The language of the texts, as a BCP 47 tag.</summary>
    /// <value>Default "en".</value>
    public string Language { get; init; } = "en";

    /// <summary>Whether the page begins with links to its sections.</summary>
    /// <value>Default null: only if there are four or more sections.</value>
    public bool? HasContents { get; init; }

    /// <summary>Whether each figure has a link that saves the numbers behind it as CSV. They are part of the page; where they are too many, it says so.</summary>
    /// <value>Default false.</value>
    public bool HasDownloads { get; init; }

    private ValueList<ReportBlock> Blocks { get; init; } = ValueList.Of<ReportBlock>();

    /// <summary>Adds blocks at the end.</summary>
    /// <param name="blocks">The blocks; a string is a paragraph.</param>
    /// <returns>A new report; this one does not change.</returns>
    public Report Add(params IReadOnlyList<ReportBlock> blocks)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        return this with { Blocks = ValueList.Of<ReportBlock>([.. Blocks, .. blocks]) };
    }

    /// <summary>Gets the page as text.</summary>
    /// <returns>HTML that is also well-formed XML.</returns>
    public string ToHtml()
    {
        var context = new ReportContext(new Markup()) { HasDownloads = HasDownloads };
        WriteBody(context);
        var page = new Markup();
        page.Raw("<!DOCTYPE html>\n").Open("html", ("lang", Language)).Raw("\n").Open("head").Raw("\n");
        page.Empty("meta", ("charset", "utf-8")).Raw("\n");
        page.Empty("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1")).Raw("\n");
        page.Empty("meta", ("name", "color-scheme"), ("content", "light dark")).Raw("\n");
        page.Element("title", Title).Raw("\n");
        page.Open("style").Raw(ReportStyle.Sheet).Raw(context.Style).Close().Close();
        page.Raw(context.Out.ToString()).Close();
        return page.ToString();
    }

    /// <summary>Writes the page.</summary>
    /// <param name="writer">The destination. Its encoding should be UTF-8, which the page declares.</param>
    public void WriteTo(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(ToHtml());
    }

    /// <summary>Writes the page to a file in UTF-8.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    public void Save(string path) => File.WriteAllText(path, ToHtml(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));

    private void WriteBody(ReportContext context)
    {
        Markup markup = context.Out;
        markup.Open("body").Raw("\n").Open("main").Raw("\n").Open("header").Element("h1", Title);
        if (!string.IsNullOrEmpty(Subtitle))
        {
            markup.Element("p", Subtitle, ("class", "subtitle"));
        }
        markup.Close();
        ReportSection[] sections = Blocks.OfType<ReportSection>().ToArray();
        if (HasContents ?? sections.Length >= 4)
        {
            markup.Open("nav", ("aria-label", "Contents")).Open("ol");
            for (int i = 0; i < sections.Length; i++)
            {
                markup.Open("li").Element("a", sections[i].Title, ("href", Anchor(i))).Close();
            }
            markup.Close().Close();
        }
        int section = 0;
        foreach (ReportBlock block in Blocks)
        {
            if (block is ReportSection s)
            {
                s.Write(context, Anchor(section++)[1..]);
            }
            else
            {
                block.Write(context);
            }
        }
        if (!string.IsNullOrEmpty(Footer))
        {
            markup.Element("footer", Footer);
        }
        markup.Close().Close();
    }

    private static string Anchor(int section) => "#s" + (section + 1).ToString(CultureInfo.InvariantCulture);
}
