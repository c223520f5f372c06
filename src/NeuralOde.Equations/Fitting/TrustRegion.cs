namespace NeuralOde.Equations.Fitting;

/// <summary>A point that was reached.</summary>
internal sealed record Minimum(double[] Point, double Value, int Iterations, bool IsConverged);

/// <summary>
/// Minimizes by Gauss-Newton steps with the expected information (Fisher's scoring), damped as by D. Marquardt (1963) where they do not hold what they promise. Bounds
/// hold by an active set: a coordinate at its bound whose gradient leads outward stays.
/// </summary>
internal static class TrustRegion
{
    private const double LongestLogStep = 2.5;

    // A level that falls far at once can leave its minimum for the place where the model hits a few values exactly, and the likelihood has no bound.
    private const double LongestLevelStep = 0.7;

    /// <summary>Minimizes from a point.</summary>
    /// <param name="problem">What is minimized.</param>
    /// <param name="start">Where the search begins.</param>
    /// <param name="held">Coordinates that do not move; none by default.</param>
    /// <param name="most">Most iterations.</param>
    /// <param name="tolerance">Half of the Newton decrement, in units of the log-likelihood, at which the search ends.</param>
    /// <param name="cancellation">Looked at before every iteration.</param>
    /// <returns>The lowest point found.</returns>
    public static Minimum Minimize(
        FitProblem problem, double[] start, IReadOnlyCollection<int>? held = null, int most = 200, double tolerance = 1e-9, CancellationToken cancellation = default)
    {
        int n = problem.Count;
        double[] x = [.. start];
        double value = problem.Evaluate(x), damping = 1e-3;
        if (!double.IsFinite(value) || n == 0)
        {
            return new Minimum(x, value, 0, n == 0);
        }

        double[] gradient = [.. problem.Gradient], information = [.. problem.Information];
        int idle = 0;
        for (int iteration = 1; iteration <= most; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] free = [.. Enumerable.Range(0, n).Where(i => held?.Contains(i) != true && !IsBlocked(problem.Coordinates[i], x[i], gradient[i]))];
            if (free.Length == 0 || Decrement(problem.Coordinates, free, gradient, information) < 2 * tolerance)
            {
                return new Minimum(x, value, iteration, true);
            }

            bool isBetter = false;
            for (int attempt = 0; attempt < 12 && !isBetter; attempt++)
            {
                double[] trial = Step(problem, x, free, gradient, information, ref damping, out double promised);
                double next = problem.Evaluate(trial), gain = (value - next) / Math.Max(promised, 1e-300);
                if (next < value)
                {
                    isBetter = true;
                    idle = value - next < 1e-10 * (1 + Math.Abs(value)) ? idle + 1 : 0;
                    (x, value) = (trial, next);
                    problem.Gradient.CopyTo(gradient, 0);
                    problem.Information.CopyTo(information, 0);
                    damping = Math.Max(1e-12, gain > 0.75 ? damping / 10 : gain < 0.25 ? damping * 3 : damping / 2);
                }
                else
                {
                    damping *= attempt < 2 ? 4 : 20;
                }
            }

            if (!isBetter || idle >= 6)
            {
                // Where no step helps any more, rounding decides; that is a minimum if the promise is small as well.
                return new Minimum(x, value, iteration, Decrement(problem.Coordinates, free, gradient, information) < 1e-4);
            }
        }

        return new Minimum(x, value, most, false);
    }

    private static bool IsTooLong(Coordinate c, double step) => c.IsLogarithmic && !(Math.Abs(step) <= (c.Level >= 0 ? LongestLevelStep : LongestLogStep));

    private static bool IsBlocked(Coordinate c, double x, double gradient) => (x <= c.Lower && gradient > 0) || (x >= c.Upper && gradient < 0);

    private static double[] Step(FitProblem problem, double[] x, int[] free, double[] gradient, double[] information, ref double damping, out double promised)
    {
        int n = problem.Count, m = free.Length;
        double largest = free.Max(i => information[(i * n) + i]);
        double[] step = Damped(problem, free, gradient, information, damping, largest);

        // A flat direction must not run away, nor a long step in it shorten the others: it is damped until it is short enough.
        while (damping < 1e12 && step.Where((d, i) => IsTooLong(problem.Coordinates[free[i]], d)).Any())
        {
            damping *= 4;
            step = Damped(problem, free, gradient, information, damping, largest);
        }

        double[] trial = [.. x];
        for (int i = 0; i < m; i++)
        {
            Coordinate c = problem.Coordinates[free[i]];
            trial[free[i]] = Math.Clamp(x[free[i]] + step[i], c.Lower, c.Upper);
        }

        promised = 0;
        for (int i = 0; i < m; i++)
        {
            double moved = trial[free[i]] - x[free[i]], along = 0;
            for (int j = 0; j < m; j++)
            {
                along += information[(free[i] * n) + free[j]] * (trial[free[j]] - x[free[j]]);
            }

            promised -= moved * (gradient[free[i]] + (0.5 * along));
        }

        return trial;
    }

    private static double[] Damped(FitProblem problem, int[] free, double[] gradient, double[] information, double damping, double largest)
    {
        int n = problem.Count, m = free.Length;
        double[] a = new double[m * m], b = new double[m];
        for (int i = 0; i < m; i++)
        {
            b[i] = -gradient[free[i]];
            for (int j = 0; j < m; j++)
            {
                a[(i * m) + j] = information[(free[i] * n) + free[j]];
            }

            // On a logarithmic scale a step of one is long whatever the information says.
            double least = problem.Coordinates[free[i]].IsLogarithmic ? 1 : 1e-10 * largest;
            a[(i * m) + i] += (damping * Math.Max(a[(i * m) + i], least)) + 1e-300;
        }

        return Symmetric.Solve(a, b) ?? [.. b.Select((g, i) => g / a[(i * m) + i])];
    }

    /// <summary>What an undamped step promises, twice: <c>gᵀ A⁻¹ g</c>. Where a factor of e would change the likelihood by less than 1e-4 there is nothing to gain.</summary>
    private static double Decrement(IReadOnlyList<Coordinate> coordinates, int[] free, double[] gradient, double[] information)
    {
        int n = gradient.Length, m = free.Length;
        double[] a = new double[m * m], b = new double[m];
        for (int i = 0; i < m; i++)
        {
            b[i] = gradient[free[i]];
            for (int j = 0; j < m; j++)
            {
                a[(i * m) + j] = information[(free[i] * n) + free[j]];
            }

            a[(i * m) + i] = (a[(i * m) + i] * (1 + 1e-9)) + (coordinates[free[i]].IsLogarithmic ? 1e-4 : 0);
        }

        double[]? step = Symmetric.Solve(a, b);
        return step is null ? double.PositiveInfinity : step.Zip(b).Sum(static p => p.First * p.Second);
    }
}
