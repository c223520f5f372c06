namespace NeuralOde.Flows;

/// <summary>A normal distribution with independent components.</summary>
public sealed class NormalDistribution : BaseDistribution
{
    private readonly double[] _mean;
    private readonly double[] _deviation;

    /// <summary>Makes a distribution around 0 with one deviation for all components.</summary>
    /// <param name="dimension">The number of components of a point, at least 1.</param>
    /// <param name="deviation">The standard deviation of each component, above 0.</param>
    /// <param name="dtype">The element type of its points.</param>
    /// <exception cref="ArgumentOutOfRangeException">The dimension is below 1, or the deviation is not a number above 0.</exception>
    public NormalDistribution(int dimension, double deviation = 1, DType dtype = DType.Float32)
        : this(new double[Math.Max(dimension, 1)], [.. Enumerable.Repeat(deviation, Math.Max(dimension, 1))], dtype) =>
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);

    /// <summary>Makes a distribution.</summary>
    /// <param name="mean">The mean of each component; at least one.</param>
    /// <param name="deviation">The standard deviation of each component, above 0.</param>
    /// <param name="dtype">The element type of its points.</param>
    /// <exception cref="ArgumentException">There is no component, their numbers differ, or a mean is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A deviation is not a number above 0.</exception>
    public NormalDistribution(IReadOnlyList<double> mean, IReadOnlyList<double> deviation, DType dtype = DType.Float32)
        : base((mean ?? throw new ArgumentNullException(nameof(mean))).Count, dtype)
    {
        ArgumentNullException.ThrowIfNull(deviation);
        ArgumentException.ThrowIf(mean.Count != deviation.Count, $"Each component has a mean and a deviation; got {mean.Count} and {deviation.Count}.", nameof(deviation));
        ArgumentException.ThrowIf(mean.Any(static x => !double.IsFinite(x)), $"A mean is a finite number; got [{string.Join(", ", mean)}].", nameof(mean));
        foreach (double x in deviation)
        {
            if (!(x > 0 && double.IsFinite(x)))
            {
                throw new ArgumentOutOfRangeException(nameof(deviation), x, "A standard deviation is a finite number above 0.");
            }
        }

        (_mean, _deviation) = ([.. mean], [.. deviation]);
    }

    /// <summary>The mean of each component.</summary>
    public IReadOnlyList<double> Mean => _mean;

    /// <summary>The standard deviation of each component.</summary>
    public IReadOnlyList<double> Deviation => _deviation;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The points have another shape.</exception>
    public override Tensor LogDensity(Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        ArgumentException.ThrowIf(z.Rank != 2 || z.Shape[1] != Dimension, $"Points of this distribution have the shape [batch, {Dimension}]; got {z.Shape}.", nameof(z));
        double constant = -_deviation.Sum(Math.Log) - (0.5 * Dimension * Math.Log(2 * Math.PI));
        Tensor scaled = (z - Row(_mean, z.DType)) * Row(Array.ConvertAll(_deviation, static x => 1 / x), z.DType);
        return constant - (0.5 * scaled.Square().Sum([1]));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1.</exception>
    public override Tensor Sample(int count, RandomSource random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentNullException.ThrowIfNull(random);
        return (random.Normal([count, Dimension], dtype: DType) * Row(_deviation, DType)) + Row(_mean, DType);
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new NormalDistribution(_mean, _deviation, DType);

    private static Tensor Row(double[] values, DType dtype) => Tensor.Create<double>(values, [values.Length], dtype);
}
