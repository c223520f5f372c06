namespace NeuralOde.Reports;

/// <summary>A paragraph of plain text.</summary>
/// <param name="Text">The text; it is escaped, nothing in it is markup.</param>
public sealed record Paragraph(string Text) : Block
{
    internal override void Write(ReportContext context) => context.Out.Element("p", Text).Raw("\n");
}
