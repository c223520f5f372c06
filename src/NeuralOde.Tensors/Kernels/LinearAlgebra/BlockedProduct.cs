namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// Products whose B is too large for the caches: it is packed a block at a time, and a block of A stays in the second-level cache
/// while it meets all panels of B (K. Goto and R. van de Geijn, Anatomy of High-Performance Matrix Multiplication, ACM TOMS 34(3), 2008).
/// A is read in place: its elements are broadcast one by one, so packing it would gain less than it costs.
/// </summary>
internal static unsafe class BlockedProduct<T, TVector> where T : unmanaged, IBinaryFloatingPointIeee754<T> where TVector : struct, ISimdVector<TVector, T>
{
    /// <summary>
    /// k of a block. Each block reads and writes all of C once more, so it is as high as a panel of B, 128 KB at 512 bits, still
    /// streams from the second-level cache.
    /// </summary>
    private const int BlockK = 512;

    /// <summary>Columns of a block of B: with <see cref="BlockK"/> rows it takes 4 MB in float, a part of the third-level cache.</summary>
    private const int BlockN = 2048;

    /// <summary>Rows of a block of A: with <see cref="BlockK"/> columns it takes 384 KB, a part of the second-level cache beside a panel of B.</summary>
    private static nint BlockM => 768 / sizeof(T);

    public static void Multiply(in GemmProblem<T> problem)
    {
        T* packed = GemmScratch<T>.Get(PackedB<T, TVector>.Length(nint.Min(BlockK, problem.K), nint.Min(BlockN, problem.N)));
        for (nint j = 0; j < problem.N; j += BlockN)
        {
            nint n = nint.Min(BlockN, problem.N - j);
            for (nint p = 0; p < problem.K; p += BlockK)
            {
                nint k = nint.Min(BlockK, problem.K - p);
                GemmProblem<T> block = problem.Part(0, j, problem.M, n).Terms(p, k);
                PackedB<T, TVector>.Pack(block.B, k, n, packed);
                MultiplyPacked(block, packed);
            }
        }
    }

    /// <summary>Multiplies with the packed B in place of the problem's own.</summary>
    private static void MultiplyPacked(in GemmProblem<T> problem, T* packed)
    {
        nint panelWidth = PackedB<T, TVector>.PanelWidth;
        for (nint i = 0; i < problem.M; i += BlockM)
        {
            nint m = nint.Min(BlockM, problem.M - i);
            for (nint j = 0; j < problem.N; j += panelWidth)
            {
                GemmProblem<T> panel = problem.Part(i, j, m, nint.Min(panelWidth, problem.N - j));
                panel.B = PackedB<T, TVector>.Panel(packed, problem.K, problem.N, j);
                RegisterTile<T, TVector>.Multiply(panel);
            }
        }
    }
}
