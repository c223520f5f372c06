using System.Text;

namespace NeuralOde.Reports;

/// <summary>A part of a <see cref="Report"/>: text, a table, a figure, a section. A string converts to a paragraph.</summary>
public abstract record Block
{
    private protected Block()
    {
    }

    /// <summary>A paragraph of plain text.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator Block(string text) => new Paragraph(text);

    internal abstract void Write(ReportContext context);
}

/// <summary>What a report hands down to its parts.</summary>
internal sealed class ReportContext(Markup markup)
{
    private readonly StringBuilder style = new();
    private int count;

    public Markup Out => markup;

    /// <summary>The width in pixels that a part may fill on a wide page.</summary>
    public double Width { get; set; } = Report.PageWidth;

    /// <summary>Level of the next heading, 2 to 6.</summary>
    public int Heading { get; set; } = 2;

    /// <summary>Style rules of single parts, gathered for the document's head.</summary>
    public string Style => style.ToString();

    public void AddStyle(string rules) => style.Append(rules);

    /// <summary>A name that no other part of the report has.</summary>
    public string NextId() => "f" + (++count).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
