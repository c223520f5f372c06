using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// Matrix multiplication of dense row-major matrices, C = op(A)·op(B), where op is the identity or the transposition.
/// </summary>
/// <remarks>
/// Transposed operands are stored as they are called: A is [m, k], or [k, m] where it is transposed; B is [k, n], or [n, k]; C is [m, n].
/// C must not overlap any input. Sums use fused multiply-adds, start from the bias or the accumulated C, and differ from the exact
/// ones by at most (k + 1)·ε·(|A|·|B| + |start|) to first order. A NaN or an infinity of either operand reaches every element that depends on it.
/// Nothing is allocated once a thread has seen a shape: packed operands live in a buffer of the thread.
/// </remarks>
internal static unsafe partial class Gemm
{
    /// <summary>C = op(A)·op(B), or C += op(A)·op(B) where <paramref name="accumulate"/> is set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative.</exception>
    /// <exception cref="ArgumentException">A span is shorter than its matrix.</exception>
    public static void Multiply<T>(
        bool transposeA,
        bool transposeB,
        int m,
        int n,
        int k,
        ReadOnlySpan<T> a,
        ReadOnlySpan<T> b,
        Span<T> c,
        bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Multiply(transposeA, transposeB, m, n, k, a, transposeA ? m : k, b, transposeB ? k : n, c, n, accumulate);

    /// <summary>
    /// The same for matrices that are parts of wider ones: <paramref name="lda"/>, <paramref name="ldb"/> and <paramref name="ldc"/>
    /// are the elements from one stored row to the next, and what lies between the rows of C is left alone.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or a leading dimension is less than its row's length.</exception>
    /// <exception cref="ArgumentException">A span is shorter than its matrix.</exception>
    public static void Multiply<T>(
        bool transposeA,
        bool transposeB,
        int m,
        int n,
        int k,
        ReadOnlySpan<T> a,
        int lda,
        ReadOnlySpan<T> b,
        int ldb,
        Span<T> c,
        int ldc,
        bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckSizes(m, n, k);
        CheckOperand(transposeA ? k : m, transposeA ? m : k, lda, a.Length, nameof(a), nameof(lda));
        CheckOperand(transposeB ? n : k, transposeB ? k : n, ldb, b.Length, nameof(b), nameof(ldb));
        CheckOperand(m, n, ldc, c.Length, nameof(c), nameof(ldc));
        fixed (T* pa = a, pb = b, pc = c)
        {
            GemmProblem<T> problem = Problem(transposeA, transposeB, m, n, k, pa, lda, pb, ldb, pc, ldc);
            if (accumulate)
            {
                problem.Start = pc;
                problem.StartStep = ldc;
            }

            Run(problem);
        }
    }

    /// <summary>Computes a problem with the widest vectors of this machine.</summary>
    private static void Run<T>(in GemmProblem<T> problem)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (SimdWidths.Best)
        {
            case SimdWidth.V512: GemmPaths<T, Simd512<T>>.Multiply(problem); break;
            case SimdWidth.V256: GemmPaths<T, Simd256<T>>.Multiply(problem); break;
            case SimdWidth.V128: GemmPaths<T, Simd128<T>>.Multiply(problem); break;
            default: GemmPaths<T, SimdScalar<T>>.Multiply(problem); break;
        }
    }

    private static GemmProblem<T> Problem<T>(bool transposeA, bool transposeB, int m, int n, int k, T* a, int lda, T* b, int ldb, T* c, int ldc)
        where T : unmanaged
    {
        GemmProblem<T> problem = default;
        problem.M = m;
        problem.N = n;
        problem.K = k;
        problem.A = StridedMatrix<T>.Create(a, lda, transposeA);
        problem.B = StridedMatrix<T>.Create(b, ldb, transposeB);
        problem.C = c;
        problem.CStep = ldc;
        return problem;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CheckSizes(int m, int n, int k)
    {
        if ((m | n | k) < 0)
        {
            ThrowNegative(m, n, k);
        }
    }

    /// <summary>A matrix of stored rows needs all its rows but the last at full stride, and the last one at its own length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CheckOperand(int rows, int rowLength, int leadingDimension, int length, string name, string leadingName)
    {
        if (leadingDimension < rowLength)
        {
            ThrowLeadingDimension(rowLength, leadingDimension, leadingName);
        }

        if (rows > 0 && length < ((long)(rows - 1) * leadingDimension) + rowLength)
        {
            ThrowTooShort(rows, rowLength, leadingDimension, length, name);
        }
    }

    private static void ThrowNegative(int m, int n, int k)
        => throw new ArgumentOutOfRangeException(m < 0 ? nameof(m) : n < 0 ? nameof(n) : nameof(k), $"The sizes of a matrix product are at least 0, not m = {m}, n = {n}, k = {k}.");

    private static void ThrowLeadingDimension(int rowLength, int leadingDimension, string name)
        => throw new ArgumentOutOfRangeException(name, leadingDimension, $"A stored row has {rowLength} elements, so the leading dimension must be at least that.");

    private static void ThrowTooShort(int rows, int rowLength, int leadingDimension, int length, string name)
        => throw new ArgumentException($"A matrix of {rows} rows of {rowLength} elements, {leadingDimension} apart, takes {((long)(rows - 1) * leadingDimension) + rowLength} elements, but {name} has {length}.", name);
}
