namespace NeuralOde.Equations.Fitting;

/// <summary>Covariances from the expected and from the observed information, and what makes them singular.</summary>
internal sealed class InformationMatrix
{
    /// <summary>Below this share of the largest, an eigenvalue of the scaled information is rounding or a flat direction.</summary>
    private const double Singular = 1e-9;

    // Priors keep the weights of unknown terms apart, by far less than the data the rest.
    private const double SingularWithWeights = 1e-14;

    private InformationMatrix(int[] free, double[]? expected, double[]? observed, IReadOnlyList<int> flat, IReadOnlyList<double[]> directions)
    {
        Directions = directions;
        Free = free;
        Expected = expected;
        Observed = observed;
        Flat = flat;
    }

    /// <summary>The coordinates that are not at a bound.</summary>
    public int[] Free { get; }

    /// <summary>Covariance of the coordinates from the expected information, or null where it is singular.</summary>
    public double[]? Expected { get; }

    /// <summary>Covariance of the coordinates from the observed information, or null where it is not positive definite.</summary>
    public double[]? Observed { get; }

    /// <summary>The coordinates along which the likelihood is flat.</summary>
    public IReadOnlyList<int> Flat { get; }

    /// <summary>The flat directions that were found in the expected information, a change of each free coordinate.</summary>
    public IReadOnlyList<double[]> Directions { get; }

    /// <summary>Evaluates both at a minimum; the second derivatives are central differences of exact gradients.</summary>
    public static InformationMatrix At(FitProblem problem, double[] point, int[] free)
    {
        int n = problem.Count, m = free.Length;
        problem.Evaluate(point);
        double[] expected = Part(problem.Information, n, free), observed = new double[m * m];
        double[] moved = [.. point];
        bool isWhole = true;
        for (int k = 0; k < m && isWhole; k++)
        {
            // A hundredth of the conditional error: small for third derivatives, large for the error of the solves.
            double h = 0.01 / Math.Sqrt(Math.Max(expected[(k * m) + k], 1e-8));
            Coordinate c = problem.Coordinates[free[k]];
            h = Math.Min(h, c.IsLogarithmic ? 0.02 : 0.02 * Math.Max(1, Math.Abs(point[free[k]])));
            moved[free[k]] = point[free[k]] + h;
            isWhole &= double.IsFinite(problem.Evaluate(moved));
            double[] above = [.. problem.Gradient];
            moved[free[k]] = point[free[k]] - h;
            isWhole &= double.IsFinite(problem.Evaluate(moved));
            moved[free[k]] = point[free[k]];
            for (int l = 0; l < m; l++)
            {
                double second = (above[free[l]] - problem.Gradient[free[l]]) / (2 * h);
                observed[(k * m) + l] += 0.5 * second;
                observed[(l * m) + k] += 0.5 * second;
            }
        }

        problem.Evaluate(point);
        List<int> flat = [];
        List<double[]> directions = [];
        double least = problem.Coordinates.Any(static x => x.IsWeight) ? SingularWithWeights : Singular;
        double[]? expectedInverse = Inverse(expected, m, free, flat, directions, least);
        double[]? observedInverse = isWhole ? Inverse(observed, m, free, [], [], least) : null;
        return new InformationMatrix(free, expectedInverse, observedInverse, flat, directions);
    }

    private static double[] Part(double[] a, int n, int[] free)
    {
        int m = free.Length;
        double[] part = new double[m * m];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < m; j++)
            {
                part[(i * m) + j] = a[(free[i] * n) + free[j]];
            }
        }

        return part;
    }

    private static double[]? Inverse(double[] a, int m, int[] free, List<int> flat, List<double[]> directions, double least)
    {
        double[] size = new double[m], scaled = new double[m * m];
        for (int i = 0; i < m; i++)
        {
            double diagonal = a[(i * m) + i];
            if (!(diagonal > 0))
            {
                flat.Add(free[i]);
            }

            size[i] = diagonal > 0 ? 1 / Math.Sqrt(diagonal) : 0;
        }

        for (int i = 0; i < m * m; i++)
        {
            scaled[i] = a[i] * size[i / m] * size[i % m];
        }

        (double[] values, double[][] vectors) = Symmetric.Eigen(scaled, m);
        for (int i = 0; i < m; i++)
        {
            if (values[i] < least * values[^1])
            {
                directions.Add([.. vectors[i].Select((v, k) => v * size[k])]);
                flat.AddRange(Enumerable.Range(0, m).Where(k => Math.Abs(vectors[i][k]) > 0.1 && !flat.Contains(free[k])).Select(k => free[k]));
            }
        }

        if (m == 0 || values[0] < least * values[^1])
        {
            return null;
        }

        double[]? inverse = Symmetric.Inverse(scaled, m);
        for (int i = 0; inverse is not null && i < m * m; i++)
        {
            inverse[i] *= size[i / m] * size[i % m];
        }

        return inverse;
    }
}
