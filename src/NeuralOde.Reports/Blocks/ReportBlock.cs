namespace NeuralOde.Reports;

/// <summary>A part of a <see cref="Report"/>: text, a table, a figure, a section. A string converts to a paragraph.</summary>
public abstract record ReportBlock
{
    private protected ReportBlock()
    {
    }

    /// <summary>A paragraph of plain text.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator ReportBlock(string text) => new ReportParagraph(text);

    internal abstract void Write(ReportContext context);
}
