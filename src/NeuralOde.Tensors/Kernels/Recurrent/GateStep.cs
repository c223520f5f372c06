using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Tensors.Kernels;

/// <summary>Runs the element-wise part of a recurrent layer's step over a batch. A sample whose mask is 0 keeps its state and cell, and its gates get no gradient.</summary>
/// <remarks>All spans are dense, <c>[batch, …]</c>; those of cells are empty where there are none, and the mask is empty where no sample is masked.</remarks>
internal static unsafe class GateStep
{
    /// <summary>Turns pre-activations into gates, in place, and computes the next states.</summary>
    public static void Forward<T, TGates>(
        int hidden, Span<T> gates, ReadOnlySpan<T> mask, ReadOnlySpan<T> previous, Span<T> next, ReadOnlySpan<T> previousCell, Span<T> nextCell)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGates : struct, IGates<T>
        => Forward<T, TGates>(hidden, gates, mask, previous, next, previousCell, nextCell, SimdWidths.Best);

    /// <summary>The same at a given width.</summary>
    internal static void Forward<T, TGates>(
        int hidden, Span<T> gates, ReadOnlySpan<T> mask, ReadOnlySpan<T> previous, Span<T> next, ReadOnlySpan<T> previousCell, Span<T> nextCell, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGates : struct, IGates<T>
    {
        int rows = next.Length / hidden;
        fixed (T* g = gates, m = mask, p = previous, n = next, pc = previousCell, nc = nextCell)
        {
            switch (width)
            {
                case SimdWidth.V512:
                    ForwardLoop<Simd512<T>, T, TGates>(rows, hidden, g, m, p, n, pc, nc);
                    break;
                case SimdWidth.V256:
                    ForwardLoop<Simd256<T>, T, TGates>(rows, hidden, g, m, p, n, pc, nc);
                    break;
                case SimdWidth.V128:
                    ForwardLoop<Simd128<T>, T, TGates>(rows, hidden, g, m, p, n, pc, nc);
                    break;
                default:
                    ForwardLoop<SimdScalar<T>, T, TGates>(rows, hidden, g, m, p, n, pc, nc);
                    break;
            }
        }
    }

    /// <summary>Turns gates into the gradients of their pre-activations, in place, and the cotangents of the states after the step into those of the states before it, without what flows through the matrix product.</summary>
    public static void Backward<T, TGates>(
        int hidden, Span<T> gates, ReadOnlySpan<T> mask, ReadOnlySpan<T> previous, Span<T> cotangent, ReadOnlySpan<T> previousCell, ReadOnlySpan<T> cell, Span<T> cellCotangent)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGates : struct, IGates<T>
        => Backward<T, TGates>(hidden, gates, mask, previous, cotangent, previousCell, cell, cellCotangent, SimdWidths.Best);

    /// <summary>The same at a given width.</summary>
    internal static void Backward<T, TGates>(
        int hidden, Span<T> gates, ReadOnlySpan<T> mask, ReadOnlySpan<T> previous, Span<T> cotangent, ReadOnlySpan<T> previousCell, ReadOnlySpan<T> cell, Span<T> cellCotangent, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGates : struct, IGates<T>
    {
        int rows = cotangent.Length / hidden;
        fixed (T* g = gates, m = mask, p = previous, d = cotangent, pc = previousCell, c = cell, dc = cellCotangent)
        {
            switch (width)
            {
                case SimdWidth.V512:
                    BackwardLoop<Simd512<T>, T, TGates>(rows, hidden, g, m, p, d, pc, c, dc);
                    break;
                case SimdWidth.V256:
                    BackwardLoop<Simd256<T>, T, TGates>(rows, hidden, g, m, p, d, pc, c, dc);
                    break;
                case SimdWidth.V128:
                    BackwardLoop<Simd128<T>, T, TGates>(rows, hidden, g, m, p, d, pc, c, dc);
                    break;
                default:
                    BackwardLoop<SimdScalar<T>, T, TGates>(rows, hidden, g, m, p, d, pc, c, dc);
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void ForwardLoop<TVector, T, TGates>(int rows, int hidden, T* gates, T* mask, T* previous, T* next, T* previousCell, T* nextCell)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGates : struct, IGates<T>
    {
        int width = hidden * TGates.BlockCount;
        for (int i = 0; i < rows; i++)
        {
            int at = i * hidden;
            T* before = TGates.HasCell ? previousCell + at : null;
            T* after = TGates.HasCell ? nextCell + at : null;
            if (mask != null && mask[i] == T.Zero)
            {
                new ReadOnlySpan<T>(previous + at, hidden).CopyTo(new Span<T>(next + at, hidden));
                if (TGates.HasCell)
                {
                    new ReadOnlySpan<T>(before, hidden).CopyTo(new Span<T>(after, hidden));
                }

                continue;
            }

            var row = new GateRow<T>(gates + ((long)i * width), hidden, previous + at, next + at, before, after, null);
            int unit = 0;
            for (; unit <= hidden - TVector.Count; unit += TVector.Count)
            {
                TGates.Forward<TVector, WholeVectors>(row, unit, TVector.Count);
            }

            if (unit < hidden)
            {
                TGates.Forward<TVector, PartialVectors>(row, unit, hidden - unit);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void BackwardLoop<TVector, T, TGates>(int rows, int hidden, T* gates, T* mask, T* previous, T* cotangent, T* previousCell, T* cell, T* cellCotangent)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGates : struct, IGates<T>
    {
        int width = hidden * TGates.BlockCount;
        for (int i = 0; i < rows; i++)
        {
            int at = i * hidden;
            T* own = gates + ((long)i * width);
            if (mask != null && mask[i] == T.Zero)
            {
                new Span<T>(own, width).Clear();
                continue;
            }

            GateRow<T> row = TGates.HasCell
                ? new GateRow<T>(own, hidden, previous + at, cotangent + at, previousCell + at, cellCotangent + at, cell + at)
                : new GateRow<T>(own, hidden, previous + at, cotangent + at, null, null, null);
            int unit = 0;
            for (; unit <= hidden - TVector.Count; unit += TVector.Count)
            {
                TGates.Backward<TVector, WholeVectors>(row, unit, TVector.Count);
            }

            if (unit < hidden)
            {
                TGates.Backward<TVector, PartialVectors>(row, unit, hidden - unit);
            }
        }
    }
}
