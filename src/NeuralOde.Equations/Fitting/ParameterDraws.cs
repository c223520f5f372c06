using NeuralOde.Equations.Language;
using NeuralOde.Equations.Simulation;
using NeuralOde.Tensors;

namespace NeuralOde.Equations.Fitting;

/// <summary>Draws of a model's parameters, for ensembles of solutions.</summary>
public static class ParameterDraws
{
    private const int MostAttempts = 10_000;

    /// <summary>Draws from the priors that a model states; parameters without one stay as they are.</summary>
    /// <param name="model">The model.</param>
    /// <param name="count">How many draws, at least 1.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <returns>For each draw the parameters that have a prior, for <see cref="EquationSolveOptions.Set"/>.</returns>
    /// <exception cref="EquationSolveException">No parameter has a prior, or a prior has next to nothing within its bounds.</exception>
    public static IReadOnlyList<IReadOnlyDictionary<string, double>> FromPriors(EquationModel model, int count, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        BoundParameter[] drawn = [.. model.Bound.Parameters.Where(static x => x is { Prior: not null, IsFixed: false, IsWeight: false })];
        if (drawn.Length == 0)
        {
            throw new EquationSolveException(
                EquationSolveReason.NothingToDraw, "No parameter of the model has a prior to be drawn from.",
                "Write priors, as 'k = 0.5 ~ normal(0.5, 0.1)', or draw from the estimates of a fit.");
        }

        RandomSource random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => drawn.ToDictionary(static x => x.Name, x => Draw(x, random)))];
    }

    /// <summary>Draws from the normal approximation of estimates on the scale on which they were searched, within the model's bounds.</summary>
    /// <param name="model">The model.</param>
    /// <param name="covariance">The estimates with their covariance (<see cref="EquationFit.Covariance"/>).</param>
    /// <param name="count">How many draws, at least 1.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <returns>For each draw the parameters that the model has, for <see cref="EquationSolveOptions.Set"/>.</returns>
    /// <exception cref="EquationSolveException">The model has none of the parameters.</exception>
    public static IReadOnlyList<IReadOnlyDictionary<string, double>> FromEstimates(EquationModel model, ParameterCovariance covariance, int count, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(covariance);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        int m = covariance.Names.Count;
        var known = model.Bound.Parameters.ToDictionary(static x => x.Name);
        int[] drawn = [.. Enumerable.Range(0, m).Where(i => known.ContainsKey(covariance.Names[i]))];
        if (drawn.Length == 0)
        {
            throw new EquationSolveException(
                EquationSolveReason.NothingToDraw, $"The model has none of the estimated parameters, which are {string.Join(", ", covariance.Names)}.",
                "Give the estimates of this model.");
        }

        double[] center = [.. covariance.Values.Select((x, i) => covariance.IsLogarithmic[i] ? Math.Log(x) : x)];
        NormalDraws draws = new([.. covariance.Matrix.SelectMany(static x => x)], m);
        int[] places = [.. Enumerable.Range(0, m)];
        RandomSource random = new(seed);
        var found = new IReadOnlyDictionary<string, double>[count];
        for (int d = 0; d < count; d++)
        {
            double[] point = [.. center];
            draws.AddTo(point, places, 1, random);
            found[d] = drawn.ToDictionary(i => covariance.Names[i], i => Math.Clamp(
                covariance.IsLogarithmic[i] ? Math.Exp(point[i]) : point[i], known[covariance.Names[i]].Lower, known[covariance.Names[i]].Upper));
        }

        return found;
    }

    private static double Draw(BoundParameter x, RandomSource random)
    {
        double[] normal = new double[1];
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            random.FillNormal<double>(normal);
            double value = x.Prior!.Kind switch
            {
                PriorKind.LogNormal => Math.Exp(x.Prior.A + (x.Prior.B * normal[0])),
                PriorKind.HalfNormal => Math.Abs(x.Prior.B * normal[0]),
                PriorKind.Exponential => -x.Prior.B * Math.Log(1 - random.NextUniform()),
                _ => x.Prior.A + (x.Prior.B * normal[0]),
            };
            if (value >= x.Lower && value <= x.Upper)
            {
                return value;
            }
        }

        throw new EquationSolveException(
            EquationSolveReason.NothingToDraw, $"The prior of {x.Name} has next to nothing within its bounds.", "Change the prior or the bounds.");
    }
}
