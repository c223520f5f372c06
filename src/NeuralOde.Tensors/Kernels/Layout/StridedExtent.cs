namespace NeuralOde.Tensors.Kernels;

/// <summary>Whether a span holds every element that a shape and strides reach.</summary>
internal static class StridedExtent
{
    /// <summary>A span for a dense array of this shape.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Require(int available, ReadOnlySpan<int> lengths, string name)
    {
        long needed = 1L;
        foreach (int length in lengths)
        {
            needed *= length;
        }

        if (available < needed)
        {
            throw new ArgumentException($"{name} has {available} elements, fewer than the {needed} of its shape.", name);
        }
    }

    /// <summary>A span for an array of this shape whose elements are these strides apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Require(int available, ReadOnlySpan<int> strides, ReadOnlySpan<int> lengths, string name)
    {
        if (strides.Length != lengths.Length)
        {
            throw new ArgumentException($"{name} has {strides.Length} strides for {lengths.Length} axes.", name);
        }

        long last = 0L;
        for (int axis = 0; axis < lengths.Length; axis++)
        {
            if (lengths[axis] == 0)
            {
                return;
            }

            if (strides[axis] < 0)
            {
                throw new ArgumentException($"{name} has a stride of {strides[axis]} along axis {axis}; strides are not negative.", name);
            }

            last += (long)strides[axis] * (lengths[axis] - 1);
        }

        if (last >= available)
        {
            throw new ArgumentException($"{name} has {available} elements, but its strides reach element {last}.", name);
        }
    }
}
