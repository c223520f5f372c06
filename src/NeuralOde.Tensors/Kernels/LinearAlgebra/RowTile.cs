namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// The kernel for one or two rows (a batch of one): a row of C, up to 4 vectors, in four partial sums, each over every fourth k.
/// One row has too few accumulators to hide the latency of a multiply-add, and four chains have enough.
/// </summary>
internal static unsafe class RowTile<T, TVector> where T : unmanaged, IBinaryFloatingPointIeee754<T> where TVector : struct, ISimdVector<TVector, T>
{
    /// <summary>The number of partial sums.</summary>
    public const int Chains = 4;

    /// <summary>Computes all rows of a problem that is at most four vectors wide. B must have contiguous rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(in GemmProblem<T> problem)
    {
        if (problem.N % TVector.Count == 0)
        {
            Dispatch<FullEdge>(problem);
        }
        else
        {
            Dispatch<PartialEdge>(problem);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dispatch<TEdge>(in GemmProblem<T> problem) where TEdge : struct, ITileEdge
    {
        switch ((problem.N + TVector.Count - 1) / TVector.Count)
        {
            case 1: Run<Size1, TEdge>(problem); break;
            case 2: Run<Size2, TEdge>(problem); break;
            case 3: Run<Size3, TEdge>(problem); break;
            default: Run<Size4, TEdge>(problem); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TColumns, TEdge>(in GemmProblem<T> problem) where TColumns : unmanaged, ITileSize where TEdge : struct, ITileEdge
    {
        int edge = (int)problem.N - ((sizeof(TColumns) - 1) * TVector.Count);
        nint k = problem.K;
        nint aStep = problem.A.ColumnStep;
        nint bStep = problem.B.RowStep;
        for (nint i = 0; i < problem.M; i++)
        {
            TileRow<T, TVector> c0 = default, c1 = default, c2 = default, c3 = default;
            if (problem.Start != null)
            {
                TileRow<T, TVector>.Load<TColumns, TEdge>(out c0, problem.Start + (i * problem.StartStep), edge);
            }

            T* a = problem.A.Data + (i * problem.A.RowStep);
            T* b = problem.B.Data;
            nint p = k;
            for (; p >= Chains; p -= Chains)
            {
                MultiplyAdd<TColumns, TEdge>(ref c0, a, b, edge);
                MultiplyAdd<TColumns, TEdge>(ref c1, a + aStep, b + bStep, edge);
                MultiplyAdd<TColumns, TEdge>(ref c2, a + (2 * aStep), b + (2 * bStep), edge);
                MultiplyAdd<TColumns, TEdge>(ref c3, a + (3 * aStep), b + (3 * bStep), edge);
                a += Chains * aStep;
                b += Chains * bStep;
            }

            for (; p > 0; p--)
            {
                MultiplyAdd<TColumns, TEdge>(ref c0, a, b, edge);
                a += aStep;
                b += bStep;
            }

            TileRow<T, TVector>.Add<TColumns>(ref c0, c1);
            TileRow<T, TVector>.Add<TColumns>(ref c2, c3);
            TileRow<T, TVector>.Add<TColumns>(ref c0, c2);
            TileRow<T, TVector>.Store<TColumns, TEdge>(c0, problem.C + (i * problem.CStep), edge);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd<TColumns, TEdge>(ref TileRow<T, TVector> sum, T* a, T* b, int edge)
        where TColumns : unmanaged, ITileSize
        where TEdge : struct, ITileEdge
    {
        TileRow<T, TVector>.Load<TColumns, TEdge>(out TileRow<T, TVector> row, b, edge);
        TileRow<T, TVector>.MultiplyAdd<TColumns>(ref sum, TVector.Create(*a), row);
    }
}
