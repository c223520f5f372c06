namespace NeuralOde.Reports;

/// <summary>A list of short statements.</summary>
/// <param name="Items">The statements, plain text.</param>
public sealed record BulletList(params IReadOnlyList<string> Items) : ReportBlock
{
    /// <summary>The statements, plain text.</summary>
    public IReadOnlyList<string> Items { get; init => field = ValueList.From(value); } = ValueList.From(Items);

    internal override void Write(ReportContext context)
    {
        context.Out.Open("ul");
        foreach (string item in Items)
        {
            context.Out.Element("li", item);
        }
        context.Out.Close();
    }
}
