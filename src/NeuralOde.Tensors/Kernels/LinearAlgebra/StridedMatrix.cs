namespace NeuralOde.Tensors.Kernels;

/// <summary>A matrix in memory whose element (i, j) lies at <c>Data[i * RowStep + j * ColumnStep]</c>: a transposition swaps the two steps and moves nothing.</summary>
internal readonly unsafe struct StridedMatrix<T>(T* data, nint rowStep, nint columnStep) where T : unmanaged
{
    public readonly T* Data = data;
    public readonly nint RowStep = rowStep;
    public readonly nint ColumnStep = columnStep;

    /// <summary>The matrix whose dense rows are <paramref name="leadingDimension"/> elements apart, or its transpose.</summary>
    public static StridedMatrix<T> Create(T* data, nint leadingDimension, bool transposed)
        => transposed ? new(data, 1, leadingDimension) : new(data, leadingDimension, 1);

    public StridedMatrix<T> Transposed => new(Data, ColumnStep, RowStep);

    /// <summary>The same matrix elsewhere in memory.</summary>
    public StridedMatrix<T> At(T* data) => new(data, RowStep, ColumnStep);

    /// <summary>Whether the elements of a row are neighbors, so that vectors can be loaded along it.</summary>
    public bool HasContiguousRows => ColumnStep == 1;

    /// <summary>The same matrix without its first rows and columns.</summary>
    public StridedMatrix<T> From(nint row, nint column) => new(Data + (row * RowStep) + (column * ColumnStep), RowStep, ColumnStep);
}
