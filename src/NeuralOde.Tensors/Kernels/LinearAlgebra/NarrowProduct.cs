namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// Products with at most 4 columns (the last layer of a field in few dimensions): vectors along the columns would be mostly empty,
/// so they run along k where A has contiguous rows, and along the rows of C where it has contiguous columns.
/// </summary>
internal static unsafe class NarrowProduct<T, TVector> where T : unmanaged, IBinaryFloatingPointIeee754<T> where TVector : struct, ISimdVector<TVector, T>
{
    // Rows of C that are computed transposed at a time: with 4 columns, 8 KB of float stay in the first-level cache.
    private const int RowsAtATime = 512;

    // Below this many elements, and with one or two rows, B costs less to read as it lies than to transpose.
    private const int MaxElementsToReadInPlace = 64;

    /// <summary>Whether so few columns leave at least half of every vector empty, and the work is worth another arrangement.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Suits(in GemmProblem<T> problem)
        => problem.N <= 4 && 2 * problem.N <= TVector.Count
            && (problem.M > 2 || !problem.B.HasContiguousRows || problem.K * problem.N > MaxElementsToReadInPlace);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(in GemmProblem<T> problem)
    {
        if (PairTile<T, TVector>.Suits(problem))
        {
            PairTile<T, TVector>.Multiply(problem);
        }
        else if (problem.K == 1)
        {
            MultiplyOuter(problem);
        }
        else if (problem.A.HasContiguousRows)
        {
            MultiplyAlongK(problem);
        }
        else
        {
            MultiplyTransposed(problem);
        }
    }

    /// <summary>A column times a row (the weight gradient of a batch of one): there is nothing to sum, and no vector would be full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyOuter(in GemmProblem<T> problem)
    {
        T* b = problem.B.Data;
        nint bStep = problem.B.ColumnStep;
        nint i = 0;
        if (sizeof(T) == sizeof(float) && problem.N > 2 && problem.CStep == problem.N && problem.Start == null)
        {
            // Four lanes per row: the fourth of three columns is overwritten by the next row, and the last row must not have it.
            T* row = stackalloc T[4] { b[0], b[bStep], b[2 * bStep], b[(problem.N - 1) * bStep] };
            var columns = Simd128<T>.Load(row);
            var zero = Simd128<T>.Create(T.Zero);
            for (; i < problem.M - 1; i++)
            {
                Simd128<T>.Store(Simd128<T>.MultiplyAdd(Simd128<T>.Create(problem.A.Data[i * problem.A.RowStep]), columns, zero), problem.C + (i * problem.N));
            }
        }

        for (; i < problem.M; i++)
        {
            T a = problem.A.Data[i * problem.A.RowStep];
            T* c = problem.C + (i * problem.CStep);
            for (nint j = 0; j < problem.N; j++)
            {
                T start = problem.Start == null ? T.Zero : problem.Start[(i * problem.StartStep) + j];
                c[j] = FusedArithmetic.MultiplyAdd(a, b[j * bStep], start);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyAlongK(in GemmProblem<T> problem)
    {
        if (problem.B.RowStep == 1)
        {
            DotTile<T, TVector>.Multiply(problem);
            return;
        }

        GemmProblem<T> withPackedB = problem;
        T* packed = GemmScratch<T>.Get(problem.N * problem.K);
        Transposition<T>.Run(problem.B.Data, problem.B.RowStep, problem.K, problem.N, packed, problem.K);
        withPackedB.B = new(packed, 1, problem.K);
        DotTile<T, TVector>.Multiply(withPackedB);
    }

    /// <summary>Cᵀ = Sᵀ + Bᵀ·Aᵀ in scratch, and from there into C.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyTransposed(in GemmProblem<T> problem)
    {
        if (problem.N == 1 && problem.CStep == 1 && problem.Start == null)
        {
            // A dense column is a row in memory already.
            DirectProduct<T, TVector>.Multiply(new GemmProblem<T>(1, problem.M, problem.K, problem.B.Transposed, problem.A.Transposed, problem.C, problem.M));
            return;
        }

        nint chunk = nint.Min(problem.M, RowsAtATime);
        T* transposed = GemmScratch<T>.Get(problem.N * chunk);
        for (nint row = 0; row < problem.M; row += chunk)
        {
            GemmProblem<T> part = problem.Part(row, 0, nint.Min(chunk, problem.M - row), problem.N);
            if (part.Start != null)
            {
                TransposeStart(part, transposed, chunk);
            }

            DirectProduct<T, TVector>.Multiply(new GemmProblem<T>(part.N, part.M, part.K, part.B.Transposed, part.A.Transposed, transposed, chunk)
            {
                Start = part.Start == null ? null : transposed,
                StartStep = chunk,
            });
            Transposition<T>.Run(transposed, chunk, part.N, part.M, part.C, part.CStep);
        }
    }

    private static void TransposeStart(in GemmProblem<T> problem, T* transposed, nint step)
    {
        if (problem.StartStep != 0)
        {
            Transposition<T>.Run(problem.Start, problem.StartStep, problem.M, problem.N, transposed, step);
            return;
        }

        for (nint j = 0; j < problem.N; j++)
        {
            new Span<T>(transposed + (j * step), (int)problem.M).Fill(problem.Start[j]);
        }
    }
}
