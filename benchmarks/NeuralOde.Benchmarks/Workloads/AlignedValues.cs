using System.Numerics;
using NeuralOde.Tensors;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>Memory for a workload that starts on a cache line, as the memory of programs does: elsewhere every vector of 64 bytes would be two reads.</summary>
internal static class AlignedValues
{
    /// <summary>Standard normal values, the same at every call.</summary>
    public static Buffer<T> Normal<T>(int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Buffer<T> values = Zeros<T>(length);
        new RandomSource(1).FillNormal(values.Span);
        return values;
    }

    /// <summary>A copy of some values.</summary>
    public static Buffer<T> Of<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Buffer<T> copy = Zeros<T>(values.Length);
        values.CopyTo(copy.Span);
        return copy;
    }

    /// <summary>Zeros.</summary>
    public static Buffer<T> Zeros<T>(int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Storage<T>.AllocateAligned(length).Buffer;
}
