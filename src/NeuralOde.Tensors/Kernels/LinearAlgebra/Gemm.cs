namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// Matrix multiplication of dense row-major matrices, C = op(A)·op(B), where op is the identity or the transposition.
/// </summary>
/// <remarks>
/// Transposed operands are stored as they are called: A is [m, k], or [k, m] where it is transposed; B is [k, n], or [n, k]; C is [m, n].
/// C must not overlap any input. Sums use fused multiply-adds, start from the bias or the accumulated C, and differ from the exact
/// ones by at most (k + 1)·ε·(|A|·|B| + |start|) to first order. A NaN or an infinity of either operand reaches every element that depends on it.
/// Nothing is allocated once a thread has seen a shape: packed operands live in a buffer of the thread. A product whose rows are shared
/// out, five or more to a share, has the same bits as a whole one.
/// </remarks>
internal static unsafe partial class Gemm
{
    /// <summary>C = op(A)·op(B), or C += op(A)·op(B) where <paramref name="accumulate"/> is set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative.</exception>
    /// <exception cref="ArgumentException">A span is shorter than its matrix.</exception>
    public static void Multiply<T>(GemmShape shape, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> c, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Multiply(shape, shape.DenseSteps, a, b, c, accumulate);

    /// <summary>The same for matrices that are parts of wider ones; what lies between the rows of C is left alone.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or a leading dimension is less than its row's length.</exception>
    /// <exception cref="ArgumentException">A span is shorter than its matrix.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply<T>(GemmShape shape, GemmSteps steps, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> c, bool accumulate = false, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(shape, steps, a.Length, b.Length, c.Length);
        fixed (T* pa = a, pb = b, pc = c)
        {
            var problem = GemmProblem<T>.Create(shape, steps, pa, pb, pc);
            problem.Start = accumulate ? pc : null;
            problem.StartStep = steps.C;
            Run(problem, width);
        }
    }

    /// <summary>
    /// Computes a problem whose sizes and memory its maker answers for. A program over memory that is pinned for good makes its problems
    /// once, and so pays for no checks, no pinning and no choice of layout in each call.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<T>(in GemmProblem<T> problem, SimdWidth width = SimdWidth.Best) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        VectorDispatch.Run<T, Product<T>>(new(in problem), width);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Check(GemmShape shape, GemmSteps steps, int a, int b, int c)
    {
        if ((shape.M | shape.N | shape.K) < 0)
        {
            ThrowNegative(shape.M, shape.N, shape.K);
        }

        CheckMatrix(shape.ARows, shape.ARow, steps.A, a, nameof(a));
        CheckMatrix(shape.BRows, shape.BRow, steps.B, b, nameof(b));
        CheckMatrix(shape.M, shape.N, steps.C, c, nameof(c));
    }

    /// <summary>A matrix needs its stored rows but the last at full stride, and the last one at its own length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CheckMatrix(int rows, int rowLength, int leadingDimension, int length, string name)
    {
        if (leadingDimension < rowLength || (length < ((long)(rows - 1) * leadingDimension) + rowLength && rows > 0))
        {
            ThrowMatrix(rows, rowLength, leadingDimension, length, name);
        }
    }

    private static void ThrowNegative(int m, int n, int k)
        => throw new ArgumentOutOfRangeException(
            m < 0 ? nameof(m) : n < 0 ? nameof(n) : nameof(k), $"The sizes of a matrix product are at least 0, not m = {m}, n = {n}, k = {k}.");

    private static void ThrowMatrix(int rows, int rowLength, int leadingDimension, int length, string name)
        => throw (leadingDimension < rowLength
            ? new ArgumentOutOfRangeException("ld" + name, leadingDimension, $"A stored row of {name} has {rowLength} elements, so its leading dimension must be at least that.")
            : new ArgumentException(
                $"A matrix of {rows} rows of {rowLength} elements, {leadingDimension} apart, "
                    + $"takes {((long)(rows - 1) * leadingDimension) + rowLength} elements, but {name} has {length}.",
                name));

    private readonly ref struct Product<T>(ref readonly GemmProblem<T> problem) : IVectorKernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ref readonly GemmProblem<T> _problem = ref problem;

        [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector>() where TVector : struct, ISimdVector<TVector, T> => GemmPaths<T, TVector>.Multiply(_problem);
    }
}
