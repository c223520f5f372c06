namespace NeuralOde.Tensors.Kernels;

/// <summary>Products whose B has contiguous rows and fits the caches: nothing is packed, each panel of columns goes straight to its kernel.</summary>
internal static unsafe class DirectProduct<T, TVector> where T : unmanaged, IBinaryFloatingPointIeee754<T> where TVector : struct, ISimdVector<TVector, T>
{
    /// <summary>Up to this many rows, a row at a time with several chains beats a tile with few accumulators.</summary>
    private const int RowTileRows = 2;

    /// <summary>Beyond this many accumulators in the tile, its own chains are enough.</summary>
    private const int MaxRowTileVectors = 6;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(in GemmProblem<T> problem)
    {
        nint panelWidth = PackedB<T, TVector>.PanelWidth;
        if (problem.N <= panelWidth)
        {
            MultiplyPanel(problem);
            return;
        }

        for (nint j = 0; j < problem.N; j += panelWidth)
        {
            MultiplyPanel(problem.Part(0, j, problem.M, nint.Min(panelWidth, problem.N - j)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyPanel(in GemmProblem<T> panel)
    {
        if (panel.M <= RowTileRows && panel.M * panel.N <= MaxRowTileVectors * TVector.Count)
        {
            RowTile<T, TVector>.Multiply(panel);
        }
        else
        {
            RegisterTile<T, TVector>.Multiply(panel);
        }
    }
}
