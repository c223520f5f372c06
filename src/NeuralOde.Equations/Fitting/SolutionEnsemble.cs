using NeuralOde.Equations.Data;
using NeuralOde.Equations.Simulation;
using NeuralOde.Series.Tables;

namespace NeuralOde.Equations.Fitting;

/// <summary>Solutions for drawn parameters: the solution of the model itself, and at each time a band that holds a share of the others.</summary>
public sealed class SolutionEnsemble
{
    /// <summary>Of the draws, at least this share must be solvable.</summary>
    private const double LeastShare = 0.8;

    private SolutionEnsemble(EquationSolution center, double[][] lower, double[][] upper, int count)
    {
        (Center, Lower, Upper, Count) = (center, lower, upper, count);
    }

    /// <summary>The solution without drawn parameters.</summary>
    public EquationSolution Center { get; }

    /// <summary>The lower end of the band of each column, one value per time.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Lower { get; }

    /// <summary>The upper end.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Upper { get; }

    /// <summary>How many draws could be solved.</summary>
    public int Count { get; }

    /// <summary>Solves a model for drawn parameters, over threads.</summary>
    /// <param name="model">The model, which gives the center.</param>
    /// <param name="options">Until when, and how; what is set there is known, and not drawn.</param>
    /// <param name="draws">The draws (<see cref="ParameterDraws"/>).</param>
    /// <param name="level">The share of the draws that the band is to hold, above 0 and below 1.</param>
    /// <returns>The ensemble.</returns>
    /// <exception cref="EquationSolveException">Something is missing or unknown, or the model cannot be solved for most draws.</exception>
    public static SolutionEnsemble Solve(EquationModel model, EquationSolveOptions options, IReadOnlyList<IReadOnlyDictionary<string, double>> draws, double level = 0.9)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Solve(options, draws, level, x => EquationSolver.Solve(model, x));
    }

    /// <summary>Solves a model for drawn parameters and each series of a table: with its doses, inputs and covariates.</summary>
    /// <param name="table">The table.</param>
    /// <param name="model">The model, which gives the center.</param>
    /// <param name="options">Until when, and how; what is set there is known, and not drawn.</param>
    /// <param name="draws">The draws (<see cref="ParameterDraws"/>).</param>
    /// <param name="level">The share of the draws that the band is to hold, above 0 and below 1.</param>
    /// <param name="columns">Which columns are what.</param>
    /// <returns>The series' names, each with its ensemble.</returns>
    /// <exception cref="EquationDataException">The table does not have what the model needs.</exception>
    /// <exception cref="EquationSolveException">Something is missing or unknown, or the model cannot be solved for most draws.</exception>
    public static IReadOnlyList<(string Series, SolutionEnsemble Ensemble)> Solve(
        CsvTable table,
        EquationModel model,
        EquationSolveOptions options,
        IReadOnlyList<IReadOnlyDictionary<string, double>> draws,
        double level = 0.9,
        EquationDataOptions? columns = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(model);
        IReadOnlyList<SeriesInput> inputs = new EquationDataReader(table, model.Bound, columns ?? new EquationDataOptions()).ReadInputs();
        return [.. inputs.Select(input => (input.Name, Solve(options, draws, level, x => EquationSolver.Solve(model, x, input))))];
    }

    private static SolutionEnsemble Solve(
        EquationSolveOptions options, IReadOnlyList<IReadOnlyDictionary<string, double>> draws, double level, Func<EquationSolveOptions, EquationSolution> solve)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(draws);
        if (!(level is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "A level is above 0 and below 1.");
        }

        EquationSolution center = solve(options);
        var solutions = new EquationSolution?[draws.Count];
        string problem = "";
        Parallel.For(0, draws.Count, d =>
        {
            Dictionary<string, double> set = new(draws[d]);
            foreach ((string name, double value) in options.Set)
            {
                // What is set by hand is known, and not drawn.
                set[name] = value;
            }

            try
            {
                solutions[d] = solve(options with { Set = set });
            }
            catch (EquationSolveException e) when (e.Reason == EquationSolveReason.NotSolvable)
            {
                problem = e.Problem;
            }
        });
        EquationSolution[] solved = [.. solutions.Where(static x => x is not null).Select(static x => x!)];
        if (solved.Length < LeastShare * draws.Count)
        {
            throw new EquationSolveException(
                EquationSolveReason.NotSolvable, $"The model can be solved for {solved.Length} of {draws.Count} draws of its parameters only. {problem}",
                "Give bounds or narrower priors.");
        }

        double[][] lower = [.. center.Values.Select(static x => new double[x.Count])], upper = [.. center.Values.Select(static x => new double[x.Count])];
        double[] values = new double[solved.Length];
        for (int k = 0; k < lower.Length; k++)
        {
            for (int i = 0; i < center.Times.Count; i++)
            {
                for (int d = 0; d < values.Length; d++)
                {
                    values[d] = solved[d].Values[k][i];
                }

                Array.Sort(values);
                (lower[k][i], upper[k][i]) = (Quantiles.Of(values, (1 - level) / 2), Quantiles.Of(values, (1 + level) / 2));
            }
        }

        return new SolutionEnsemble(center, lower, upper, solved.Length);
    }
}
