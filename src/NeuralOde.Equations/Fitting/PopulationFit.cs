using NeuralOde.Equations.Data;
using NeuralOde.Equations.Simulation;

namespace NeuralOde.Equations.Fitting;

/// <summary>
/// Fits parameters that differ between series by log-normal distributions: maximum likelihood by first-order conditional estimation with interaction, which is Laplace's
/// approximation of each series' integral with the expected information in the place of second derivatives.
/// </summary>
/// <remarks>
/// Outer parameters are searched by BFGS with central differences of the approximated likelihood, whose inner minima are found to rounding. J. Pinheiro, D. Bates,
/// <i>Mixed-Effects Models in S and S-PLUS</i>, 2000, section 7.2; Y. Wang, "Derivation of various NONMEM estimation methods", 2007.
/// </remarks>
internal sealed class PopulationFit
{
    private const int MostIterations = 200;
    private const double Step = 1e-3;
    private readonly EquationModel _model;
    private readonly int _threads;
    private readonly CancellationToken _cancellation;
    private readonly FitProblem _problem;
    private readonly FitProblem[] _workers;
    private readonly PopulationObjective _objective;

    public PopulationFit(EquationModel model, EquationData data, EquationFitOptions options, CancellationToken cancellation)
    {
        (_model, _threads, _cancellation) = (model, options.Threads, cancellation);
        if (data.Series.Count(static x => x.Values.Length > 0) < 2)
        {
            throw new EquationFitException(
                EquationFitReason.TooFewValues,
                "A parameter that varies between series needs at least two series with values.",
                "Leave out 'varies', or name the column of the series.");
        }

        if (model.Bound.Parameters.Any(static x => x.IsPerSeries))
        {
            throw new EquationFitException(
                EquationFitReason.TooFewValues,
                "A model has parameters that vary between series, or parameters per series, but not both.",
                "Write 'varies' for all, or 'per series'.");
        }

        _problem = new FitProblem(model.Bound, data, new SimulationOptions { RelativeTolerance = Math.Min(options.RelativeTolerance, 1e-9) });
        double[] start = _problem.Start();
        if (!_problem.Prepare(start) || !double.IsFinite(_problem.Evaluate(start)))
        {
            throw new EquationFitException(
                EquationFitReason.NoStart, $"The model cannot be solved for its start values. {_problem.Problem}", "Change the start values or the bounds.");
        }

        // All series as one first: a start for what they have in common.
        double[] pooled = TrustRegion.Minimize(_problem, start, tolerance: 1e-4, cancellation: cancellation).Point;
        _workers = [.. Enumerable.Range(0, Math.Clamp(options.Threads, 1, data.Series.Count)).Select(_ => _problem.Clone())];
        _objective = new PopulationObjective(_workers, pooled);
    }

    public EquationFit Run()
    {
        double[] x = _objective.Start();
        double value = _objective.Evaluate(x, accept: true);
        if (!double.IsFinite(value))
        {
            throw new EquationFitException(
                EquationFitReason.NoStart, "The likelihood of the population is not finite at the start.", "Change the start values, or begin with smaller spreads.");
        }

        bool isConverged = Minimize(x, ref value);
        double[] hessian = Hessian(x, value);
        double[]? covariance = Symmetric.Inverse(hessian, x.Length);
        return new PopulationResult(_model, _problem, _objective, x, covariance, _threads).Build(value, isConverged);
    }

    /// <summary>BFGS with backtracking.</summary>
    private bool Minimize(double[] x, ref double value)
    {
        int n = x.Length;
        double[] inverse = Scaled(n), gradient = Gradient(x);
        for (int iteration = 0; iteration < MostIterations; iteration++)
        {
            _cancellation.ThrowIfCancellationRequested();
            double[] direction = new double[n];
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    direction[i] -= inverse[(i * n) + j] * gradient[j];
                }
            }

            double slope = Dot(direction, gradient), longest = direction.Max(Math.Abs);
            if (!(slope < 0))
            {
                inverse = Scaled(n);
                direction = [.. gradient.Select(static g => -1e-3 * g)];
                (slope, longest) = (Dot(direction, gradient), direction.Max(Math.Abs));
            }

            // The gain that is expected is far below what the likelihood tells apart.
            if (-slope < 1e-9)
            {
                return true;
            }

            double length = Math.Min(1, 0.5 / longest);
            double[] next = x;
            double found = double.PositiveInfinity;
            for (int k = 0; k < 30 && !(found <= value + (1e-4 * length * slope)); k++, length /= 2)
            {
                next = [.. x.Select((v, i) => _objective.Clamp(i, v + (length * direction[i])))];
                found = _objective.Evaluate(next, accept: false);
            }

            if (!(found < value))
            {
                return -slope < 1e-5;
            }

            double[] slopes = Gradient(next);
            Update(inverse, [.. next.Zip(x, (a, b) => a - b)], [.. slopes.Zip(gradient, (a, b) => a - b)]);
            next.CopyTo(x, 0);
            (value, gradient) = (_objective.Evaluate(x, accept: true), slopes);
        }

        return false;
    }

    private static double[] Scaled(int n) => [.. Enumerable.Range(0, n * n).Select(i => i / n == i % n ? 0.01 : 0.0)];

    private static void Update(double[] inverse, double[] s, double[] y)
    {
        int n = s.Length;
        double sy = Dot(s, y);
        if (!(sy > 1e-12))
        {
            return;
        }

        double[] hy = new double[n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                hy[i] += inverse[(i * n) + j] * y[j];
            }
        }

        double yhy = Dot(y, hy);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                inverse[(i * n) + j] += ((1 + (yhy / sy)) * s[i] * s[j] / sy) - (((hy[i] * s[j]) + (s[i] * hy[j])) / sy);
            }
        }
    }

    private double[] Gradient(double[] x)
    {
        double[] gradient = new double[x.Length], moved = [.. x];
        for (int i = 0; i < x.Length; i++)
        {
            double h = Step * _objective.SizeOf(i, x);
            moved[i] = x[i] + h;
            double above = _objective.Evaluate(moved, accept: false);
            moved[i] = x[i] - h;
            gradient[i] = (above - _objective.Evaluate(moved, accept: false)) / (2 * h);
            moved[i] = x[i];
        }

        return gradient;
    }

    /// <summary>Second differences of the approximated likelihood, with steps ten times as long: the error of the solves counts by the square.</summary>
    private double[] Hessian(double[] x, double value)
    {
        int n = x.Length;
        double[] hessian = new double[n * n], h = [.. x.Select((_, i) => 10 * Step * _objective.SizeOf(i, x))];
        for (int i = 0; i < n; i++)
        {
            _cancellation.ThrowIfCancellationRequested();
            hessian[(i * n) + i] = (At(i, 1, i, 0) - (2 * value) + At(i, -1, i, 0)) / (h[i] * h[i]);
            for (int j = 0; j < i; j++)
            {
                double mixed = (At(i, 1, j, 1) - At(i, 1, j, -1) - At(i, -1, j, 1) + At(i, -1, j, -1)) / (4 * h[i] * h[j]);
                (hessian[(i * n) + j], hessian[(j * n) + i]) = (mixed, mixed);
            }
        }

        return hessian;

        double At(int i, int a, int j, int b)
        {
            double[] moved = [.. x];
            moved[i] += a * h[i];
            moved[j] += b * h[j];
            return _objective.Evaluate(moved, accept: false);
        }
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, static (x, y) => x * y).Sum();
}
