namespace NeuralOde.Equations.Fitting;

/// <summary>Small symmetric matrices, row by row.</summary>
internal static class Symmetric
{
    /// <summary>Solves <c>A x = b</c> by Cholesky's decomposition.</summary>
    /// <returns>The solution, or null where A is not positive definite.</returns>
    public static double[]? Solve(double[] a, double[] b)
    {
        int n = b.Length;
        double[]? l = Cholesky(a, n);
        if (l is null)
        {
            return null;
        }

        double[] x = [.. b];
        Substitute(l, x);
        return x;
    }

    /// <summary>The inverse, or null where the matrix is not positive definite.</summary>
    public static double[]? Inverse(double[] a, int n)
    {
        double[]? l = Cholesky(a, n);
        if (l is null)
        {
            return null;
        }

        double[] inverse = new double[n * n], column = new double[n];
        for (int j = 0; j < n; j++)
        {
            Array.Clear(column);
            column[j] = 1;
            Substitute(l, column);
            for (int i = 0; i < n; i++)
            {
                inverse[(i * n) + j] = column[i];
            }
        }

        return inverse;
    }

    /// <summary>Eigenvalues, rising, and eigenvectors by Jacobi's rotations.</summary>
    public static (double[] Values, double[][] Vectors) Eigen(double[] matrix, int n)
    {
        double[] a = [.. matrix], v = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            v[(i * n) + i] = 1;
        }

        for (int sweep = 0; sweep < 100; sweep++)
        {
            double off = 0, all = 0;
            for (int i = 0; i < n * n; i++)
            {
                all += a[i] * a[i];
                off += i / n == i % n ? 0 : a[i] * a[i];
            }

            if (!(off > 1e-30 * all))
            {
                break;
            }

            for (int p = 0; p < n; p++)
            {
                for (int q = p + 1; q < n; q++)
                {
                    Rotate(a, v, n, p, q);
                }
            }
        }

        int[] order = [.. Enumerable.Range(0, n).OrderBy(i => a[(i * n) + i])];
        return ([.. order.Select(i => a[(i * n) + i])], [.. order.Select(i => Enumerable.Range(0, n).Select(k => v[(k * n) + i]).ToArray())]);
    }

    private static void Rotate(double[] a, double[] v, int n, int p, int q)
    {
        double apq = a[(p * n) + q];
        if (apq == 0)
        {
            return;
        }

        double theta = (a[(q * n) + q] - a[(p * n) + p]) / (2 * apq);
        double t = (theta < 0 ? -1 : 1) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1)), c = 1 / Math.Sqrt((t * t) + 1), s = t * c;
        for (int k = 0; k < n; k++)
        {
            (a[(k * n) + p], a[(k * n) + q]) = ((c * a[(k * n) + p]) - (s * a[(k * n) + q]), (s * a[(k * n) + p]) + (c * a[(k * n) + q]));
            (v[(k * n) + p], v[(k * n) + q]) = ((c * v[(k * n) + p]) - (s * v[(k * n) + q]), (s * v[(k * n) + p]) + (c * v[(k * n) + q]));
        }

        for (int k = 0; k < n; k++)
        {
            (a[(p * n) + k], a[(q * n) + k]) = ((c * a[(p * n) + k]) - (s * a[(q * n) + k]), (s * a[(p * n) + k]) + (c * a[(q * n) + k]));
        }
    }

    private static double[]? Cholesky(double[] a, int n)
    {
        double[] l = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = a[(i * n) + j];
                for (int k = 0; k < j; k++)
                {
                    sum -= l[(i * n) + k] * l[(j * n) + k];
                }

                if (i == j && !(sum > 1e-14 * Math.Abs(a[(i * n) + i])))
                {
                    return null;
                }

                l[(i * n) + j] = i == j ? Math.Sqrt(sum) : sum / l[(j * n) + j];
            }
        }

        return l;
    }

    private static void Substitute(double[] l, double[] x)
    {
        int n = x.Length;
        for (int i = 0; i < n; i++)
        {
            for (int k = 0; k < i; k++)
            {
                x[i] -= l[(i * n) + k] * x[k];
            }

            x[i] /= l[(i * n) + i];
        }

        for (int i = n - 1; i >= 0; i--)
        {
            for (int k = i + 1; k < n; k++)
            {
                x[i] -= l[(k * n) + i] * x[k];
            }

            x[i] /= l[(i * n) + i];
        }
    }
}
