using NeuralOde.Equations.Language;
using NeuralOde.Tensors;

namespace NeuralOde.Equations.Fitting;

/// <summary>Draws measured values from the noise models.</summary>
internal static class NoiseSampler
{
    private const double ManyCounts = 1e4;

    /// <summary>Draws one value.</summary>
    /// <param name="kind">The noise.</param>
    /// <param name="f">The model's value.</param>
    /// <param name="a">The first level, as the noise takes it.</param>
    /// <param name="b">The second level.</param>
    /// <param name="random">Where the draws come from.</param>
    public static double Draw(NoiseKind kind, double f, double a, double b, RandomSource random) => kind switch
    {
        NoiseKind.LogNormal => f * Math.Exp(a * Normal(random)),
        NoiseKind.Proportional => f + (a * Math.Abs(f) * Normal(random)),
        NoiseKind.Combined => f + (Math.Sqrt((a * a) + (b * b * f * f)) * Normal(random)),
        NoiseKind.Poisson => Poisson(f, random),
        NoiseKind.NegativeBinomial => Poisson(f / a * Gamma(a, random), random),
        NoiseKind.Binomial => Binomial(a, f, random),
        NoiseKind.Student => f + (b * Normal(random) * Math.Sqrt(a / (2 * Gamma(a / 2, random)))),
        _ => f + (a * Normal(random)),
    };

    private static double Normal(RandomSource random) => Math.Sqrt(-2 * Math.Log(1 - random.NextUniform())) * Math.Cos(2 * Math.PI * random.NextUniform());

    /// <summary>Counts events of a unit rate until the mean has passed; for means beyond 10,000 by the normal approximation.</summary>
    private static double Poisson(double mean, RandomSource random)
    {
        if (!(mean < ManyCounts))
        {
            return Math.Max(0, Math.Round(mean + (Math.Sqrt(mean) * Normal(random))));
        }

        int count = -1;
        for (double sum = 0; sum <= mean; count++)
        {
            sum -= Math.Log(1 - random.NextUniform());
        }

        return Math.Max(count, 0);
    }

    private static double Binomial(double size, double probability, RandomSource random)
    {
        if (size > ManyCounts)
        {
            return Math.Clamp(Math.Round((size * probability) + (Math.Sqrt(size * probability * (1 - probability)) * Normal(random))), 0, size);
        }

        double count = 0;
        for (int i = 0; i < size; i++)
        {
            count += random.NextUniform() < probability ? 1 : 0;
        }

        return count;
    }

    /// <summary>The gamma distribution of a shape and the scale 1 (G. Marsaglia, W. W. Tsang, "A simple method for generating gamma variables", 2000).</summary>
    private static double Gamma(double shape, RandomSource random)
    {
        if (shape < 1)
        {
            return Gamma(shape + 1, random) * Math.Pow(1 - random.NextUniform(), 1 / shape);
        }

        double d = shape - (1.0 / 3), c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = Normal(random), v = 1 + (c * x);
            v = v * v * v;
            if (v > 0 && Math.Log(1 - random.NextUniform()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }
}
