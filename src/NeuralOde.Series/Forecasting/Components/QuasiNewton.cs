namespace NeuralOde.Series.Forecasting.Components;

/// <summary>Minimizes a smooth function of a few variables by the BFGS method (Nocedal and Wright 2006, algorithm 6.1) with central differences.</summary>
internal static class QuasiNewton
{
    private const double Difference = 1e-4;
    private const double LongestStep = 3;

    /// <summary>Minimizes from a start.</summary>
    /// <param name="objective">The function; may be infinite, not NaN.</param>
    /// <param name="start">The start.</param>
    /// <param name="iterations">How many directions are tried.</param>
    /// <param name="tolerance">The decrease at which it ends.</param>
    /// <returns>The best point and its value.</returns>
    public static (double[] Point, double Value) Minimize(Func<double[], double> objective, ReadOnlySpan<double> start, int iterations, double tolerance)
    {
        int n = start.Length;
        double[] point = start.ToArray(), gradient = new double[n], inverse = new double[n * n], direction = new double[n];
        double value = objective(point);
        if (n == 0)
        {
            return (point, value);
        }

        Gradient(objective, point, gradient);
        bool isFresh = true;
        int small = 0;
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            Direction(inverse, gradient, direction, isFresh);
            double slope = Dot(gradient, direction);
            if (!(slope < 0))
            {
                if (isFresh)
                {
                    break;
                }

                isFresh = true;
                continue;
            }

            (double[]? next, double lower) = Search(objective, point, value, direction, slope);
            if (next is null)
            {
                if (isFresh)
                {
                    break;
                }

                isFresh = true;
                continue;
            }

            double[] nextGradient = new double[n];
            Gradient(objective, next, nextGradient);
            Update(inverse, point, next, gradient, nextGradient, ref isFresh);
            small = value - lower < tolerance ? small + 1 : 0;
            (point, value, gradient) = (next, lower, nextGradient);
            if (small == 2)
            {
                break;
            }
        }

        return (point, value);
    }

    private static void Gradient(Func<double[], double> objective, double[] point, double[] gradient)
    {
        double[] moved = [.. point];
        for (int i = 0; i < point.Length; i++)
        {
            moved[i] = point[i] + Difference;
            double above = objective(moved);
            moved[i] = point[i] - Difference;
            double below = objective(moved);
            moved[i] = point[i];
            double slope = (above - below) / (2 * Difference);
            gradient[i] = double.IsFinite(slope) ? slope : 0;
        }
    }

    private static void Direction(double[] inverse, double[] gradient, double[] direction, bool isFresh)
    {
        int n = gradient.Length;
        if (isFresh)
        {
            double length = Math.Sqrt(Dot(gradient, gradient));
            for (int i = 0; i < n; i++)
            {
                direction[i] = -gradient[i] / Math.Max(1, length);
            }

            return;
        }

        double longest = 0;
        for (int i = 0; i < n; i++)
        {
            direction[i] = -Dot(inverse.AsSpan(i * n, n), gradient);
            longest = Math.Max(longest, Math.Abs(direction[i]));
        }

        if (longest > LongestStep)
        {
            for (int i = 0; i < n; i++)
            {
                direction[i] *= LongestStep / longest;
            }
        }
    }

    private static (double[]? Point, double Value) Search(Func<double[], double> objective, double[] point, double value, double[] direction, double slope)
    {
        double length = 1;
        for (int attempt = 0; attempt < 12; attempt++)
        {
            double[] next = new double[point.Length];
            for (int i = 0; i < next.Length; i++)
            {
                next[i] = point[i] + (length * direction[i]);
            }

            double found = objective(next);
            if (found <= value + (1e-4 * length * slope))
            {
                return (next, found);
            }

            // The minimum of the parabola through both values, within limits.
            double parabola = -slope * length * length / (2 * (found - value - (slope * length)));
            length = double.IsFinite(parabola) ? Math.Clamp(parabola, 0.1 * length, 0.5 * length) : 0.2 * length;
        }

        return (null, value);
    }

    private static void Update(double[] inverse, double[] point, double[] next, double[] gradient, double[] nextGradient, ref bool isFresh)
    {
        int n = point.Length;
        double[] step = new double[n], change = new double[n], product = new double[n];
        for (int i = 0; i < n; i++)
        {
            (step[i], change[i]) = (next[i] - point[i], nextGradient[i] - gradient[i]);
        }

        double curvature = Dot(step, change);
        if (!(curvature > 1e-10 * Math.Sqrt(Dot(step, step) * Dot(change, change))))
        {
            return;
        }

        if (isFresh)
        {
            Array.Clear(inverse);
            double scale = curvature / Dot(change, change);
            for (int i = 0; i < n; i++)
            {
                inverse[(i * n) + i] = scale;
            }

            isFresh = false;
        }

        for (int i = 0; i < n; i++)
        {
            product[i] = Dot(inverse.AsSpan(i * n, n), change);
        }

        double factor = (1 + (Dot(change, product) / curvature)) / curvature;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                inverse[(i * n) + j] += (factor * step[i] * step[j]) - (((product[i] * step[j]) + (step[i] * product[j])) / curvature);
            }
        }
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
