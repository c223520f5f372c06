namespace NeuralOde.Experiments.LatentSpirals;

/// <summary>
/// Random spirals that shrink: solutions of <c>x' = W x</c> from <c>x₀ ~ 2·N(0, I)</c> with <c>W₁₁, W₂₂ = −0.1·|N| − 0.05</c>, <c>W₁₂ = |N|</c>,
/// <c>W₂₁ = −|N|</c>, exact and with noise.
/// Every second turns counter-clockwise: its W₁₂ and W₂₁ are exchanged.
/// </summary>
public sealed class SpiralSet
{
    /// <summary>The number of times.</summary>
    public const int TimeCount = 200;

    /// <summary>The last time; the first is 0, and the others are equally spaced.</summary>
    public const double Duration = 6.29 * 5;

    /// <summary>The observations' standard deviation.</summary>
    public const double NoiseDeviation = 0.02;

    private readonly float[] _exact;
    private readonly float[] _observed;

    /// <summary>Draws spirals.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="random">Where the draws come from.</param>
    public SpiralSet(int count, RandomSource random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentNullException.ThrowIfNull(random);
        Count = count;
        _exact = new float[count * TimeCount * 2];
        _observed = new float[_exact.Length];
        double[] draws = new double[6];
        for (int i = 0; i < count; i++)
        {
            random.FillNormal<double>(draws);
            (double a, double d) = ((-0.1 * Math.Abs(draws[0])) - 0.05, (-0.1 * Math.Abs(draws[1])) - 0.05);
            (double b, double c) = (Math.Abs(draws[2]), -Math.Abs(draws[3]));
            if (IsCounterClockwise(i))
            {
                (b, c) = (c, b);
            }

            for (int time = 0; time < TimeCount; time++)
            {
                (double x, double y) = Flow(a, b, c, d, 2 * draws[4], 2 * draws[5], TimeAt(time));
                (_exact[Index(i, time)], _exact[Index(i, time) + 1]) = ((float)x, (float)y);
            }
        }

        random.FillNormal<float>(_observed);
        for (int i = 0; i < _observed.Length; i++)
        {
            _observed[i] = _exact[i] + ((float)NoiseDeviation * _observed[i]);
        }
    }

    /// <summary>The number of spirals.</summary>
    public int Count { get; }

    /// <summary>One of the times.</summary>
    /// <param name="index">From 0 to <see cref="TimeCount"/> − 1.</param>
    /// <returns>The time.</returns>
    public static double TimeAt(int index) => Duration * index / (TimeCount - 1);

    /// <summary>Whether a spiral turns counter-clockwise.</summary>
    /// <param name="spiral">From 0 to <see cref="Count"/> − 1.</param>
    /// <returns>True for odd ones.</returns>
    public static bool IsCounterClockwise(int spiral) => spiral % 2 == 1;

    /// <summary>A spiral's exact points, <c>[times, 2]</c>.</summary>
    /// <param name="spiral">From 0 to <see cref="Count"/> − 1.</param>
    /// <returns>A view.</returns>
    public ReadOnlySpan<float> Exact(int spiral) => _exact.AsSpan(Index(spiral, 0), TimeCount * 2);

    /// <summary>A spiral's observations, <c>[times, 2]</c>.</summary>
    /// <inheritdoc cref="Exact"/>
    public ReadOnlySpan<float> Observed(int spiral) => _observed.AsSpan(Index(spiral, 0), TimeCount * 2);

    /// <summary>Observations of some spirals at some times, which are counted from the first of them: an autonomous system does not know the difference.</summary>
    /// <param name="spirals">Which spirals.</param>
    /// <param name="times">Indices of times, strictly rising.</param>
    /// <returns>The batch.</returns>
    public SeriesBatch Batch(ReadOnlySpan<int> spirals, ReadOnlySpan<int> times)
    {
        Tensor values = Points(spirals, times, exact: false);
        double[] from = new double[times.Length];
        for (int i = 0; i < from.Length; i++)
        {
            from[i] = TimeAt(times[i] - times[0]);
        }

        return SeriesBatch.Shared(from, values);
    }

    /// <summary>Points of some spirals at some times.</summary>
    /// <param name="spirals">Which spirals.</param>
    /// <param name="times">Indices of times.</param>
    /// <param name="exact">Whether without noise.</param>
    /// <returns><c>[times, spirals, 2]</c>.</returns>
    internal Tensor Points(ReadOnlySpan<int> spirals, ReadOnlySpan<int> times, bool exact)
    {
        float[] source = exact ? _exact : _observed;
        float[] points = new float[times.Length * spirals.Length * 2];
        int at = 0;
        foreach (int time in times)
        {
            foreach (int spiral in spirals)
            {
                source.AsSpan(Index(spiral, time), 2).CopyTo(points.AsSpan(at));
                at += 2;
            }
        }

        return Tensor.From(points, [times.Length, spirals.Length, 2]);
    }

    private static int Index(int spiral, int time) => ((spiral * TimeCount) + time) * 2;

    /// <summary>exp(W t)·x₀ in closed form: W = m·I + B with B² = −ω²·I, or +κ²·I where it does not turn.</summary>
    private static (double X, double Y) Flow(double a, double b, double c, double d, double x, double y, double t)
    {
        double mean = (a + d) / 2;
        double half = (a - d) / 2;
        double square = -(half * half) - (b * c);
        double root = Math.Sqrt(Math.Abs(square));
        (double even, double odd) = square > 0
            ? (Math.Cos(root * t), Math.Sin(root * t) / root)
            : square < 0 ? (Math.Cosh(root * t), Math.Sinh(root * t) / root) : (1, t);
        double decay = Math.Exp(mean * t);
        return (decay * ((even * x) + (odd * ((half * x) + (b * y)))), decay * ((even * y) + (odd * ((c * x) - (half * y)))));
    }
}
