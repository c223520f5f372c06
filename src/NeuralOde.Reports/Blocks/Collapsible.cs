namespace NeuralOde.Reports;

/// <summary>Blocks that a reader opens with a click; they are printed only when open.</summary>
/// <param name="Summary">The line that is always seen.</param>
/// <param name="Blocks">What opens below it.</param>
public sealed record Collapsible(string Summary, params IReadOnlyList<ReportBlock> Blocks) : ReportBlock
{
    /// <summary>What opens below the summary.</summary>
    public IReadOnlyList<ReportBlock> Blocks { get; init => field = ValueList.From(value); } = ValueList.From(Blocks);

    internal override void Write(ReportContext context)
    {
        context.Out.Open("details").Element("summary", Summary);
        foreach (ReportBlock block in Blocks)
        {
            block.Write(context);
        }
        context.Out.Close();
    }
}
