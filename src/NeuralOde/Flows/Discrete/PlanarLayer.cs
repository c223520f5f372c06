namespace NeuralOde.Flows.Discrete;

/// <summary>A planar layer, <c>z + û·tanh(w·z + b)</c>, which stretches space across one plane (Rezende, Mohamed 2015, arXiv 1505.05770).</summary>
/// <remarks>
/// <c>û</c> is <c>u</c> with its part along <c>w</c> mapped to <c>w·û = softplus(w·u) − 1 &gt; −1</c> (appendix A.1 there), so that the layer is always invertible. The
/// inverse has no closed form:
/// one number for each point is found by Newton's method within a bracket.
/// </remarks>
public sealed class PlanarLayer : FlowLayer
{
    private const int MaxIterations = 200;

    /// <summary>Makes a layer.</summary>
    /// <param name="dimension">The number of components of a point, at least 1.</param>
    /// <param name="random">Where the first values come from, uniform on ±1/√dimension; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">The dimension is below 1.</exception>
    public PlanarLayer(int dimension, RandomSource? random = null, DType dtype = DType.Float32)
        : base(dimension)
    {
        random ??= RandomSource.Default;
        double bound = 1 / Math.Sqrt(dimension);
        Direction = AddParameter("direction", random.Uniform([dimension, 1], -bound, bound, dtype));
        Normal = AddParameter("normal", random.Uniform([dimension, 1], -bound, bound, dtype));
        Offset = AddParameter("offset", Tensor.Zeros([1], dtype));
    }

    /// <summary>Where points are moved, before it is made invertible: u, <c>[dimension, 1]</c>.</summary>
    public Parameter Direction { get; }

    /// <summary>The plane's normal vector: w, <c>[dimension, 1]</c>.</summary>
    public Parameter Normal { get; }

    /// <summary>The plane's offset: b, <c>[1]</c>.</summary>
    public Parameter Offset { get; }

    /// <inheritdoc/>
    public override FlowMap Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        (Tensor move, Tensor along) = Invertible();
        Tensor bend = (x.MatMul(Normal) + Offset).Tanh();
        Tensor determinant = (along * (1.0 - bend.Square())).Log1p();
        return new FlowMap(x + (bend * move.Transpose()), determinant.Reshape([x.Shape[0]]));
    }

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor y)
    {
        ArgumentNullException.ThrowIfNull(y);
        using IDisposable noGradients = GradientMode.Disable();
        (Tensor moveTensor, Tensor alongTensor) = Invertible();
        double[] move = moveTensor.ToDoubles(), normal = Normal.ToDoubles(), points = y.ToDoubles();
        double along = alongTensor.ToScalar(), offset = Offset.ToScalar();
        for (int i = 0; i < points.Length; i += Dimension)
        {
            Span<double> point = points.AsSpan(i, Dimension);
            double height = 0;
            for (int k = 0; k < Dimension; k++)
            {
                height += normal[k] * point[k];
            }

            double bend = Math.Tanh(HeightBefore(height, along, offset) + offset);
            for (int k = 0; k < Dimension; k++)
            {
                point[k] -= move[k] * bend;
            }
        }

        return Tensor.Create<double>(points, y.Shape, y.DType);
    }

    /// <summary>û, <c>[dimension, 1]</c>, and w·û, <c>[1, 1]</c>.</summary>
    private (Tensor Move, Tensor Along) Invertible()
    {
        Tensor inner = Normal.Transpose().MatMul(Direction), along = inner.Softplus() - 1.0;

        // The plane is undefined where w is 0; the smallest normal number keeps the quotient finite there, and the layer a shift.
        Tensor square = Normal.Square().Sum() + (Normal.DType == DType.Float32 ? 1.2e-38 : 2.3e-308);
        return (Direction + (Normal * ((along - inner) / square)), along);
    }

    /// <summary>Solves h + along·tanh(h + offset) = after for h; the left side rises, since along &gt; −1.</summary>
    private static double HeightBefore(double after, double along, double offset)
    {
        double low = after - Math.Abs(along), high = after + Math.Abs(along), height = after;
        for (int i = 0; i < MaxIterations; i++)
        {
            double bend = Math.Tanh(height + offset), rest = height + (along * bend) - after;
            (low, high) = rest > 0 ? (low, height) : (height, high);
            double next = height - (rest / (1 + (along * (1 - (bend * bend)))));
            if (!(next > low && next < high))
            {
                next = 0.5 * (low + high);
            }

            if (Math.Abs(next - height) <= 1e-15 * (1 + Math.Abs(height)))
            {
                return next;
            }

            height = next;
        }

        return height;
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new PlanarLayer(Dimension, new RandomSource(0), Normal.DType);
}
