using System.Runtime.InteropServices;

namespace NeuralOde.Tensors;

/// <summary>The memory behind a tensor, whatever its element type.</summary>
internal abstract class Storage
{
    public abstract DType DType { get; }
}

/// <summary>A stretch of an array: what a kernel reads or writes.</summary>
/// <remarks>An instruction holds its buffers, and is told where one moves (<see cref="MemoryMove"/>), so a compiled program needs no look-ups.</remarks>
internal readonly struct Buffer<T>(T[] array, int offset, int length) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public int Length => length;

    private T[] Array => array;

    private int Offset => offset;

    public Span<T> Span
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => MemoryMarshal.CreateSpan(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(array), offset), length);
    }

    /// <summary>The address of the first element. Only for memory that never moves (<see cref="Storage{T}.AllocateAligned"/>), while the array is held.</summary>
    public unsafe T* Pointer => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Span));

    /// <summary>From here to the end of a later buffer in the same memory.</summary>
    public Buffer<T> Until(Buffer<T> later) => new(array, offset, later.Offset + later.Length - offset);

    /// <summary>Whether the elements are those of an array.</summary>
    public bool IsIn(object other) => ReferenceEquals(array, other);

    /// <summary>The move from here to another place.</summary>
    public MemoryMove To(Buffer<T> other) => new(array, other.Array, other.Offset - offset);

    /// <summary>Where this buffer is after a move.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Buffer<T> After(in MemoryMove move) => ReferenceEquals(array, move.From) ? new Buffer<T>(Unsafe.As<T[]>(move.Target), offset + move.Shift, length) : this;

    public Buffer<T> Slice(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + count, length);
        return new Buffer<T>(array, offset + start, count);
    }
}

/// <summary>Memory of <see cref="float"/> or <see cref="double"/> elements.</summary>
internal sealed class Storage<T> : Storage where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Storage(Buffer<T> buffer) => Buffer = buffer;

    public Buffer<T> Buffer { get; }

    public Span<T> Span => Buffer.Span;

    public override DType DType => DTypes.Of<T>();

    /// <summary>Plain garbage-collected memory, for the many short-lived tensors of eager code; within a <see cref="TensorScope"/>, lent by its pool.</summary>
    public static Storage<T> Allocate(int length) => new(TensorScope.Rent<T>(length));

    /// <summary>Zeroed memory that starts on a cache line and never moves, for parameters and compiled programs.</summary>
    public static Storage<T> AllocateAligned(int length)
    {
        var memory = AlignedMemory<T>.Allocate(length);
        return new(new Buffer<T>(memory.Array, memory.Offset, length));
    }

    /// <summary>Takes over an array that its maker gives up.</summary>
    public static Storage<T> Wrap(T[] array) => new(new Buffer<T>(array, 0, array.Length));
}
