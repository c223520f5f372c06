namespace NeuralOde.Experiments.Flows;

/// <summary>
/// Points that fill the unit cube evenly: Sobol's sequence in up to four dimensions (direction numbers of Joe, Kuo 2008), scrambled by Owen's nested permutations, so that each
/// point is uniform and each dyadic box of a set of 2ᵏ points holds its share.
/// </summary>
/// <remarks>Estimates from them have a fraction of the noise of independent draws: what is measured is the model, not the sample.</remarks>
public static class EvenPoints
{
    private const int Bits = 32;

    // Degree, coefficients and first direction numbers of the primitive polynomials of dimensions 2 to 4.
    private static readonly (int Degree, uint Coefficients, uint[] First)[] s_polynomials = [(1, 0, [1]), (2, 1, [1, 3]), (3, 1, [1, 3, 1])];

    /// <summary>Points in the unit cube, row-major.</summary>
    /// <param name="count">How many; a power of two fills the cube most evenly.</param>
    /// <param name="dimension">From 1 to 4.</param>
    /// <param name="seed">The scrambling.</param>
    /// <returns>Numbers above 0 and below 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static double[] Uniform(int count, int dimension, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimension, s_polynomials.Length + 1);
        double[] points = new double[count * dimension];
        for (int k = 0; k < dimension; k++)
        {
            uint[] directions = Directions(k);
            for (int i = 0; i < count; i++)
            {
                uint x = 0;
                for (int bit = 0; bit < Bits; bit++)
                {
                    x ^= (i >> bit & 1) == 1 ? directions[bit] : 0;
                }

                points[(i * dimension) + k] = (Scramble(x, (ulong)seed, (ulong)k) + 0.5) / 4294967296.0;
            }
        }

        return points;
    }

    /// <summary>Points of the standard normal distribution, row-major: the quantiles of <see cref="Uniform"/>.</summary>
    /// <inheritdoc cref="Uniform"/>
    public static double[] Normal(int count, int dimension, long seed) => Quantiles(Uniform(count, dimension, seed));

    /// <summary>Φ⁻¹ by Newton's method from 0, which approaches each quantile from one side, since Φ is concave above 0 and convex below.</summary>
    private static double[] Quantiles(double[] probabilities)
    {
        const int Steps = 60;
        using IDisposable noGradients = GradientMode.Disable();
        var p = Tensor.From(probabilities, [probabilities.Length]);
        var x = Tensor.Zeros(p.Shape, DType.Float64);
        for (int i = 0; i < Steps; i++)
        {
            Tensor excess = (0.5 * (1.0 + (x * Math.Sqrt(0.5)).Erf())) - p;
            x -= excess * (x.Square() * 0.5).Exp() * Math.Sqrt(2 * Math.PI);
        }

        return x.ToDoubles();
    }

    private static uint[] Directions(int dimension)
    {
        uint[] numbers = new uint[Bits];
        if (dimension == 0)
        {
            for (int i = 0; i < Bits; i++)
            {
                numbers[i] = 1u << (Bits - 1 - i);
            }

            return numbers;
        }

        (int degree, uint coefficients, uint[] first) = s_polynomials[dimension - 1];
        for (int i = 0; i < Bits; i++)
        {
            if (i < degree)
            {
                numbers[i] = first[i] << (Bits - 1 - i);
                continue;
            }

            numbers[i] = numbers[i - degree] ^ (numbers[i - degree] >> degree);
            for (int k = 1; k < degree; k++)
            {
                numbers[i] ^= (coefficients >> (degree - 1 - k) & 1) * numbers[i - k];
            }
        }

        return numbers;
    }

    /// <summary>Owen's scrambling: each bit is flipped or not by a random function of the bits before it.</summary>
    private static uint Scramble(uint x, ulong seed, ulong dimension)
    {
        uint result = 0;
        for (int bit = Bits - 1; bit >= 0; bit--)
        {
            // The bits before this one, with a mark above them that tells short prefixes from long ones.
            ulong prefix = ((ulong)x >> (bit + 1)) | (1UL << (Bits - 1 - bit));
            uint flip = Tensors.Kernels.Philox.Block(seed, dimension, prefix).Word0 & 1;
            result |= ((x >> bit & 1) ^ flip) << bit;
        }

        return result;
    }
}
