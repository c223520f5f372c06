using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Solvers;

/// <summary>
/// Rows of equal length in one array, each starting on a cache line and padded with zeros to a whole number of them. Past any element of a row there is room for a vector.
/// </summary>
internal sealed class RowMemory<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Rows a multiple of this apart compete for the same few places in the first-level cache.
    private const int CacheWay = 4096;
    private readonly T[] _memory;

    public unsafe RowMemory(int rows, int length)
    {
        int perLine = AlignedMemory<T>.PerLine;
        PaddedLength = checked((length + perLine - 1) / perLine * perLine);
        int stride = PaddedLength * (long)sizeof(T) % CacheWay == 0 ? checked(PaddedLength + perLine) : PaddedLength;
        var memory = AlignedMemory<T>.Allocate(checked((rows * stride) + perLine));
        _memory = memory.Array;
        Offsets = GC.AllocateArray<nint>(rows, pinned: true);
        for (int i = 0; i < rows; i++)
        {
            Offsets[i] = memory.Offset + ((nint)i * stride);
        }
    }

    /// <summary>Length of a row with its padding.</summary>
    public int PaddedLength { get; }

    /// <summary>Where each row starts. Entries are swapped to rename rows without copying them.</summary>
    public nint[] Offsets { get; }

    public ref T Start => ref MemoryMarshal.GetArrayDataReference(_memory);

    /// <summary>Where <see cref="Start"/> is, as long as this memory is reachable.</summary>
    public unsafe T* Address => (T*)Unsafe.AsPointer(ref Start);

    /// <summary>Where <see cref="Offsets"/> are, as long as this memory is reachable.</summary>
    public unsafe nint* OffsetsAddress => (nint*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(Offsets));

    public ref T this[int row]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.Add(ref Start, Offsets[row]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe T* AddressOf(int row) => Address + Offsets[row];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> Row(int row, int length) => MemoryMarshal.CreateSpan(ref this[row], length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Swap(int row, int other) => (Offsets[row], Offsets[other]) = (Offsets[other], Offsets[row]);
}
