namespace NeuralOde.Series.Densities;

/// <summary>What a learned density must beat: one normal distribution, and a kernel density.</summary>
/// <param name="Gaussian">The mean of <c>−log p</c> over the test rows by a normal distribution with the training rows' means and covariances, standardized, in nats.</param>
/// <param name="Kernel">The same by a kernel density of normal kernels, whose width is chosen by the validation rows.</param>
/// <param name="KernelWidth">That width, in standard deviations.</param>
public sealed record DensityBaselines(double Gaussian, double Kernel, double KernelWidth)
{
    private const int MostKernels = 4_000;
    private const int MostScored = 1_000;
    private static readonly double[] s_widths = [0.03, 0.05, 0.07, 0.1, 0.14, 0.2, 0.28, 0.4, 0.56, 0.8];

    /// <summary>Measures both on data.</summary>
    /// <param name="data">The data.</param>
    /// <returns>What was measured. At most 4,000 rows make kernels, and at most 1,000 are scored by them.</returns>
    public static DensityBaselines Measure(DensityData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        int dimension = data.Dimension;
        float[] training = data.Training.ToArray(), kernels = training[..Math.Min(training.Length, MostKernels * dimension)];
        double width = s_widths.MinBy(w => Kernels(kernels, First(data.Validation), dimension, w));
        return new DensityBaselines(Normal(training, data.Test.ToArray(), dimension), Kernels(kernels, First(data.Test), dimension, width), width);

        float[] First(ReadOnlyMemory<float> rows) => rows[..Math.Min(rows.Length, MostScored * dimension)].ToArray();
    }

    /// <summary>−log p by a normal distribution: through the Cholesky factor of the covariances.</summary>
    private static double Normal(float[] training, float[] test, int dimension)
    {
        int count = training.Length / dimension;
        double[] mean = new double[dimension];
        for (int i = 0; i < training.Length; i++)
        {
            mean[i % dimension] += (double)training[i] / count;
        }

        double[,] factor = new double[dimension, dimension];
        for (int i = 0; i < training.Length; i += dimension)
        {
            for (int j = 0; j < dimension; j++)
            {
                for (int k = 0; k <= j; k++)
                {
                    factor[j, k] += (training[i + j] - mean[j]) * (training[i + k] - mean[k]) / count;
                }
            }
        }

        double logDeterminant = 0;
        for (int j = 0; j < dimension; j++)
        {
            for (int k = 0; k <= j; k++)
            {
                double sum = factor[j, k];
                for (int l = 0; l < k; l++)
                {
                    sum -= factor[j, l] * factor[k, l];
                }

                factor[j, k] = j == k ? Math.Sqrt(sum) : sum / factor[k, k];
            }

            logDeterminant += Math.Log(factor[j, j]);
        }

        double total = 0;
        double[] scaled = new double[dimension];
        for (int i = 0; i < test.Length; i += dimension)
        {
            double square = 0;
            for (int j = 0; j < dimension; j++)
            {
                double sum = test[i + j] - mean[j];
                for (int l = 0; l < j; l++)
                {
                    sum -= factor[j, l] * scaled[l];
                }

                scaled[j] = sum / factor[j, j];
                square += scaled[j] * scaled[j];
            }

            total += (0.5 * square) + logDeterminant + (0.5 * dimension * Math.Log(2 * Math.PI));
        }

        return total / (test.Length / dimension);
    }

    private static double Kernels(float[] kernels, float[] rows, int dimension, double width)
    {
        int count = kernels.Length / dimension;
        double constant = Math.Log(count) + (dimension * (Math.Log(width) + (0.5 * Math.Log(2 * Math.PI)))), scale = -0.5 / (width * width), total = 0;
        double[] exponents = new double[count];
        for (int i = 0; i < rows.Length; i += dimension)
        {
            for (int j = 0; j < count; j++)
            {
                double square = 0;
                for (int k = 0; k < dimension; k++)
                {
                    double difference = rows[i + k] - kernels[(j * dimension) + k];
                    square += difference * difference;
                }

                exponents[j] = scale * square;
            }

            double most = exponents.Max();
            total -= most + Math.Log(exponents.Sum(x => Math.Exp(x - most))) - constant;
        }

        return total / (rows.Length / dimension);
    }
}
