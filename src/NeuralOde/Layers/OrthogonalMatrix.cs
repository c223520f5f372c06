namespace NeuralOde.Layers;

/// <summary>Random matrices with orthonormal rows or columns.</summary>
internal static class OrthogonalMatrix
{
    /// <summary>Draws a weight that is such a matrix when its axes but the outputs' are joined.</summary>
    public static Tensor Draw(Shape shape, DType dtype, RandomSource random)
    {
        // [outputs, inputs] has the outputs first, [height, width, inputs, outputs] last; row-major, either is a matrix as it stands.
        int rows = shape.Rank == 2 ? shape[0] : shape.Slice(..^1).ElementCount;
        int columns = shape.ElementCount / Math.Max(rows, 1);
        (int count, int length) = (Math.Min(rows, columns), Math.Max(rows, columns));
        double[] vectors = random.Normal([count, length], dtype: DType.Float64).ToArray<double>();
        Orthonormalize(vectors, count, length);
        double[] values = new double[rows * columns];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                values[(row * columns) + column] = rows <= columns ? vectors[(row * length) + column] : vectors[(column * length) + row];
            }
        }

        return dtype == DType.Float64 ? Tensor.From(values, shape) : Tensor.From(Array.ConvertAll(values, static x => (float)x), shape);
    }

    /// <summary>Gram and Schmidt's method, every vector against the earlier ones twice, after which they are orthogonal to rounding (Giraud et al. 2005).</summary>
    private static void Orthonormalize(double[] vectors, int count, int length)
    {
        for (int i = 0; i < count; i++)
        {
            Span<double> v = vectors.AsSpan(i * length, length);
            for (int round = 0; round < 2; round++)
            {
                for (int j = 0; j < i; j++)
                {
                    ReadOnlySpan<double> u = vectors.AsSpan(j * length, length);
                    double along = Dot(u, v);
                    for (int k = 0; k < length; k++)
                    {
                        v[k] -= along * u[k];
                    }
                }
            }

            double norm = Math.Sqrt(Dot(v, v));
            for (int k = 0; k < length; k++)
            {
                v[k] /= norm;
            }
        }
    }

    private static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }
}
