namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// The kernel for two columns and an A with contiguous columns (the weight gradient of a layer with two inputs): vectors run along the rows of C,
/// a tile of up to 4 of them by both columns stays in registers, and the columns are interleaved as they are stored.
/// </summary>
/// <remarks>Every element of C is one chain of fused multiply-adds in the order of k, as in <see cref="RegisterTile{T, TVector}"/>.</remarks>
internal static unsafe class PairTile<T, TVector> where T : unmanaged, IBinaryFloatingPointIeee754<T> where TVector : struct, ISimdVector<TVector, T>
{
    private const int MaxVectors = 4;

    /// <summary>Whether C has two columns side by side and its sums start from nothing or from a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Suits(in GemmProblem<T> problem)
        => problem.N == 2 && problem.CStep == 2 && problem.A.RowStep == 1 && (problem.Start == null || problem.StartStep == 0);

    /// <summary>Computes a whole problem.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(in GemmProblem<T> problem)
    {
        nint block = MaxVectors * TVector.Count;
        nint whole = problem.M / block;
        if (whole > 0)
        {
            Run<Size4, FullEdge>(problem, 0, whole, TVector.Count);
        }

        nint rest = problem.M - (whole * block);
        if (rest == 0)
        {
            return;
        }

        int vectors = (int)((uint)(rest + TVector.Count - 1) / (uint)TVector.Count);
        int edge = (int)rest - ((vectors - 1) * TVector.Count);
        switch (vectors)
        {
            case 1: Run<Size1, PartialEdge>(problem, whole * block, 1, edge); break;
            case 2: Run<Size2, PartialEdge>(problem, whole * block, 1, edge); break;
            case 3: Run<Size3, PartialEdge>(problem, whole * block, 1, edge); break;
            default: Run<Size4, PartialEdge>(problem, whole * block, 1, edge); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Run<TVectors, TEdge>(in GemmProblem<T> problem, nint row, nint tiles, int edge)
        where TVectors : unmanaged, ITileSize
        where TEdge : struct, ITileEdge
    {
        nint aStep = problem.A.ColumnStep;
        nint bStep = problem.B.RowStep;
        nint bColumn = problem.B.ColumnStep;
        for (; tiles > 0; tiles--)
        {
            TileRow<T, TVector> left = default, right = default;
            if (problem.Start != null)
            {
                Fill(ref left, TVector.Create(problem.Start[0]));
                Fill(ref right, TVector.Create(problem.Start[1]));
            }

            T* a = problem.A.Data + row;
            T* b = problem.B.Data;
            for (nint p = problem.K; p > 0; p--)
            {
                TileRow<T, TVector>.Load<TVectors, TEdge>(out TileRow<T, TVector> column, a, edge);
                TileRow<T, TVector>.MultiplyAdd<TVectors>(ref left, TVector.Create(b[0]), column);
                TileRow<T, TVector>.MultiplyAdd<TVectors>(ref right, TVector.Create(b[bColumn]), column);
                a += aStep;
                b += bStep;
            }

            T* c = problem.C + (2 * row);
            Store<TEdge>(left.V0, right.V0, c, sizeof(TVectors) == 1, edge);
            if (sizeof(TVectors) > 1)
            {
                Store<TEdge>(left.V1, right.V1, c + (2 * TVector.Count), sizeof(TVectors) == 2, edge);
            }

            if (sizeof(TVectors) > 2)
            {
                Store<TEdge>(left.V2, right.V2, c + (4 * TVector.Count), sizeof(TVectors) == 3, edge);
            }

            if (sizeof(TVectors) > 3)
            {
                Store<TEdge>(left.V3, right.V3, c + (6 * TVector.Count), sizeof(TVectors) == 4, edge);
            }

            row += sizeof(TVectors) * TVector.Count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fill(ref TileRow<T, TVector> row, TVector value) => (row.V0, row.V1, row.V2, row.V3) = (value, value, value, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TEdge>(TVector left, TVector right, T* destination, bool isLast, int edge) where TEdge : struct, ITileEdge
    {
        TVector.Interleave(left, right, out TVector low, out TVector high);
        if (isLast && typeof(TEdge) == typeof(PartialEdge) && edge < TVector.Count)
        {
            TVector.StorePartial(low, destination, int.Min(2 * edge, TVector.Count));
            TVector.StorePartial(high, destination + TVector.Count, int.Max((2 * edge) - TVector.Count, 0));
        }
        else
        {
            TVector.Store(low, destination);
            TVector.Store(high, destination + TVector.Count);
        }
    }
}
