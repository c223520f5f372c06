namespace NeuralOde.Series.Densities;

/// <summary>The rows of a table as points: columns of numbers.</summary>
/// <param name="Columns">The columns' names.</param>
/// <param name="Rows">The values, row-major.</param>
/// <param name="LeftOut">Columns that were not named and hold text or no value.</param>
public sealed record PointTable(IReadOnlyList<string> Columns, double[] Rows, IReadOnlyList<string> LeftOut)
{
    /// <summary>Reads points from a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="columns">The columns, in the order of a point's values; all columns of numbers where null.</param>
    /// <returns>The points.</returns>
    /// <exception cref="TableException">There is no row or no such column, or a field of a named column is not a number.</exception>
    /// <exception cref="DensityException">A field is empty, or no column holds numbers.</exception>
    public static PointTable Read(CsvTable table, IReadOnlyList<string>? columns = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (table.RowCount == 0)
        {
            throw new TableException(table.Name, null, null, TableReason.NoRows, "There is no row below the header.");
        }

        List<string> names = [], leftOut = [];
        List<double[]> values = [];
        foreach (string column in columns ?? table.Columns)
        {
            string name = table.Columns[table.ColumnIndex(column)];
            double[]? numbers = columns is null ? NumbersOrNull(table, column) : table.Numbers(column);
            if (numbers is null)
            {
                leftOut.Add(name);
                continue;
            }

            if (names.Contains(name))
            {
                throw new TableException(table.Name, null, name, TableReason.ColumnUsedTwice, "The column is named twice.", "Name each column once.");
            }

            names.Add(name);
            values.Add(numbers);
        }

        if (names.Count == 0)
        {
            throw new DensityException(DensityReason.TooFewColumns, $"{table.Name}: no column holds numbers.", "Check the file, or name the columns.");
        }

        double[] rows = new double[table.RowCount * names.Count];
        for (int k = 0; k < names.Count; k++)
        {
            for (int row = 0; row < table.RowCount; row++)
            {
                rows[(row * names.Count) + k] = double.IsNaN(values[k][row])
                    ? throw new DensityException(
                        DensityReason.MissingValue,
                        $"{table.Name}, line {table.LineOf(row)}: there is no value in column '{names[k]}', and a density is of whole rows.",
                        "Fill it in, leave the row out, or name other columns.")
                    {
                        Column = names[k],
                    }
                    : values[k][row];
            }
        }

        return new PointTable(names, rows, leftOut);
    }

    private static double[]? NumbersOrNull(CsvTable table, string column)
    {
        try
        {
            double[] numbers = table.Numbers(column);
            return numbers.All(double.IsNaN) ? null : numbers;
        }
        catch (TableException e) when (e.Reason is TableReason.NotANumber)
        {
            return null;
        }
    }
}
