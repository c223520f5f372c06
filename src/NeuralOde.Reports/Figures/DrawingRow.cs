namespace NeuralOde.Reports;

/// <summary>Pictures side by side on a wide page, and above one another on a narrow one.</summary>
/// <param name="Drawings">The pictures, two or three. Their widths do not count: they share the page's.</param>
public sealed record DrawingRow(params IReadOnlyList<Drawing> Drawings) : ReportBlock
{
    /// <summary>The pictures, from the left.</summary>
    public IReadOnlyList<Drawing> Drawings { get; init => field = ValueList.From(value); } = ValueList.From(Drawings);

    private const double Gap = 16;

    internal override void Write(ReportContext context)
    {
        double before = context.Width;
        context.Width = Math.Max(200, Math.Floor((before - Gap * (Drawings.Count - 1)) / Math.Max(1, Drawings.Count)));
        context.Out.Open("div", ("class", "row"));
        foreach (Drawing drawing in Drawings)
        {
            (drawing with { Width = context.Width }).Write(context);
        }
        context.Out.Close();
        context.Width = before;
    }
}
