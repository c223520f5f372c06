namespace NeuralOde.Reports;

/// <summary>Text in fixed width, line for line: the command that made a report, a program.</summary>
/// <param name="Text">The text.</param>
/// <param name="Caption">What it is; null for none.</param>
public sealed record CodeBlock(string Text, string? Caption = null) : ReportBlock
{
    internal override void Write(ReportContext context)
    {
        context.Out.Open("figure", ("class", "code"));
        if (!string.IsNullOrEmpty(Caption))
        {
            context.Out.Element("figcaption", Caption);
        }
        // A region that scrolls must be reachable from the keyboard.
        context.Out.Open("pre", ("tabindex", "0")).Element("code", Text).Close().Close();
    }
}
