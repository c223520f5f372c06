namespace NeuralOde.Equations.Fitting;

/// <summary>Functions of distributions. Sources: Abramowitz and Stegun, chapters 6, 7 and 26; C. Lanczos (1964).</summary>
internal static class SpecialFunctions
{
    /// <summary>The value that a squared standard normal variable exceeds with a probability of 5 %.</summary>
    public const double ChiSquare95 = 3.841458820694124;

    /// <summary>The value that a standard normal variable is below with a probability, by Newton's method on <see cref="LogNormalCdf"/>.</summary>
    /// <param name="probability">Above 0 and below 1.</param>
    public static double NormalQuantile(double probability)
    {
        if (probability > 0.5)
        {
            return -NormalQuantile(1 - probability);
        }

        double target = Math.Log(probability), u = -Math.Sqrt(Math.Max(0, -2 * Math.Log(2 * probability)));
        for (int i = 0; i < 50; i++)
        {
            (double log, double ratio) = LogNormalCdf(u);
            double step = (log - target) / ratio;
            u -= step;
            if (Math.Abs(step) < 1e-14 * (1 + Math.Abs(u)))
            {
                break;
            }
        }

        return u;
    }

    /// <summary>The logarithm of the gamma function of a positive number, by recurrence and Stirling's series (6.1.40).</summary>
    public static double LogGamma(double x)
    {
        double shift = 0;
        while (x < 12)
        {
            shift -= Math.Log(x);
            x++;
        }

        double y = 1 / (x * x);
        double series = (1.0 / 12) - (y * ((1.0 / 360) - (y * ((1.0 / 1260) - (y * ((1.0 / 1680) - (y * ((1.0 / 1188) - (y * 691.0 / 360360)))))))));
        return shift + ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + (series / x);
    }

    /// <summary>The derivative of <see cref="LogGamma"/> (6.3.18).</summary>
    public static double Digamma(double x)
    {
        double shift = 0;
        while (x < 12)
        {
            shift -= 1 / x;
            x++;
        }

        double y = 1 / (x * x);
        return shift + Math.Log(x) - (0.5 / x) - (y * ((1.0 / 12) - (y * ((1.0 / 120) - (y * ((1.0 / 252) - (y * ((1.0 / 240) - (y / 132)))))))));
    }

    /// <summary>The derivative of <see cref="Digamma"/> (6.4.12).</summary>
    public static double Trigamma(double x)
    {
        double shift = 0;
        while (x < 12)
        {
            shift += 1 / (x * x);
            x++;
        }

        double y = 1 / (x * x);
        return shift + (1 / x) + (y / 2) + (y / x * ((1.0 / 6) - (y * ((1.0 / 30) - (y * ((1.0 / 42) - (y * ((1.0 / 30) - (y * 5 / 66)))))))));
    }

    /// <summary>The logarithm of the probability that a standard normal variable is below u, and <c>φ(u)/Φ(u)</c>, its derivative.</summary>
    public static (double Log, double Ratio) LogNormalCdf(double u)
    {
        double density = Math.Exp(-0.5 * u * u) / Math.Sqrt(2 * Math.PI);
        if (u > -3)
        {
            // 26.2.11: 1/2 + φ(u) (u + u³/3 + u⁵/15 + …); beyond 8 it is 1.
            double term = u, sum = u;
            for (int k = 3; Math.Abs(term) > 1e-17 * Math.Abs(sum) && k < 400; k += 2)
            {
                term *= u * u / k;
                sum += term;
            }

            double below = u > 8.3 ? 1 : 0.5 + (density * sum);
            return (Math.Log(below), density / below);
        }

        // 26.2.14: φ(u)/Φ(u) by a continued fraction, for the tail.
        double fraction = -u;
        for (int k = 200; k >= 1; k--)
        {
            fraction = -u + (k / fraction);
        }

        return ((-0.5 * u * u) - (0.5 * Math.Log(2 * Math.PI)) - Math.Log(fraction), fraction);
    }
}
