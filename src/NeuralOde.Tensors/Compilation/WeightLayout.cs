namespace NeuralOde.Tensors;

/// <summary>
/// Keeps the right factor of a product in the form that its kernel reads fastest, where it depends on parameters only: it is
/// written the other way round once a parameter has changed, not at every run.
/// </summary>
internal static class WeightLayout
{
    /// <summary>Beyond this many rows the product hides what it does to its right factor first.</summary>
    private const int MaxRows = 256;

    /// <summary>Beyond this many bytes a single row is a matter of reading the weight once, in whichever form.</summary>
    private const int MaxBytesOfOneRow = 24 * 1024;

    /// <summary>The product with its right factor turned, or <see langword="null"/> where it is fine as it is.</summary>
    public static GraphNode? Choose(GraphBuilder graph, Operation operation, GraphNode[] inputs)
    {
        if (operation is not MatrixMultiply multiply || inputs[0].Shape.Rank != 2 || inputs[0].IsStatic || !inputs[1].IsStatic)
        {
            return null;
        }

        if (PrefersTransposed(multiply.GemmShape(inputs[0].Shape, inputs[1].Shape), graph.ElementSize) == multiply.TransposeRight)
        {
            return null;
        }

        GraphNode turned = graph.AddAsIs(new Transpose([1, 0]), inputs[1]);
        return graph.AddAsIs(multiply with { TransposeRight = !multiply.TransposeRight }, inputs[0], turned);
    }

    /// <summary>
    /// Whether the kernels are faster where the right factor has contiguous columns; measured, and in line with the choices of
    /// <see cref="GemmPaths{T, TVector}"/>.
    /// </summary>
    private static bool PrefersTransposed(GemmShape shape, int elementSize)
    {
        (int rows, int columns, int inner) = (shape.M, shape.N, shape.K);
        int lanes = SimdWidths.Best.Lanes(elementSize);
        if (shape.TransposeA || rows == 0 || columns == 0 || inner == 0 || rows > MaxRows || (rows == 1 && columns * inner * elementSize > MaxBytesOfOneRow))
        {
            return shape.TransposeB;
        }

        // Dot products along the rows of the transposed factor, where vectors along its columns would be mostly empty.
        return columns <= 4 && 2 * columns <= lanes ? rows > 1 || columns * inner > 64 : rows > 1 && 4 * columns <= 3 * lanes && inner >= 4 * lanes;
    }
}
