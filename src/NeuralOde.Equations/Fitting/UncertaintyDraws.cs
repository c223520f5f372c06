using NeuralOde.Tensors;

namespace NeuralOde.Equations.Fitting;

/// <summary>Where the draws of parameters come from that bands are made of.</summary>
internal abstract class UncertaintyDraws
{
    public abstract bool HasCovariance { get; }

    /// <summary>The covariance of what all series share, on the scale of the search; null where there is none.</summary>
    public abstract ParameterCovariance? Shared();

    /// <summary>The coordinates of a series at the estimates.</summary>
    public abstract double[] Center(int series);

    /// <summary>What gives the draws of each series' coordinates; thread-safe.</summary>
    public abstract Func<int, double[][]> Sampler(BandOptions options);
}

/// <summary>Draws from the normal approximation on the scale on which parameters are searched, the same for all series.</summary>
internal sealed class SharedDraws(FitProblem problem, double[] point, int[] free, double[]? covariance, double inflation) : UncertaintyDraws
{
    public override bool HasCovariance => covariance is not null;

    public override ParameterCovariance? Shared()
    {
        if (covariance is null)
        {
            return null;
        }

        int[] shared = [.. Enumerable.Range(0, free.Length).Where(i => problem.Coordinates[free[i]].Series < 0)];
        double squared = inflation * inflation;
        return new ParameterCovariance(
            [.. shared.Select(i => problem.Coordinates[free[i]].Name)],
            [.. shared.Select(i => problem.Coordinates[free[i]].Natural(point[free[i]]))],
            [.. shared.Select(i => problem.Coordinates[free[i]].IsLogarithmic)],
            [.. shared.Select(i => (IReadOnlyList<double>)[.. shared.Select(j => squared * covariance[(i * free.Length) + j])])]);
    }

    public override double[] Center(int series) => point;

    public override Func<int, double[][]> Sampler(BandOptions options)
    {
        RandomSource random = new(options.Seed);
        NormalDraws normal = new(covariance!, free.Length);
        double[][] draws = new double[options.Draws][];
        for (int d = 0; d < draws.Length; d++)
        {
            double[] draw = [.. point];
            normal.AddTo(draw, free, inflation, random);
            for (int i = 0; i < draw.Length; i++)
            {
                draw[i] = Math.Clamp(draw[i], problem.Coordinates[i].Lower, problem.Coordinates[i].Upper);
            }

            draws[d] = draw;
        }

        return _ => draws;
    }
}

/// <summary>
/// Draws of a population: of what series share from the normal approximation, and for each of these draws the deviations of a series, given its values or without them.
/// </summary>
internal sealed class PopulationDraws(FitProblem problem, PopulationObjective objective, double[] x, double[]? covariance, bool isGivenValues) : UncertaintyDraws
{
    public override bool HasCovariance => covariance is not null;

    public override ParameterCovariance? Shared()
    {
        int n = problem.Count;
        return covariance is null
            ? null
            : new ParameterCovariance(
                [.. problem.Coordinates.Select(static c => c.Name)],
                [.. problem.Coordinates.Select((c, i) => c.Natural(x[i]))],
                [.. problem.Coordinates.Select(static c => c.IsLogarithmic)],
                [.. Enumerable.Range(0, n).Select(i => (IReadOnlyList<double>)[.. Enumerable.Range(0, n).Select(j => covariance[(i * x.Length) + j])])]);
    }

    public override double[] Center(int series) => isGivenValues ? objective.PointOf(series, x) : x[..problem.Count];

    public override Func<int, double[][]> Sampler(BandOptions options)
    {
        RandomSource random = new(options.Seed);
        NormalDraws normal = new(covariance!, x.Length);
        int[] places = [.. Enumerable.Range(0, x.Length)];
        double[][] populations = new double[options.Draws][];
        for (int d = 0; d < populations.Length; d++)
        {
            double[] draw = [.. x];
            normal.AddTo(draw, places, 1, random);
            populations[d] = [.. draw.Select((v, i) => objective.Clamp(i, v))];
        }

        return series =>
        {
            // A problem of the caller's own: evaluating changes it.
            FitProblem own = problem.Coarse();
            RandomSource deviations = new(options.Seed + 1_000_003 + series);
            return [.. populations.Select(p => isGivenValues ? objective.DrawGivenValues(own, series, p, deviations) : objective.DrawFromPopulation(p, deviations))];
        };
    }
}
