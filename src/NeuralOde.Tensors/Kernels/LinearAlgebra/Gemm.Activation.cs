namespace NeuralOde.Tensors.Kernels;

/// <summary>Products with what a layer does next: its bias and activation forwards, the activation's gradient backwards.</summary>
/// <remarks>
/// The activation runs over the whole of C, still in the cache, rather than inside the tiles: independent vectors one after another hide the
/// latency of a tanh, no lane is wasted at the ends of short rows, and the tile kernels need not be compiled once more for each activation.
/// </remarks>
internal static unsafe partial class Gemm
{
    /// <summary>C = f(op(A)·op(B) + bias), a layer: f acts on every element, and the bias, n elements or none, is added to every row. All matrices are dense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative.</exception>
    /// <exception cref="ArgumentException">A span is shorter than its matrix, or the bias is neither empty nor n long.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyBiasActivate<T, TActivation>(
        GemmShape shape, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> bias, Span<T> c, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TActivation : struct, IUnaryOperator<T>
    {
        if (!bias.IsEmpty && bias.Length != shape.N)
        {
            ThrowBias(shape.N, bias.Length);
        }

        MultiplyDense(shape, a, b, bias, c, width);
        if (typeof(TActivation) != typeof(IdentityOperator<T>))
        {
            Span<T> all = c[..(shape.M * shape.N)];
            Map.Unary<T, TActivation>(all, all, width);
        }
    }

    /// <summary>
    /// C = h(op(A)·op(B), y), element by element: the gradient of a layer's input, taken on through the activation before it, where
    /// <typeparamref name="TGradient"/> is h and y [m, n] what it takes beside the gradient, as a rule the activation's output. All matrices are dense.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative.</exception>
    /// <exception cref="ArgumentException">A span is shorter than its matrix.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyActivationGradient<T, TGradient>(
        GemmShape shape, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> y, Span<T> c, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGradient : struct, IBinaryOperator<T>
    {
        CheckMatrix(shape.M, shape.N, shape.N, y.Length, nameof(y));
        MultiplyDense(shape, a, b, default, c, width);
        Span<T> all = c[..(shape.M * shape.N)];
        Map.Binary<T, TGradient>(all, y, all, width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyDense<T>(GemmShape shape, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> bias, Span<T> c, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(shape, shape.DenseSteps, a.Length, b.Length, c.Length);
        fixed (T* pa = a, pb = b, pc = c, pBias = bias)
        {
            var problem = GemmProblem<T>.Create(shape, shape.DenseSteps, pa, pb, pc);
            problem.Start = pBias;
            Run(problem, width);
        }
    }

    private static void ThrowBias(int n, int length)
        => throw new ArgumentException($"The bias has one element for each of the {n} columns, or none, not {length}.", "bias");
}
