namespace NeuralOde.Series.Densities;

/// <summary>Refuses tables that have no density, before training.</summary>
internal static class DensityChecks
{
    /// <summary>Checks the values.</summary>
    public static void Check(IReadOnlyList<string> columns, ReadOnlySpan<double> rows)
    {
        if (columns.Count == 0)
        {
            throw new DensityException(DensityReason.TooFewColumns, "There is no column of numbers.", "Name the columns to learn from.");
        }

        int dimension = columns.Count, count = rows.Length / dimension;
        ArgumentException.ThrowIf(rows.Length % dimension != 0, $"Rows of {dimension} columns have a multiple of {dimension} values; got {rows.Length}.", nameof(rows));
        if (count <= dimension)
        {
            throw new DensityException(
                DensityReason.TooFewRows, $"There are {count} rows and {dimension} columns; a density takes more rows than columns, many more to be of "
                    + $"use.", "Add rows, or name fewer columns.");
        }

        for (int i = 0; i < rows.Length; i++)
        {
            if (!double.IsFinite(rows[i]))
            {
                throw new DensityException(
                    DensityReason.MissingValue, $"Row {(i / dimension) + 1} has no finite value in column '{columns[i % dimension]}'.", "Fill it in, or leave the row out.")
                {
                    Column = columns[i % dimension],
                };
            }
        }

        for (int k = 0; k < dimension; k++)
        {
            double first = rows[k];
            bool isConstant = true;
            for (int i = k; i < rows.Length && isConstant; i += dimension)
            {
                isConstant = rows[i] == first;
            }

            if (isConstant)
            {
                throw Constant(columns[k], "in all rows");
            }
        }
    }

    /// <summary>Checks that a column has a scale.</summary>
    public static void CheckDeviation(string column, double mean, double deviation)
    {
        if (!double.IsFinite(mean) || !double.IsFinite(deviation))
        {
            throw new DensityException(DensityReason.NotFinite, $"The values of column '{column}' are too large to be squared.", "Use another unit.") { Column = column };
        }

        // Less than the rounding of the mean is no variation.
        if (!(deviation > 1e-14 * Math.Abs(mean)))
        {
            throw Constant(column, "in the rows to learn from");
        }
    }

    /// <summary>Checks that no column is a linear function of the others: by elimination on the correlations of standardized values.</summary>
    public static void CheckIndependence(IReadOnlyList<string> columns, ReadOnlySpan<float> standardized)
    {
        int dimension = columns.Count, count = standardized.Length / dimension;
        double[,] matrix = new double[dimension, dimension];
        for (int i = 0; i < standardized.Length; i += dimension)
        {
            for (int j = 0; j < dimension; j++)
            {
                for (int k = 0; k <= j; k++)
                {
                    matrix[j, k] += (double)standardized[i + j] * standardized[i + k] / count;
                }
            }
        }

        // Cholesky's pivots are what remains of a column's variance after the columns before it; single precision leaves errors of 1e-7 of it.
        for (int j = 0; j < dimension; j++)
        {
            for (int k = 0; k <= j; k++)
            {
                double sum = matrix[j, k];
                for (int l = 0; l < k; l++)
                {
                    sum -= matrix[j, l] * matrix[k, l];
                }

                if (j == k && !(sum > 1e-6))
                {
                    throw new DensityException(
                        DensityReason.DependentColumns,
                        $"Column '{columns[j]}' is a linear function of the columns before it, so that the rows lie on a plane and have no density.",
                        "Leave the column out by naming the others.")
                    {
                        Column = columns[j],
                    };
                }

                matrix[j, k] = j == k ? Math.Sqrt(sum) : sum / matrix[k, k];
            }
        }
    }

    private static DensityException Constant(string column, string where) => new(
        DensityReason.ConstantColumn, $"Column '{column}' has the same value {where}, so it has no density.", "Leave it out by naming the other columns.")
    {
        Column = column,
    };
}
