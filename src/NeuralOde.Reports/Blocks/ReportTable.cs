namespace NeuralOde.Reports;

/// <summary>A table's column.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="Unit">The unit of its values, shown in the heading; null for none.</param>
/// <param name="IsNumeric">Whether its cells are numbers, which are aligned at the right; default false.</param>
public sealed record ReportColumn(string Name, string? Unit = null, bool IsNumeric = false);

/// <summary>A table of text cells; numbers come as text from <see cref="NumberText"/>.</summary>
public sealed record ReportTable : ReportBlock
{
    /// <summary>The columns. The first one names the rows.</summary>
    public IReadOnlyList<ReportColumn> Columns { get; init => field = ValueList.From(value); } = ValueList.Of<ReportColumn>();

    /// <summary>The rows, each with a cell for every column.</summary>
    /// <exception cref="ArgumentException">When the report is written: a row with more or fewer cells.</exception>
    public IReadOnlyList<IReadOnlyList<string>> Rows
    {
        get;
        init => field = ValueList.Of<IReadOnlyList<string>>([.. value.Select(static row => (IReadOnlyList<string>)ValueList.From(row))]);
    } = ValueList.Of<IReadOnlyList<string>>();

    /// <summary>What the table shows; null for none.</summary>
    public string? Caption { get; init; }

    /// <summary>Most rows shown; a note says how many are left out.</summary>
    /// <value>Default 200.</value>
    public int MaxRows { get; init; } = 200;

    /// <summary>A table of names and values, such as settings.</summary>
    /// <param name="caption">What it shows; null for none.</param>
    /// <param name="pairs">Names and values.</param>
    /// <returns>The table.</returns>
    public static ReportTable Pairs(string? caption, params IReadOnlyList<(string Name, string Value)> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return new ReportTable
        {
            Caption = caption,
            Columns = [new ReportColumn("setting"), new ReportColumn("value")],
            Rows = [.. pairs.Select(p => (IReadOnlyList<string>)[p.Name, p.Value])],
        };
    }

    internal override void Write(ReportContext context)
    {
        Markup markup = context.Out;
        markup.Open("div", ("class", "table"), ("tabindex", "0"), ("role", "region"), ("aria-label", string.IsNullOrEmpty(Caption) ? "Table" : Caption));
        markup.Open("table");
        if (!string.IsNullOrEmpty(Caption))
        {
            markup.Element("caption", Caption);
        }
        markup.Open("thead").Open("tr");
        foreach (ReportColumn column in Columns)
        {
            markup.Element("th", string.IsNullOrEmpty(column.Unit) ? column.Name : $"{column.Name} ({column.Unit})", ("scope", "col"), ("class", Class(column)));
        }
        markup.Close().Close().Open("tbody");
        foreach (IReadOnlyList<string> row in Rows.Take(MaxRows))
        {
            WriteRow(markup, row);
        }
        markup.Close().Close();
        if (Rows.Count > MaxRows)
        {
            markup.Element("p", $"{Rows.Count - MaxRows} of {Rows.Count} rows are not shown.", ("class", "note"));
        }
        markup.Close();
    }

    private void WriteRow(Markup markup, IReadOnlyList<string> row)
    {
        ArgumentException.ThrowIf(
            row.Count != Columns.Count, $"A row of the table \"{Caption}\" has {row.Count} cells and the table {Columns.Count} columns; they must be as many.");
        markup.Open("tr");
        for (int i = 0; i < row.Count; i++)
        {
            markup.Element(i == 0 ? "th" : "td", row[i], ("scope", i == 0 ? "row" : null), ("class", Class(Columns[i])));
        }
        markup.Close();
    }

    private static string? Class(ReportColumn column) => column.IsNumeric ? "num" : null;
}
