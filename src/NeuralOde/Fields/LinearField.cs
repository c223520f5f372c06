namespace NeuralOde.Fields;

/// <summary>A linear vector field, <c>dz/dt = A z</c>, with one learned matrix.</summary>
public sealed class LinearField : VectorField
{
    /// <summary>Makes the field.</summary>
    /// <param name="size">The number of components of the state, at least 1.</param>
    /// <param name="random">Where the first values come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="deviation">The standard deviation of the entries' first values.</param>
    /// <param name="dtype">The element type.</param>
    public LinearField(int size, RandomSource? random = null, double deviation = 0.5, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Matrix = AddParameter("matrix", (random ?? RandomSource.Default).Normal([size, size], 0, deviation, dtype));
    }

    /// <summary>The matrix A, <c>[size, size]</c>.</summary>
    public Parameter Matrix { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor t, Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        return z.MatMul(Matrix.Transpose());
    }

    /// <inheritdoc/>
    /// <remarks>The trace of the matrix.</remarks>
    public override (Tensor Derivative, Tensor Divergence)? ForwardWithDivergence(Tensor t, Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        int size = Matrix.Shape[0];
        return z.Rank == 2
            ? (Forward(t, z), Matrix.Reshape([size * size]).Gather([.. Enumerable.Range(0, size).Select(x => x * (size + 1))]).Sum().BroadcastTo([z.Shape[0]]))
            : null;
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new LinearField(Matrix.Shape[0], new RandomSource(0), dtype: Matrix.DType);
}
