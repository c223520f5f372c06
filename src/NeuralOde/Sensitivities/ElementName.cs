namespace NeuralOde.Sensitivities;

/// <summary>Names an element of a tensor by its place.</summary>
internal static class ElementName
{
    /// <summary>The place of a row-major index: "[1, 0]".</summary>
    public static string Of(Shape shape, int index)
    {
        int[] indices = new int[shape.Rank];
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            (index, indices[axis]) = Math.DivRem(index, shape[axis]);
        }

        return $"[{string.Join(", ", indices)}]";
    }
}
