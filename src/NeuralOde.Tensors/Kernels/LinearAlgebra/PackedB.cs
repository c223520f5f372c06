namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// B rearranged for <see cref="RegisterTile{T, TVector}"/>: cut into panels as wide as a tile, each stored row after row without gaps,
/// so that the kernel reads it straight through. The last panel is padded with zeros to whole vectors.
/// </summary>
internal static unsafe class PackedB<T, TVector> where T : unmanaged, IBinaryFloatingPointIeee754<T> where TVector : struct, ISimdVector<TVector, T>
{
    /// <summary>Columns of a panel, but for the last one.</summary>
    public static nint PanelWidth
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => RegisterTile<T, TVector>.MaxColumns * TVector.Count;
    }

    /// <summary>The elements that a packed [k, n] takes.</summary>
    public static nint Length(nint k, nint n) => k * RoundUp(n);

    /// <summary>Packs <paramref name="b"/> [k, n], in either layout.</summary>
    public static void Pack(StridedMatrix<T> b, nint k, nint n, T* packed)
    {
        for (nint j = 0; j < n; j += PanelWidth)
        {
            nint width = nint.Min(PanelWidth, n - j);
            T* panel = packed + (j * k);
            if (b.HasContiguousRows)
            {
                CopyPanel(b.From(0, j), k, width, panel);
            }
            else
            {
                TransposePanel(b.From(0, j), k, width, panel);
            }
        }
    }

    /// <summary>The panel that starts at column <paramref name="j"/> of a packed [k, n].</summary>
    public static StridedMatrix<T> Panel(T* packed, nint k, nint n, nint j) => new(packed + (j * k), RoundUp(nint.Min(PanelWidth, n - j)), 1);

    /// <summary>A number of columns, rounded up to whole vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint RoundUp(nint n) => (n + TVector.Count - 1) / TVector.Count * TVector.Count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyPanel(StridedMatrix<T> b, nint k, nint width, T* panel)
    {
        nint whole = width - (width % TVector.Count);
        int edge = (int)(width - whole);
        T* source = b.Data;
        for (nint p = 0; p < k; p++)
        {
            for (nint j = 0; j < whole; j += TVector.Count)
            {
                TVector.Store(TVector.Load(source + j), panel);
                panel += TVector.Count;
            }

            if (edge > 0)
            {
                TVector.Store(TVector.LoadPartial(source + whole, edge), panel);
                panel += TVector.Count;
            }

            source += b.RowStep;
        }
    }

    private static void TransposePanel(StridedMatrix<T> b, nint k, nint width, T* panel)
    {
        nint padded = RoundUp(width);
        Transposition<T>.Run(b.Data, b.ColumnStep, width, k, panel, padded);
        if (padded > width)
        {
            for (nint p = 0; p < k; p++)
            {
                new Span<T>(panel + (p * padded) + width, (int)(padded - width)).Clear();
            }
        }
    }
}
