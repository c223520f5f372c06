namespace NeuralOde.Series.Forecasting.Linear;

/// <summary>Cholesky factors of small symmetric matrices, row-major.</summary>
internal static class Cholesky
{
    /// <summary>Replaces a matrix by its lower factor. Directions without information get a ridge of a relative 1e-12, so that their coefficients stay near 0.</summary>
    /// <returns>The logarithm of the determinant.</returns>
    public static double Factor(double[] matrix, int size)
    {
        double logDeterminant = 0;
        for (int j = 0; j < size; j++)
        {
            double floor = 1e-12 * Math.Max(matrix[(j * size) + j], 1e-12);
            for (int i = j; i < size; i++)
            {
                double sum = matrix[(i * size) + j];
                for (int k = 0; k < j; k++)
                {
                    sum -= matrix[(i * size) + k] * matrix[(j * size) + k];
                }

                matrix[(i * size) + j] = i == j ? Math.Sqrt(Math.Max(sum, floor)) : sum / matrix[(j * size) + j];
            }

            logDeterminant += 2 * Math.Log(matrix[(j * size) + j]);
        }

        return logDeterminant;
    }

    /// <summary>Solves L x = b in place.</summary>
    public static void SolveLower(double[] factor, Span<double> values)
    {
        int size = values.Length;
        for (int i = 0; i < size; i++)
        {
            double sum = values[i];
            for (int k = 0; k < i; k++)
            {
                sum -= factor[(i * size) + k] * values[k];
            }

            values[i] = sum / factor[(i * size) + i];
        }
    }

    /// <summary>Solves Lᵀ x = b in place.</summary>
    public static void SolveUpper(double[] factor, Span<double> values)
    {
        int size = values.Length;
        for (int i = size - 1; i >= 0; i--)
        {
            double sum = values[i];
            for (int k = i + 1; k < size; k++)
            {
                sum -= factor[(k * size) + i] * values[k];
            }

            values[i] = sum / factor[(i * size) + i];
        }
    }
}
