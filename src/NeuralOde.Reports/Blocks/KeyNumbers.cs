namespace NeuralOde.Reports;

/// <summary>A key number.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Value">The number as text, such as from <see cref="NumberText.Short"/>.</param>
/// <param name="Unit">Its unit; null for none.</param>
/// <param name="Note">A few words below, such as what it compares with; null for none.</param>
public sealed record KeyNumber(string Label, string Value, string? Unit = null, string? Note = null);

/// <summary>Key numbers side by side.</summary>
/// <param name="Items">The numbers, best three to six.</param>
public sealed record KeyNumbers(params IReadOnlyList<KeyNumber> Items) : ReportBlock
{
    /// <summary>The numbers.</summary>
    public IReadOnlyList<KeyNumber> Items { get; init => field = ValueList.From(value); } = ValueList.From(Items);

    internal override void Write(ReportContext context)
    {
        Markup markup = context.Out;
        markup.Open("dl", ("class", "cards"));
        foreach (KeyNumber card in Items)
        {
            markup.Open("div").Element("dt", card.Label).Open("dd").Element("b", card.Value);
            if (!string.IsNullOrEmpty(card.Unit))
            {
                markup.Text(" ").Element("span", card.Unit);
            }
            markup.Close();
            if (!string.IsNullOrEmpty(card.Note))
            {
                markup.Element("dd", card.Note, ("class", "note"));
            }
            markup.Close();
        }
        markup.Close();
    }
}
