namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// The memory that packed operands live in while one multiplication runs: one buffer per thread and element type, pinned, kept between
/// calls, and grown where a larger multiplication needs it. So a multiplication allocates nothing once its shape has been seen.
/// </summary>
internal static unsafe class GemmScratch<T> where T : unmanaged
{
    [ThreadStatic]
    private static T* s_buffer;

    [ThreadStatic]
    private static nint s_length;

    [ThreadStatic]
    private static T[]? s_owner;

    /// <summary>At least <paramref name="length"/> aligned elements with arbitrary content, valid until this thread asks again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T* Get(nint length) => length <= s_length ? s_buffer : Grow(length);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static T* Grow(nint length)
    {
        length = (nint)BitOperations.RoundUpToPowerOf2((nuint)length);
        var memory = AlignedMemory<T>.AllocateUninitialized(checked((int)length));
        s_owner = memory.Array;
        s_buffer = memory.Address;
        s_length = length;
        return s_buffer;
    }
}
