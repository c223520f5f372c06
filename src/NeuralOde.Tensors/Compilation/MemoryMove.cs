namespace NeuralOde.Tensors;

/// <summary>Tells instructions that a stretch of memory is to be found elsewhere from now on.</summary>
/// <param name="From">The array that it was in. All buffers in this array move.</param>
/// <param name="Target">The array that it is in.</param>
/// <param name="Shift">How many elements later in the array it is.</param>
internal readonly record struct MemoryMove(object From, object Target, int Shift)
{
    /// <summary>Whether a buffer is in the memory that moves.</summary>
    public bool Concerns<T>(Buffer<T> buffer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => buffer.IsIn(From);
}
