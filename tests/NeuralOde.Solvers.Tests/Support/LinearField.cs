namespace NeuralOde.Solvers.Tests;

/// <summary>z' = A z, or z' = (1 + t) A z.</summary>
internal sealed class LinearField(double[,] matrix, bool dependsOnTime = false) : IVectorField<double>, IVectorJacobianProduct<double>
{
    private int Size => matrix.GetLength(0);

    public void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
    {
        for (int i = 0; i < Size; i++)
        {
            double sum = 0;
            for (int j = 0; j < Size; j++)
            {
                sum += matrix[i, j] * z[j];
            }

            dz[i] = dependsOnTime ? (1 + t) * sum : sum;
        }
    }

    public double Evaluate(double t, ReadOnlySpan<double> z, ReadOnlySpan<double> a, Span<double> zGradient)
    {
        double time = 0;
        for (int j = 0; j < Size; j++)
        {
            double sum = 0;
            for (int i = 0; i < Size; i++)
            {
                sum += a[i] * matrix[i, j];
            }

            time += dependsOnTime ? sum * z[j] : 0;
            zGradient[j] = dependsOnTime ? (1 + t) * sum : sum;
        }

        return time;
    }
}
