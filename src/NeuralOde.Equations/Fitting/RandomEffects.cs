namespace NeuralOde.Equations.Fitting;

/// <summary>
/// The covariance Ω of series' deviations: standard deviations by their logarithms, and for each group of correlated parameters a correlation matrix <c>L Lᵀ</c>, whose rows
/// are <c>(θ, …, θ, 1)</c> scaled to length 1, so that every θ gives one.
/// </summary>
internal sealed class RandomEffects
{
    private readonly List<(int Row, int Column)> _free = [];

    /// <param name="count">How many parameters vary.</param>
    /// <param name="groups">Which of them are correlated.</param>
    public RandomEffects(int count, IEnumerable<int[]> groups)
    {
        Count = count;
        foreach (int[] group in groups)
        {
            int[] members = [.. group.Order()];
            for (int i = 1; i < members.Length; i++)
            {
                for (int j = 0; j < i; j++)
                {
                    _free.Add((members[i], members[j]));
                }
            }
        }
    }

    public int Count { get; }

    /// <summary>The pairs that are correlated, one for each θ.</summary>
    public IReadOnlyList<(int Row, int Column)> Pairs => _free;

    /// <summary>Number of coordinates: logarithms of the standard deviations, then θ.</summary>
    public int CoordinateCount => Count + _free.Count;

    /// <summary>A matrix whose product with independent standard normal numbers has the covariance Ω; row by row, lower triangular.</summary>
    public double[] Factor(ReadOnlySpan<double> coordinates)
    {
        int r = Count;
        double[] factor = CorrelationFactor(coordinates);
        for (int i = 0; i < r * r; i++)
        {
            factor[i] *= Math.Exp(coordinates[i / r]);
        }

        return factor;
    }

    /// <summary>The inverse of Ω and half the logarithm of its determinant.</summary>
    public (double[] Precision, double HalfLogDeterminant) Inverse(ReadOnlySpan<double> coordinates)
    {
        int r = Count;
        double half = 0;
        double[] precision = new double[r * r];
        for (int i = 0; i < r; i++)
        {
            half += coordinates[i];
            precision[(i * r) + i] = Math.Exp(-2 * coordinates[i]);
        }

        if (_free.Count == 0)
        {
            return (precision, half);
        }

        // The inverse of the lower triangular factor, column by column; the precision is its transpose times itself.
        double[] factor = Factor(coordinates), inverse = new double[r * r];
        half = 0;
        for (int j = 0; j < r; j++)
        {
            half += Math.Log(factor[(j * r) + j]);
            for (int i = j; i < r; i++)
            {
                double sum = i == j ? 1 : 0;
                for (int k = j; k < i; k++)
                {
                    sum -= factor[(i * r) + k] * inverse[(k * r) + j];
                }

                inverse[(i * r) + j] = sum / factor[(i * r) + i];
            }
        }

        for (int i = 0; i < r * r; i++)
        {
            precision[i] = 0;
            for (int k = 0; k < r; k++)
            {
                precision[i] += inverse[(k * r) + (i / r)] * inverse[(k * r) + (i % r)];
            }
        }

        return (precision, half);
    }

    /// <summary>The correlation of a pair.</summary>
    public double Correlation(ReadOnlySpan<double> coordinates, (int Row, int Column) pair)
    {
        double[] factor = CorrelationFactor(coordinates);
        double sum = 0;
        for (int k = 0; k < Count; k++)
        {
            sum += factor[(pair.Row * Count) + k] * factor[(pair.Column * Count) + k];
        }

        return sum;
    }

    private double[] CorrelationFactor(ReadOnlySpan<double> coordinates)
    {
        int r = Count;
        double[] factor = new double[r * r];
        for (int i = 0; i < r; i++)
        {
            factor[(i * r) + i] = 1;
        }

        for (int k = 0; k < _free.Count; k++)
        {
            factor[(_free[k].Row * r) + _free[k].Column] = coordinates[r + k];
        }

        for (int i = 0; i < r; i++)
        {
            double length = 0;
            for (int j = 0; j <= i; j++)
            {
                length += factor[(i * r) + j] * factor[(i * r) + j];
            }

            length = Math.Sqrt(length);
            for (int j = 0; j <= i; j++)
            {
                factor[(i * r) + j] /= length;
            }
        }

        return factor;
    }
}
