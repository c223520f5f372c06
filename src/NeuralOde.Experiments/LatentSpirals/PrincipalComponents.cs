namespace NeuralOde.Experiments.LatentSpirals;

/// <summary>The directions in which points differ most, to draw points of many components on a page.</summary>
internal sealed class PrincipalComponents
{
    private const int MostSweeps = 50;
    private readonly double[] _mean;
    private readonly double[][] _directions;

    private PrincipalComponents(double[] mean, double[][] directions, double[] shares) => (_mean, _directions, Shares) = (mean, directions, shares);

    /// <summary>The share of all variance along each direction, falling.</summary>
    public IReadOnlyList<double> Shares { get; }

    /// <summary>Finds the directions.</summary>
    /// <param name="points">At least one point, all of the same number of components.</param>
    public static PrincipalComponents Of(IReadOnlyList<double[]> points)
    {
        int n = points[0].Length;
        double[] mean = [.. Enumerable.Range(0, n).Select(i => points.Average(x => x[i]))];
        double[,] covariance = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                covariance[i, j] = points.Average(x => (x[i] - mean[i]) * (x[j] - mean[j]));
            }
        }

        double[,] vectors = Diagonalize(covariance);
        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(i => covariance[i, i])];
        double total = order.Sum(i => covariance[i, i]);
        return new PrincipalComponents(
            mean,
            [.. order.Select(k => Signed([.. Enumerable.Range(0, n).Select(i => vectors[i, k])]))],
            [.. order.Select(i => total > 0 ? Math.Max(0, covariance[i, i]) / total : 0)]);
    }

    /// <summary>A point's coordinate along one of the directions, from the points' mean.</summary>
    /// <param name="point">The point.</param>
    /// <param name="direction">From 0, where the points differ most; 0 beyond the number of components.</param>
    public double Coordinate(ReadOnlySpan<double> point, int direction)
    {
        double sum = 0;
        for (int i = 0; direction < _directions.Length && i < _mean.Length; i++)
        {
            sum += (point[i] - _mean[i]) * _directions[direction][i];
        }

        return sum;
    }

    // A direction and its opposite are equally good; the same picture should come out each time.
    private static double[] Signed(double[] direction) => direction.MaxBy(Math.Abs) < 0 ? [.. direction.Select(static x => -x)] : direction;

    /// <summary>
    /// Turns a symmetric matrix into its eigenvalues on the diagonal by Jacobi's rotations (Golub, Van Loan, Matrix Computations, 8.5), and returns
    /// the eigenvectors as columns.
    /// </summary>
    private static double[,] Diagonalize(double[,] a)
    {
        int n = a.GetLength(0);
        double[,] vectors = new double[n, n];
        double scale = 0;
        for (int i = 0; i < n; i++)
        {
            vectors[i, i] = 1;
            scale += Math.Abs(a[i, i]);
        }

        for (int sweep = 0; sweep < MostSweeps; sweep++)
        {
            double off = 0;
            for (int p = 0; p < n; p++)
            {
                for (int q = p + 1; q < n; q++)
                {
                    off = Math.Max(off, Math.Abs(a[p, q]));
                    Rotate(a, vectors, p, q);
                }
            }

            if (off <= 1e-14 * scale)
            {
                break;
            }
        }

        return vectors;
    }

    private static void Rotate(double[,] a, double[,] vectors, int p, int q)
    {
        if (a[p, q] == 0)
        {
            return;
        }

        double tau = (a[q, q] - a[p, p]) / (2 * a[p, q]);
        double t = (tau >= 0 ? 1 : -1) / (Math.Abs(tau) + Math.Sqrt(1 + (tau * tau)));
        double cosine = 1 / Math.Sqrt(1 + (t * t)), sine = t * cosine;
        int n = a.GetLength(0);
        for (int i = 0; i < n; i++)
        {
            (a[i, p], a[i, q]) = ((cosine * a[i, p]) - (sine * a[i, q]), (sine * a[i, p]) + (cosine * a[i, q]));
        }

        for (int i = 0; i < n; i++)
        {
            (a[p, i], a[q, i]) = ((cosine * a[p, i]) - (sine * a[q, i]), (sine * a[p, i]) + (cosine * a[q, i]));
            (vectors[i, p], vectors[i, q]) = ((cosine * vectors[i, p]) - (sine * vectors[i, q]), (sine * vectors[i, p]) + (cosine * vectors[i, q]));
        }
    }
}
