namespace NeuralOde.Equations.Fitting;

/// <summary>Makes profiles of the likelihood: a coordinate is held while all others are fitted again.</summary>
internal sealed class Profiler(FitProblem problem, double[] best, double lowest, CancellationToken cancellation)
{
    /// <summary>How far a parameter on a logarithmic scale is followed: a factor of ten thousand.</summary>
    private static readonly double s_logReach = Math.Log(1e4);

    private const int MostPoints = 40;

    private readonly double _threshold = SpecialFunctions.ChiSquare95;

    /// <summary>A point better than the best, if one was met.</summary>
    public Minimum? Better { get; private set; }

    public LikelihoodProfile Profile(int coordinate, double error)
    {
        Coordinate c = problem.Coordinates[coordinate];
        double reach = c.IsLogarithmic ? s_logReach : 1e3 * Math.Max(Math.Abs(best[coordinate]), double.IsFinite(error) ? error : 1);
        double first = double.IsFinite(error) && error > 0 ? 0.7 * error : c.IsLogarithmic ? 0.2 : 0.1 * Math.Max(Math.Abs(best[coordinate]), 1e-3);
        first = Math.Min(first, c.IsLogarithmic ? 1 : reach / 4);
        List<(double At, double Deviance)> points = [(best[coordinate], 0)];
        double? lower = Side(coordinate, -1, first, Math.Max(best[coordinate] - reach, c.Lower), points);
        double? upper = Side(coordinate, 1, first, Math.Min(best[coordinate] + reach, c.Upper), points);
        points.Sort();
        Verdict verdict = (lower, upper) switch
        {
            (not null, not null) => Verdict.Identifiable,
            (not null, null) => Verdict.LowerLimitOnly,
            (null, not null) => Verdict.UpperLimitOnly,
            _ => Verdict.NotIdentifiable,
        };
        return new LikelihoodProfile(
            [.. points.Select(x => c.Natural(x.At))], [.. points.Select(static x => x.Deviance)], c.Natural(lower ?? points[0].At), c.Natural(upper ?? points[^1].At), verdict);
    }

    /// <summary>Follows the profile to one side, to where it crosses the threshold; null where it does not up to the limit.</summary>
    private double? Side(int coordinate, int sign, double step, double limit, List<(double At, double Deviance)> points)
    {
        double[] point = [.. best], before = point;
        double at = best[coordinate], deviance = 0;
        for (int i = 0; i < MostPoints; i++)
        {
            double next = sign > 0 ? Math.Min(at + step, limit) : Math.Max(at - step, limit);
            if (next == at)
            {
                return null;
            }

            // From where the path so far leads.
            double[] start = [.. point];
            start[coordinate] = next;
            Minimum found = Refit(start, coordinate);
            if (!double.IsFinite(found.Value))
            {
                // The model cannot be solved there: nearer.
                step /= 4;
                if (step < 1e-4 * Math.Max(1, Math.Abs(at)))
                {
                    return null;
                }

                continue;
            }

            double gain = 2 * (found.Value - lowest);
            if (gain < -1e-3 && (Better is null || found.Value < Better.Value))
            {
                Better = found;
            }

            points.Add((next, Math.Max(gain, 0)));
            if (gain >= _threshold)
            {
                return Cross(coordinate, (at, deviance, point), (next, gain, found.Point), points);
            }

            double rise = gain - deviance;
            (at, deviance, before, point) = (next, gain, point, found.Point);
            step *= rise < 0.1 ? 2 : rise < 0.6 ? 1.4 : rise > 1.5 ? 0.6 : 1;
        }

        return null;
    }

    /// <summary>Fits all others again. Where a noise level would fall to nothing, levels stay as they are at the best point.</summary>
    private Minimum Refit(double[] start, int coordinate)
    {
        Minimum found = TrustRegion.Minimize(problem, start, [coordinate], 60, 1e-7, cancellation);
        if (!double.IsFinite(found.Value) || !problem.IsDegenerate(found.Point))
        {
            return found;
        }

        int[] levels = [.. Enumerable.Range(0, problem.Count).Where(i => problem.Coordinates[i].IsNoise)];
        double[] again = [.. start];
        foreach (int i in levels)
        {
            again[i] = best[i];
        }

        return TrustRegion.Minimize(problem, again, [coordinate, .. levels], 60, 1e-7, cancellation);
    }

    /// <summary>Where the profile crosses the threshold, by the secant rule on its square root, within the bracket.</summary>
    private double Cross(
        int coordinate, (double At, double Deviance, double[] Point) inside, (double At, double Deviance, double[] Point) outside, List<(double At, double Deviance)> points)
    {
        double target = Math.Sqrt(_threshold), at = outside.At;
        for (int i = 0; i < 12; i++)
        {
            double low = Math.Sqrt(Math.Max(inside.Deviance, 0)), high = Math.Sqrt(outside.Deviance);
            double share = Math.Clamp((target - low) / Math.Max(high - low, 1e-12), 0.05, 0.95);
            at = inside.At + (share * (outside.At - inside.At));
            double[] start = [.. inside.Point];
            start[coordinate] = at;
            Minimum found = Refit(start, coordinate);
            double deviance = double.IsFinite(found.Value) ? 2 * (found.Value - lowest) : 1e6;
            if (double.IsFinite(found.Value))
            {
                points.Add((at, Math.Max(deviance, 0)));
            }

            if (Math.Abs(Math.Sqrt(Math.Max(deviance, 0)) - target) < 2e-3)
            {
                return at;
            }

            if (deviance < _threshold)
            {
                inside = (at, deviance, found.Point);
            }
            else
            {
                outside = (at, deviance, found.Point);
            }
        }

        return at;
    }
}
