namespace NeuralOde.Reports;

/// <summary>A paragraph of plain text.</summary>
/// <param name="Text">The text; it is escaped, nothing in it is markup.</param>
public sealed record ReportParagraph(string Text) : ReportBlock
{
    internal override void Write(ReportContext context) => context.Out.Element("p", Text).Raw("\n");
}
