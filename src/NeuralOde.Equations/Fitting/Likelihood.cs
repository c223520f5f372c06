using NeuralOde.Equations.Language;

namespace NeuralOde.Equations.Fitting;

/// <summary>The negative log-likelihood of one value, its derivatives by the model value f and two noise levels a and b, and the expected second derivatives.</summary>
internal struct LikelihoodTerm
{
    public double Value;
    public double ByF;
    public double ByA;
    public double ByB;
    public double FF;
    public double FA;
    public double FB;
    public double AA;
    public double AB;
    public double BB;

    /// <summary>Whether it is finite.</summary>
    public readonly bool IsFinite => double.IsFinite(Value) && double.IsFinite(ByF) && double.IsFinite(ByA) && double.IsFinite(ByB);

    public void Scale(double weight)
    {
        Value *= weight;
        (ByF, ByA, ByB) = (weight * ByF, weight * ByA, weight * ByB);
        (FF, FA, FB, AA, AB, BB) = (weight * FF, weight * FA, weight * FB, weight * AA, weight * AB, weight * BB);
    }

    /// <summary>Adds the outer product of a gradient.</summary>
    public void AddInformation(double weight, double f, double a, double b)
    {
        FF += weight * f * f;
        FA += weight * f * a;
        FB += weight * f * b;
        AA += weight * a * a;
        AB += weight * a * b;
        BB += weight * b * b;
    }
}

/// <summary>Likelihoods of the noise models.</summary>
internal static class Likelihood
{
    private static readonly double s_halfLogTwoPi = 0.5 * Math.Log(2 * Math.PI);

    /// <summary>Whether values may be below quantification.</summary>
    public static bool TakesLimit(NoiseKind kind) => kind is NoiseKind.LeastSquares or NoiseKind.Normal or NoiseKind.LogNormal or NoiseKind.Proportional or NoiseKind.Combined;

    /// <summary>Why a value cannot be, or null.</summary>
    public static string? Fault(NoiseKind kind, double y) => kind switch
    {
        NoiseKind.LogNormal when !(y > 0) => "a log-normal distribution has values above 0 alone; give the limit of quantification with 'below', or take another noise model",
        NoiseKind.Poisson or NoiseKind.NegativeBinomial or NoiseKind.Binomial when y < 0 || y != Math.Floor(y) => "counts are whole numbers from 0",
        _ => null,
    };

    public static LikelihoodTerm Of(NoiseKind kind, double y, double f, double a, double b, double below)
    {
        switch (kind)
        {
            case NoiseKind.LogNormal:
                return LogNormal(y, f, a, below);
            case NoiseKind.Proportional:
                return Normal(y, f, a * Math.Abs(f), a * Math.Sign(f), Math.Abs(f), 0, below);
            case NoiseKind.Combined:
                double sd = Math.Sqrt((a * a) + (b * b * f * f));
                return Normal(y, f, sd, b * b * f / sd, a / sd, b * f * f / sd, below);
            case NoiseKind.Poisson:
                LikelihoodTerm poisson = new()
                {
                    Value = f - (y == 0 ? 0 : y * Math.Log(f)) + SpecialFunctions.LogGamma(y + 1),
                    ByF = 1 - (y == 0 ? 0 : y / f),
                    FF = 1 / Math.Max(f, 1e-300),
                };
                return f >= 0 ? poisson : Impossible;
            case NoiseKind.NegativeBinomial:
                return f > 0 && a > 0 ? NegativeBinomial(y, f, a) : Impossible;
            case NoiseKind.Binomial:
                LikelihoodTerm binomial = new()
                {
                    Value = SpecialFunctions.LogGamma(y + 1) + SpecialFunctions.LogGamma(a - y + 1) - SpecialFunctions.LogGamma(a + 1)
                        - (y == 0 ? 0 : y * Math.Log(f)) - (y == a ? 0 : (a - y) * Math.Log(1 - f)),
                    ByF = ((a - y) / (1 - f)) - (y / f),
                    FF = a / (f * (1 - f)),
                };
                return f is > 0 and < 1 && y <= a ? binomial : Impossible;
            case NoiseKind.Student:
                return a > 0 && b > 0 ? Student(y, f, a, b) : Impossible;
            default:
                return Normal(y, f, a, 0, 1, 0, below);
        }
    }

    private static LikelihoodTerm Impossible => new() { Value = double.PositiveInfinity };

    /// <summary>A normal distribution around f whose standard deviation s has the given derivatives.</summary>
    private static LikelihoodTerm Normal(double y, double f, double s, double sf, double sa, double sb, double below)
    {
        LikelihoodTerm term = default;
        if (!(s > 0))
        {
            return Impossible;
        }

        if (y < below)
        {
            double u = (below - f) / s;
            (double log, double ratio) = SpecialFunctions.LogNormalCdf(u);
            term.Value = -log;
            double uf = (-1 - (u * sf)) / s, ua = -u * sa / s, ub = -u * sb / s;
            (term.ByF, term.ByA, term.ByB) = (-ratio * uf, -ratio * ua, -ratio * ub);
            term.AddInformation(ratio * (ratio + u), uf, ua, ub);
            return term;
        }

        double r = (y - f) / s, byS = (1 - (r * r)) / s;
        term.Value = (0.5 * r * r) + Math.Log(s) + s_halfLogTwoPi;
        term.ByF = (-r / s) + (byS * sf);
        term.ByA = byS * sa;
        term.ByB = byS * sb;
        term.AddInformation(1 / (s * s), 1, 0, 0);
        term.AddInformation(2 / (s * s), sf, sa, sb);
        return term;
    }

    private static LikelihoodTerm LogNormal(double y, double f, double s, double below)
    {
        if (!(f > 0))
        {
            return Impossible;
        }

        LikelihoodTerm term = Normal(Math.Log(y), Math.Log(f), s, 0, 1, 0, below > 0 ? Math.Log(below) : double.NegativeInfinity);
        term.Value += y < below ? 0 : Math.Log(y);
        term.ByF /= f;
        (term.FF, term.FA, term.FB) = (term.FF / (f * f), term.FA / f, term.FB / f);
        return term;
    }

    private static LikelihoodTerm NegativeBinomial(double y, double f, double phi)
    {
        double sum = phi + f;
        LikelihoodTerm term = new()
        {
            Value = SpecialFunctions.LogGamma(phi) + SpecialFunctions.LogGamma(y + 1) - SpecialFunctions.LogGamma(y + phi)
                - (phi * Math.Log(phi / sum)) - (y == 0 ? 0 : y * Math.Log(f / sum)),
            ByF = ((y + phi) / sum) - (y / f),
            ByA = SpecialFunctions.Digamma(phi) - SpecialFunctions.Digamma(y + phi) - Math.Log(phi / sum) - 1 + ((y + phi) / sum),
            FF = phi / (f * sum),
        };

        // E ψ'(Y + φ) by its sum; where φ is large the difference to ψ'(φ) cancels, and twice the second moment's share serves.
        double probability = Math.Exp(phi * Math.Log(phi / sum)), total = 0, expected = 0;
        double most = f + (12 * Math.Sqrt(f + (f * f / phi))) + 30;
        for (int k = 0; k < Math.Min(most, 20_000); k++)
        {
            total += probability;
            expected += probability * SpecialFunctions.Trigamma(k + phi);
            probability *= (k + phi) / (k + 1) * (f / sum);
        }

        double information = SpecialFunctions.Trigamma(phi) - (expected / Math.Max(total, 1e-300)) - (1 / phi) + (1 / sum);
        term.AA = total > 0.99 ? Math.Max(information, 1e-12 / (phi * phi)) : f * f / (2 * phi * phi * sum * sum);
        return term;
    }

    private static LikelihoodTerm Student(double y, double f, double df, double s)
    {
        double r = (y - f) / s, q = 1 + (r * r / df);
        return new LikelihoodTerm
        {
            Value = SpecialFunctions.LogGamma(df / 2) - SpecialFunctions.LogGamma((df + 1) / 2) + (0.5 * Math.Log(df * Math.PI)) + Math.Log(s) + ((df + 1) / 2 * Math.Log(q)),
            ByF = -(df + 1) * r / (df * q * s),
            ByA = 0.5 * (SpecialFunctions.Digamma(df / 2) - SpecialFunctions.Digamma((df + 1) / 2) + (1 / df) + Math.Log(q) - ((df + 1) * r * r / (df * df * q))),
            ByB = (1 - ((df + 1) * r * r / (df * q))) / s,
            FF = (df + 1) / ((df + 3) * s * s),
            AA = 0.25 * (SpecialFunctions.Trigamma(df / 2) - SpecialFunctions.Trigamma((df + 1) / 2) - (2 * (df + 5) / (df * (df + 1) * (df + 3)))),
            AB = -2 / (s * (df + 1) * (df + 3)),
            BB = 2 * df / ((df + 3) * s * s),
        };
    }
}
