using System.Numerics;
using System.Runtime.CompilerServices;

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
    public static void MultiplyBiasActivate<T, TActivation>(
        bool transposeA, bool transposeB, int m, int n, int k, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> bias, Span<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TActivation : struct, IUnaryOperator<T>
        => MultiplyBiasActivate<T, TActivation>(transposeA, transposeB, m, n, k, a, b, bias, c, SimdWidths.Best);

    /// <summary>The same at a given width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void MultiplyBiasActivate<T, TActivation>(
        bool transposeA, bool transposeB, int m, int n, int k, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> bias, Span<T> c, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TActivation : struct, IUnaryOperator<T>
    {
        if (!bias.IsEmpty && bias.Length != n)
        {
            ThrowBias(n, bias.Length);
        }

        MultiplyDense(transposeA, transposeB, m, n, k, a, b, bias, c, width);
        if (typeof(TActivation) != typeof(IdentityOperator<T>))
        {
            Map.Unary<T, TActivation>(c[..(m * n)], c[..(m * n)], width);
        }
    }

    /// <summary>
    /// C = h(op(A)·op(B), y), element by element: the gradient of a layer's input, taken on through the activation before it, where
    /// <typeparamref name="TGradient"/> is h and y [m, n] what it takes beside the gradient, as a rule the activation's output. All matrices are dense.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative.</exception>
    /// <exception cref="ArgumentException">A span is shorter than its matrix.</exception>
    public static void MultiplyActivationGradient<T, TGradient>(
        bool transposeA, bool transposeB, int m, int n, int k, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> y, Span<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGradient : struct, IBinaryOperator<T>
        => MultiplyActivationGradient<T, TGradient>(transposeA, transposeB, m, n, k, a, b, y, c, SimdWidths.Best);

    /// <summary>The same at a given width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void MultiplyActivationGradient<T, TGradient>(
        bool transposeA, bool transposeB, int m, int n, int k, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> y, Span<T> c, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGradient : struct, IBinaryOperator<T>
    {
        CheckMatrix(m, n, n, y.Length, nameof(y));
        MultiplyDense(transposeA, transposeB, m, n, k, a, b, default, c, width);
        Map.Binary<T, TGradient>(c[..(m * n)], y, c[..(m * n)], width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyDense<T>(
        bool transposeA, bool transposeB, int m, int n, int k, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> bias, Span<T> c, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckSizes(m, n, k);
        int lda = transposeA ? m : k;
        int ldb = transposeB ? k : n;
        CheckMatrix(transposeA ? k : m, lda, lda, a.Length, nameof(a));
        CheckMatrix(transposeB ? n : k, ldb, ldb, b.Length, nameof(b));
        CheckMatrix(m, n, n, c.Length, nameof(c));
        fixed (T* pa = a, pb = b, pc = c, pBias = bias)
        {
            Run(
                new GemmProblem<T>(m, n, k, StridedMatrix<T>.Create(pa, lda, transposeA), StridedMatrix<T>.Create(pb, ldb, transposeB), pc, n, pBias),
                width);
        }
    }

    private static void ThrowBias(int n, int length)
        => throw new ArgumentException($"The bias has one element for each of the {n} columns, or none, not {length}.", "bias");
}
