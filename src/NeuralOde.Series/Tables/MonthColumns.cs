using System.Globalization;
using System.Text;

namespace NeuralOde.Series.Tables;

/// <summary>A wide table: a row for each year, and twelve columns with the values of its months.</summary>
public sealed class MonthColumns
{
    private static readonly string[] s_long = CultureInfo.InvariantCulture.DateTimeFormat.MonthNames[..12];
    private static readonly string[] s_short = CultureInfo.InvariantCulture.DateTimeFormat.AbbreviatedMonthNames[..12];

    private readonly CsvTable _table;
    private readonly int _year;
    private readonly int[] _months;

    private MonthColumns(CsvTable table, int year, int[] months) => (_table, _year, _months) = (table, year, months);

    /// <summary>The name of the column of years.</summary>
    public string Year => _table.Columns[_year];

    /// <summary>The names of the columns of months, January first.</summary>
    public IReadOnlyList<string> Months => [.. _months.Select(x => _table.Columns[x])];

    /// <summary>Finds the months of a table.</summary>
    /// <param name="table">The table.</param>
    /// <returns>The columns; null where not all twelve months have one (English names, whole or of three letters), or there is no column of whole years besides.</returns>
    public static MonthColumns? Find(CsvTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        int[] months = [.. Enumerable.Range(0, 12).Select(month => IndexOf(table, month))];
        if (table.RowCount == 0 || months.Contains(-1))
        {
            return null;
        }

        foreach (int column in Enumerable.Range(0, table.Columns.Count).Except(months))
        {
            if (Enumerable.Range(0, table.RowCount).All(row => TryYear(table, row, column, out _)))
            {
                return new MonthColumns(table, column, months);
            }
        }

        return null;
    }

    /// <summary>The same values as a table with a row for each month: a column of months, <c>yyyy-MM</c>, under the name of the years', and one of values, <c>value</c>.</summary>
    /// <returns>The long table; further columns are not in it.</returns>
    public CsvTable ToLong()
    {
        var text = new StringBuilder();
        var csv = new CsvWriter(new StringWriter(text, CultureInfo.InvariantCulture), [Year, "value"]);
        for (int row = 0; row < _table.RowCount; row++)
        {
            _ = TryYear(_table, row, _year, out int year);
            for (int month = 0; month < 12; month++)
            {
                csv.Add(string.Create(CultureInfo.InvariantCulture, $"{year:0000}-{month + 1:00}")).Add(_table.Number(row, _months[month])).EndRow();
            }
        }

        return CsvTable.Parse(text.ToString(), _table.Name);
    }

    private static int IndexOf(CsvTable table, int month)
    {
        for (int i = 0; i < table.Columns.Count; i++)
        {
            if (table.Columns[i].Equals(s_short[month], StringComparison.OrdinalIgnoreCase) || table.Columns[i].Equals(s_long[month], StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool TryYear(CsvTable table, int row, int column, out int year) =>
        int.TryParse(table.Text(row, column), NumberStyles.None, CultureInfo.InvariantCulture, out year) && year is >= 1000 and <= 9998;
}
