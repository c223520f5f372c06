using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Tensors.Kernels;

/// <summary>Products with what a layer does next: its bias and activation forwards, the activation's gradient backwards.</summary>
internal static unsafe partial class Gemm
{
    /// <summary>C = f(op(A)·op(B) + bias), a layer: f acts on every element, and the bias, n elements or none, is added to every row. All matrices are dense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative.</exception>
    /// <exception cref="ArgumentException">A span is shorter than its matrix, or the bias is neither empty nor n long.</exception>
    public static void MultiplyBiasActivate<T, TActivation>(
        bool transposeA,
        bool transposeB,
        int m,
        int n,
        int k,
        ReadOnlySpan<T> a,
        ReadOnlySpan<T> b,
        ReadOnlySpan<T> bias,
        Span<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TActivation : struct, IUnaryOperator<T>
    {
        CheckDense(transposeA, transposeB, m, n, k, a.Length, b.Length, c.Length);
        if (!bias.IsEmpty && bias.Length != n)
        {
            ThrowBias(n, bias.Length);
        }

        fixed (T* pa = a, pb = b, pc = c, pBias = bias)
        {
            var problem = Problem(transposeA, transposeB, m, n, k, pa, transposeA ? m : k, pb, transposeB ? k : n, pc, n);
            problem.Start = pBias;
            switch (SimdWidths.Best)
            {
                case SimdWidth.V512: GemmPaths<T, Simd512<T>>.MultiplyActivate<TActivation>(problem); break;
                case SimdWidth.V256: GemmPaths<T, Simd256<T>>.MultiplyActivate<TActivation>(problem); break;
                case SimdWidth.V128: GemmPaths<T, Simd128<T>>.MultiplyActivate<TActivation>(problem); break;
                default: GemmPaths<T, SimdScalar<T>>.MultiplyActivate<TActivation>(problem); break;
            }
        }
    }

    /// <summary>
    /// C = h(op(A)·op(B), y), element by element: the gradient of a layer's input, taken on through the activation before it, where
    /// <typeparamref name="TGradient"/> is h and y [m, n] what it takes beside the gradient, as a rule the activation's output. All matrices are dense.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative.</exception>
    /// <exception cref="ArgumentException">A span is shorter than its matrix.</exception>
    public static void MultiplyActivationGradient<T, TGradient>(
        bool transposeA,
        bool transposeB,
        int m,
        int n,
        int k,
        ReadOnlySpan<T> a,
        ReadOnlySpan<T> b,
        ReadOnlySpan<T> y,
        Span<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGradient : struct, IBinaryOperator<T>
    {
        CheckDense(transposeA, transposeB, m, n, k, a.Length, b.Length, c.Length);
        CheckOperand(m, n, n, y.Length, nameof(y), nameof(n));
        fixed (T* pa = a, pb = b, pc = c, py = y)
        {
            var problem = Problem(transposeA, transposeB, m, n, k, pa, transposeA ? m : k, pb, transposeB ? k : n, pc, n);
            switch (SimdWidths.Best)
            {
                case SimdWidth.V512: GemmPaths<T, Simd512<T>>.MultiplyGradient<TGradient>(problem, py); break;
                case SimdWidth.V256: GemmPaths<T, Simd256<T>>.MultiplyGradient<TGradient>(problem, py); break;
                case SimdWidth.V128: GemmPaths<T, Simd128<T>>.MultiplyGradient<TGradient>(problem, py); break;
                default: GemmPaths<T, SimdScalar<T>>.MultiplyGradient<TGradient>(problem, py); break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CheckDense(bool transposeA, bool transposeB, int m, int n, int k, int lengthA, int lengthB, int lengthC)
    {
        CheckSizes(m, n, k);
        CheckOperand(transposeA ? k : m, transposeA ? m : k, transposeA ? m : k, lengthA, "a", "a");
        CheckOperand(transposeB ? n : k, transposeB ? k : n, transposeB ? k : n, lengthB, "b", "b");
        CheckOperand(m, n, n, lengthC, "c", "c");
    }

    private static void ThrowBias(int n, int length)
        => throw new ArgumentException($"The bias has one element for each of the {n} columns, or none, not {length}.", "bias");
}
