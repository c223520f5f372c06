using NeuralOde.Tensors;

namespace NeuralOde.Equations.Fitting;

/// <summary>
/// The negative log-likelihood of a population, each series' integral over its deviations η by Laplace's approximation:
/// <c>Σ_i [ℓ_i(φ + η̂_i) + ½ η̂ᵢᵀ Ω⁻¹ η̂ᵢ + ½ log |I_i + Ω⁻¹| + ½ log |Ω|]</c>, with the mode η̂ and the expected information I there.
/// </summary>
internal sealed class PopulationObjective
{
    private const int MostIterations = 100;
    private const double LeastSpread = 1e-3, GreatestSpread = 10, GreatestSlope = 50;
    private readonly FitProblem[] _workers;
    private readonly FitProblem _problem;
    private readonly double[] _start;

    // Where the search for the modes begins: at those of the point that was accepted last, so that a value does not depend on what was tried in between.
    private readonly double[][] _accepted;
    private readonly double[][] _found;

    /// <param name="workers">The same problem once for each thread.</param>
    /// <param name="start">Where the shared coordinates begin.</param>
    public PopulationObjective(FitProblem[] workers, double[] start)
    {
        (_workers, _problem, _start) = (workers, workers[0], start);
        Varying = [.. Enumerable.Range(0, _problem.Count).Where(i => Spread(i) is not null)];
        Effects = new RandomEffects(
            Varying.Length, _problem.Model.Correlations.Select(x => x.Select(p => Array.FindIndex(Varying, i => _problem.Coordinates[i].Parameter == p)).ToArray()));
        _accepted = [.. _problem.Data.Series.Select(_ => new double[Varying.Length])];
        _found = [.. _problem.Data.Series.Select(_ => new double[Varying.Length])];
    }

    /// <summary>The coordinates that vary between series.</summary>
    public int[] Varying { get; }

    /// <summary>The covariance of the deviations, whose coordinates follow the shared ones.</summary>
    public RandomEffects Effects { get; }

    /// <summary>The modes of the series' deviations at the point that was accepted last.</summary>
    public IReadOnlyList<double[]> Deviations => _accepted;

    public double[] Start() => [.. _start, .. Varying.Select(i => Math.Log(Spread(i)!.Value)), .. Effects.Pairs.Select(static _ => 0.0)];

    public double Clamp(int i, double value) => i < _problem.Count
        ? Math.Clamp(value, _problem.Coordinates[i].Lower, _problem.Coordinates[i].Upper)
        : i >= _problem.Count + Varying.Length ? Math.Clamp(value, -GreatestSlope, GreatestSlope) : Math.Clamp(value, Math.Log(LeastSpread), Math.Log(GreatestSpread));

    /// <summary>Which bound a coordinate is at: −1 the lower, 1 the upper, 0 none.</summary>
    public int AtBound(int i, double value)
    {
        double room = 1e-4 * Math.Max(1, Math.Abs(value));
        return Clamp(i, value - room) > value - room ? -1 : Clamp(i, value + room) < value + room ? 1 : 0;
    }

    /// <summary>The size of a change of a coordinate that matters: 1 for logarithms.</summary>
    public double SizeOf(int i, double[] x) => i >= _problem.Count || _problem.Coordinates[i].IsLogarithmic ? 1 : Math.Max(0.1, Math.Abs(x[i]));

    public double PriorOf(double[] x) => Enumerable.Range(0, _problem.Count).Sum(i => _problem.Coordinates[i].PriorTerm(x[i]).Value);

    /// <summary>The coordinates of a series at its mode.</summary>
    public double[] PointOf(int series, double[] x) => Moved(x, _accepted[series]);

    /// <summary>Evaluates.</summary>
    /// <param name="x">The shared coordinates, then those of the deviations' covariance.</param>
    /// <param name="accept">Whether the modes that are found are where later searches begin.</param>
    public double Evaluate(double[] x, bool accept)
    {
        double[] parts = new double[_found.Length];

        // Each worker has series of its own, whatever the threads do.
        Parallel.For(0, _workers.Length, new ParallelOptions { MaxDegreeOfParallelism = _workers.Length }, w =>
        {
            for (int s = w; s < parts.Length; s += _workers.Length)
            {
                parts[s] = SeriesValue(_workers[w], s, x);
            }
        });
        if (accept)
        {
            for (int s = 0; s < parts.Length; s++)
            {
                _found[s].CopyTo(_accepted[s], 0);
            }
        }

        double value = parts.Sum() + PriorOf(x);
        return double.IsFinite(value) ? value : double.PositiveInfinity;
    }

    private double? Spread(int coordinate) => _problem.Model.Parameters[_problem.Coordinates[coordinate].Parameter].Spread;

    private double[] Moved(double[] x, double[] deviations)
    {
        double[] point = x[.._problem.Count];
        for (int k = 0; k < Varying.Length; k++)
        {
            point[Varying[k]] += deviations[k];
        }

        return point;
    }

    /// <summary>Approximates the integral over a series' deviations around their mode.</summary>
    private double SeriesValue(FitProblem problem, int series, double[] x)
    {
        (double[] precision, double halfLogDeterminant) = Effects.Inverse(x.AsSpan(problem.Count));
        (double value, double[] eta) = Mode(problem, series, x, precision);
        eta.CopyTo(_found[series], 0);
        if (!double.IsFinite(value))
        {
            return double.PositiveInfinity;
        }

        (double[] sizes, _) = Symmetric.Eigen(Curvature(problem, precision), Varying.Length);
        return value + (0.5 * sizes.Sum(static v => Math.Log(v))) + halfLogDeterminant;
    }

    /// <summary>Draws the coordinates of a series given its values: from the normal approximation around the mode of its deviations.</summary>
    /// <param name="problem">The problem with the series' values; the calling thread's own.</param>
    /// <param name="series">Which series.</param>
    /// <param name="x">The population.</param>
    /// <param name="random">Where the draws come from.</param>
    public double[] DrawGivenValues(FitProblem problem, int series, double[] x, RandomSource random)
    {
        int r = Varying.Length;
        (double[] precision, _) = Effects.Inverse(x.AsSpan(problem.Count));
        (double value, double[] eta) = Mode(problem, series, x, precision);
        double[]? covariance = double.IsFinite(value) ? Symmetric.Inverse(Curvature(problem, precision), r) : null;
        if (covariance is not null)
        {
            new NormalDraws(covariance, r).AddTo(eta, [.. Enumerable.Range(0, r)], 1, random);
        }

        return Moved(x, eta);
    }

    /// <summary>Draws the coordinates of a series of which nothing is known.</summary>
    public double[] DrawFromPopulation(double[] x, RandomSource random)
    {
        int r = Varying.Length;
        double[] factor = Effects.Factor(x.AsSpan(_problem.Count)), normal = new double[r], eta = new double[r];
        random.FillNormal<double>(normal);
        for (int i = 0; i < r; i++)
        {
            eta[i] = Product(factor, i, normal);
        }

        return Moved(x, eta);
    }

    /// <summary>Finds the mode of a series' deviations by Newton's method with the expected information; the problem is evaluated there last.</summary>
    private (double Value, double[] Deviations) Mode(FitProblem problem, int series, double[] x, double[] precision)
    {
        int r = Varying.Length;
        double[] eta = [.. _accepted[series]];
        double value = Penalized(problem, series, x, eta, precision);
        if (!double.IsFinite(value))
        {
            eta = new double[r];
            value = Penalized(problem, series, x, eta, precision);
        }

        for (int iteration = 0; iteration < MostIterations && double.IsFinite(value); iteration++)
        {
            double[] slope = [.. Enumerable.Range(0, r).Select(k => problem.Gradient[Varying[k]] + Product(precision, k, eta))];
            double[]? step = Symmetric.Solve(Curvature(problem, precision), slope);
            double gain = step is null ? 0 : step.Zip(slope, static (a, b) => a * b).Sum();
            if (!(gain > 1e-13))
            {
                break;
            }

            double[] next = eta;
            double found = double.PositiveInfinity;
            for (double length = 1; length > 1e-6 && !(found <= value); length /= 2)
            {
                next = [.. eta.Select((e, k) => e - (length * step![k]))];
                found = Penalized(problem, series, x, next, precision);
            }

            if (!(found <= value))
            {
                // No descent beyond rounding: back to where the curvature is wanted.
                value = Penalized(problem, series, x, eta, precision);
                break;
            }

            (eta, value) = (next, found);
        }

        return (value, eta);
    }

    private double Penalized(FitProblem problem, int series, double[] x, double[] eta, double[] precision) =>
        problem.EvaluateSeries(series, Moved(x, eta)) + (0.5 * eta.Select((e, k) => e * Product(precision, k, eta)).Sum());

    private static double Product(double[] matrix, int row, double[] vector)
    {
        double sum = 0;
        for (int k = 0; k < vector.Length; k++)
        {
            sum += matrix[(row * vector.Length) + k] * vector[k];
        }

        return sum;
    }

    /// <summary>The expected information of the deviations and the precision of the population.</summary>
    private double[] Curvature(FitProblem problem, double[] precision)
    {
        int r = Varying.Length;
        double[] matrix = new double[r * r];
        for (int i = 0; i < r * r; i++)
        {
            matrix[i] = problem.Information[(Varying[i / r] * problem.Count) + Varying[i % r]] + precision[i];
        }

        return matrix;
    }
}
