namespace NeuralOde.Reports;

/// <summary>A heading and the blocks below it; sections nest. Immutable, as all blocks are.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Blocks">What follows, in order.</param>
public sealed record ReportSection(string Title, params IReadOnlyList<ReportBlock> Blocks) : ReportBlock
{
    /// <summary>What follows the heading, in order.</summary>
    public IReadOnlyList<ReportBlock> Blocks { get; init => field = ValueList.From(value); } = ValueList.From(Blocks);

    /// <summary>Adds blocks at the end.</summary>
    /// <param name="blocks">The blocks; a string is a paragraph.</param>
    /// <returns>A new section; this one does not change.</returns>
    public ReportSection Add(params IReadOnlyList<ReportBlock> blocks)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        return this with { Blocks = [.. Blocks, .. blocks] };
    }

    internal override void Write(ReportContext context) => Write(context, id: null);

    internal void Write(ReportContext context, string? id)
    {
        context.Out.Open("section", ("id", id)).Element("h" + Math.Min(6, context.Heading).ToString(CultureInfo.InvariantCulture), Title).Raw("\n");
        context.Heading++;
        foreach (ReportBlock block in Blocks)
        {
            block.Write(context);
        }
        context.Heading--;
        context.Out.Close();
    }
}
