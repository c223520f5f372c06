using NeuralOde.Series.Forecasting.Linear;

namespace NeuralOde.Series.Forecasting.Curves;

/// <summary>
/// The parameters of one curve: nonlinear least squares with a normal prior, by damped Gauss-Newton steps (Levenberg 1944; Marquardt 1963) with numerical derivatives.
/// </summary>
internal static class CurveSearch
{
    private const double Difference = 1e-6;

    /// <summary>Searches from a start.</summary>
    /// <param name="curve">The transformed value of the curve at a time.</param>
    /// <param name="times">The times.</param>
    /// <param name="values">Transformed values.</param>
    /// <param name="variance">The variance of a value around the curve.</param>
    /// <param name="mean">The mean of the prior.</param>
    /// <param name="precision">The inverse of its covariance, row-major.</param>
    /// <param name="start">Where the search begins.</param>
    /// <param name="steps">How many steps are tried.</param>
    /// <returns>The best parameters, the inverse of their covariance, the sum of squared residuals and that of the prior.</returns>
    public static Result Run(
        CurveForm.Function curve, double[] times, double[] values, double variance, double[] mean, double[] precision, double[] start, int steps)
    {
        int n = start.Length;
        double[] point = [.. start], curvature = new double[n * n], gradient = new double[n];
        double squares = Squares(curve, times, values, point), prior = Prior(point, mean, precision), damping = 1e-3;
        Linearize(curve, times, values, variance, mean, precision, point, curvature, gradient);
        for (int step = 0; step < steps && double.IsFinite(squares); step++)
        {
            double[] damped = [.. curvature], move = [.. gradient];
            for (int i = 0; i < n; i++)
            {
                damped[(i * n) + i] *= 1 + damping;
            }

            _ = Cholesky.Factor(damped, n);
            Cholesky.SolveLower(damped, move);
            Cholesky.SolveUpper(damped, move);
            double[] next = [.. point.Select((x, i) => x + move[i])];
            double nextSquares = Squares(curve, times, values, next), nextPrior = Prior(next, mean, precision);
            double decrease = ((squares - nextSquares) / variance) + prior - nextPrior;
            if (!(decrease >= 0))
            {
                damping *= 10;
                if (damping > 1e8)
                {
                    break;
                }

                continue;
            }

            (point, squares, prior, damping) = (next, nextSquares, nextPrior, Math.Max(damping / 10, 1e-9));
            Linearize(curve, times, values, variance, mean, precision, point, curvature, gradient);
            if (decrease < 1e-6)
            {
                break;
            }
        }

        return new Result(point, curvature, squares, prior);
    }

    private static double Squares(CurveForm.Function curve, double[] times, double[] values, double[] point)
    {
        double sum = 0;
        for (int i = 0; i < times.Length; i++)
        {
            double error = values[i] - curve(times[i], point);
            sum += error * error;
        }

        return double.IsNaN(sum) ? double.PositiveInfinity : sum;
    }

    private static double Prior(double[] point, double[] mean, double[] precision)
    {
        double sum = 0;
        for (int i = 0; i < point.Length; i++)
        {
            for (int j = 0; j < point.Length; j++)
            {
                sum += (point[i] - mean[i]) * precision[(i * point.Length) + j] * (point[j] - mean[j]);
            }
        }

        return sum;
    }

    /// <summary>Half of the second derivatives of the objective, as Gauss and Newton take them, and minus half of its gradient.</summary>
    private static void Linearize(
        CurveForm.Function curve, double[] times, double[] values, double variance, double[] mean, double[] precision, double[] point, double[] curvature, double[] gradient)
    {
        int n = point.Length;
        precision.CopyTo(curvature, 0);
        for (int i = 0; i < n; i++)
        {
            gradient[i] = 0;
            for (int j = 0; j < n; j++)
            {
                gradient[i] -= precision[(i * n) + j] * (point[j] - mean[j]);
            }
        }

        double[] slopes = new double[n];
        for (int t = 0; t < times.Length; t++)
        {
            double value = curve(times[t], point), error = values[t] - value;
            Slopes(curve, times[t], point, slopes);
            for (int i = 0; i < n; i++)
            {
                gradient[i] += slopes[i] * error / variance;
                for (int j = 0; j < n; j++)
                {
                    curvature[(i * n) + j] += slopes[i] * slopes[j] / variance;
                }
            }
        }
    }

    /// <summary>The derivatives of a curve by its parameters.</summary>
    public static void Slopes(CurveForm.Function curve, double time, double[] point, double[] slopes)
    {
        for (int i = 0; i < point.Length; i++)
        {
            double kept = point[i], step = Difference * (1 + Math.Abs(kept));
            point[i] = kept + step;
            double above = curve(time, point);
            point[i] = kept - step;
            double slope = (above - curve(time, point)) / (2 * step);
            point[i] = kept;
            slopes[i] = double.IsFinite(slope) ? slope : 0;
        }
    }

    /// <summary>What a search found.</summary>
    internal readonly record struct Result(double[] Point, double[] Curvature, double Squares, double Prior);
}
