using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralOde.Vectors;

/// <summary>A stretch of an array that never moves and starts on a cache line, where a load of any width never crosses two lines.</summary>
/// <remarks>Addresses hold as long as <see cref="Array"/> is reachable.</remarks>
internal readonly unsafe struct AlignedMemory<T> where T : unmanaged
{
    /// <summary>A cache line, and the widest vector, in bytes.</summary>
    public const int Alignment = 64;

    private AlignedMemory(T[] array, int length)
    {
        Array = array;
        Length = length;
        nint address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
        Offset = (int)((-address & (Alignment - 1)) / sizeof(T));
    }

    /// <summary>Elements of a cache line.</summary>
    public static int PerLine => Alignment / sizeof(T);

    /// <summary>What holds the elements.</summary>
    public T[] Array { get; }

    /// <summary>Where in <see cref="Array"/> the elements start.</summary>
    public int Offset { get; }

    /// <summary>The number of elements.</summary>
    public int Length { get; }

    /// <summary>The first element.</summary>
    public ref T Start => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Array), Offset);

    /// <summary>Where the first element is.</summary>
    public T* Address => (T*)Unsafe.AsPointer(ref Start);

    /// <summary>Zeros.</summary>
    public static AlignedMemory<T> Allocate(int length) => new(GC.AllocateArray<T>(checked(length + PerLine), pinned: true), length);

    /// <summary>Elements with arbitrary content.</summary>
    public static AlignedMemory<T> AllocateUninitialized(int length) => new(GC.AllocateUninitializedArray<T>(checked(length + PerLine), pinned: true), length);
}
