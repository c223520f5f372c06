namespace NeuralOde.Equations.Fitting;

/// <summary>Combinations of parameters that the data determine where they do not determine the parameters themselves.</summary>
internal static class Combinations
{
    /// <summary>How near to a simple number a ratio has to be: the direction is known to about the error of the second derivatives.</summary>
    private const double Simple = 0.02;

    /// <summary>How far a combination is followed, in logarithms or relative to the first parameter, and how little the likelihood may change there.</summary>
    private const double FarAway = 0.3, Equal = 1e-3;

    /// <summary>By how much better than its parts a combination is known to be worth a word.</summary>
    private const double Gain = 5;

    /// <summary>What can be said, in whole sentences.</summary>
    public static IEnumerable<string> Told(FitProblem problem, double[] point, InformationMatrix information, IReadOnlyList<ParameterEstimate> estimates)
    {
        if (information.Directions.Count == 1)
        {
            return OfDirection(problem, point, information.Free, information.Directions[0]);
        }

        return information.Directions.Count == 0 && (information.Observed ?? information.Expected) is { } covariance
            ? OfPairs(problem, point, information.Free, covariance, estimates)
            : [];
    }

    /// <summary>What stays the same along the one flat direction.</summary>
    private static IEnumerable<string> OfDirection(FitProblem problem, double[] point, int[] free, double[] direction)
    {
        double largest = direction.Max(Math.Abs);
        int[] moving = [.. Enumerable.Range(0, free.Length).Where(k => Math.Abs(direction[k]) > 1e-3 * largest && !problem.Coordinates[free[k]].IsNoise)];
        if (moving.Length < 2 || moving.Any(k => problem.Coordinates[free[k]].IsWeight))
        {
            yield break;
        }

        // Changes of logarithms, where products and ratios stay, or of the parameters themselves, where sums do: whichever the likelihood confirms further away.
        double[] values = [.. moving.Select(k => problem.Coordinates[free[k]].Natural(point[free[k]]))];
        double[] natural = [.. moving.Select(k => direction[k] * problem.Coordinates[free[k]].Slope(point[free[k]]))];
        foreach (bool isLogarithmic in (bool[])[true, false])
        {
            double[] change = isLogarithmic ? [.. natural.Select((x, i) => x / values[i])] : natural;
            (int P, int Q)[] ratios = [.. change.Select(x => IsSimple(x / change[0], out int p, out int q) ? (p, q) : (0, 1))];
            double[] moved = [.. values.Select((x, i) => isLogarithmic
                ? x * Math.Exp(FarAway * ratios[i].P / ratios[i].Q)
                : x + (FarAway * values[0] * ratios[i].P / ratios[i].Q))];
            if (ratios.Any(static x => x.P == 0) || !Holds(problem, point, [.. moving.Select(k => free[k])], moved))
            {
                continue;
            }

            string first = Name(problem, free[moving[0]]);
            IEnumerable<string> told = Enumerable.Range(1, moving.Length - 1).Select(i =>
            {
                (int p, int q) = ratios[i];
                string other = Name(problem, free[moving[i]]);
                string text = isLogarithmic
                    ? (p > 0 ? $"{Power(other, q)}/{Power(first, p)}" : $"{Power(first, -p)}*{Power(other, q)}")
                    : p > 0 ? $"{Factor(q)}{other} - {Factor(p)}{first}" : $"{Factor(-p)}{first} + {Factor(q)}{other}";
                return $"{text} = {FitWords.Number(isLogarithmic ? Math.Pow(values[i], q) * Math.Pow(values[0], -p) : (q * values[i]) - (p * values[0]))}";
            });
            yield return $"What the data do determine of these: {string.Join(", ", told)}.";
            yield break;
        }
    }

    /// <summary>Whether the likelihood is as good at other values of some parameters.</summary>
    private static bool Holds(FitProblem problem, double[] point, int[] coordinates, double[] values)
    {
        double[] moved = [.. point];
        for (int i = 0; i < coordinates.Length; i++)
        {
            Coordinate c = problem.Coordinates[coordinates[i]];
            moved[coordinates[i]] = c.FromNatural(values[i]);
            if (!(moved[coordinates[i]] >= c.Lower && moved[coordinates[i]] <= c.Upper))
            {
                return false;
            }
        }

        double here = problem.Evaluate(point);
        return Math.Abs(problem.Evaluate(moved) - here) < Equal;
    }

    /// <summary>Products and ratios of two positive parameters that are known far better than both.</summary>
    private static IEnumerable<string> OfPairs(FitProblem problem, double[] point, int[] free, double[] covariance, IReadOnlyList<ParameterEstimate> estimates)
    {
        int m = free.Length;
        int[] loose = [.. Enumerable.Range(0, m).Where(k => problem.Coordinates[free[k]] is { IsLogarithmic: true, IsNoise: false, IsWeight: false }
            && estimates[free[k]].Profile is { Verdict: not Verdict.Identifiable })];
        for (int a = 0; a < loose.Length; a++)
        {
            for (int b = a + 1; b < loose.Length; b++)
            {
                int i = loose[a], j = loose[b];
                double vi = covariance[(i * m) + i], vj = covariance[(j * m) + j], vij = covariance[(i * m) + j];
                double ratio = Math.Sqrt(Math.Max(0, vi + vj - (2 * vij))), product = Math.Sqrt(Math.Max(0, vi + vj + (2 * vij))), best = Math.Min(ratio, product);
                if (best < 1 && Gain * best < Math.Sqrt(Math.Min(vi, vj)))
                {
                    (double x, double y) = (problem.Coordinates[free[i]].Natural(point[free[i]]), problem.Coordinates[free[j]].Natural(point[free[j]]));
                    string first = Name(problem, free[i]), second = Name(problem, free[j]), text = ratio < product ? $"{first}/{second}" : $"{first}*{second}";
                    double value = ratio < product ? x / y : x * y;
                    yield return $"The data determine {text} better than either: {FitWords.Number(value)} ± {FitWords.Number(value * best)}.";
                }
            }
        }
    }

    private static string Name(FitProblem problem, int coordinate) => problem.Coordinates[coordinate].Name;

    private static string Power(string name, int power) => power == 1 ? name : FormattableString.Invariant($"{name}^{power}");

    private static string Factor(int factor) => factor == 1 ? "" : FormattableString.Invariant($"{factor}*");

    /// <summary>Whether a number is nearly p/q with small p and q.</summary>
    private static bool IsSimple(double x, out int p, out int q)
    {
        for (q = 1; q <= 3; q++)
        {
            p = (int)Math.Round(x * q);
            if (p != 0 && Math.Abs(p) <= 3 && Math.Abs((x * q) - p) < Simple * Math.Abs(p))
            {
                return true;
            }
        }

        (p, q) = (0, 1);
        return false;
    }
}
