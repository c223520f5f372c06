namespace NeuralOde.Tensors.Kernels;

/// <summary>Runs the element-wise part of a recurrent layer's step over a batch. A sample whose mask is 0 keeps its state and cell, and its gates get no gradient.</summary>
internal static unsafe class GateStep
{
    /// <summary>Turns pre-activations into gates, in place, and computes the next states.</summary>
    public static void Forward<T, TGates>(in GateBatch<T> batch, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGates : struct, IGates<T>
    {
        int rows = batch.Next.Length / batch.Hidden;
        fixed (T* g = batch.Gates, m = batch.Mask, p = batch.Previous, n = batch.Next, pc = batch.PreviousCell, nc = batch.NextCell)
        {
            var first = new GateRow<T>(g, batch.Hidden, p, n, pc, nc, null);
            VectorDispatch.Run<T, ForwardCall<T, TGates>>(new(rows, m, in first), width);
        }
    }

    /// <summary>
    /// Turns gates into the gradients of their pre-activations, in place, and the cotangents of the states after the step into those of the states before it,
    /// without what flows through the matrix product.
    /// </summary>
    public static void Backward<T, TGates>(in GateBatch<T> batch, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGates : struct, IGates<T>
    {
        int rows = batch.Next.Length / batch.Hidden;
        fixed (T* g = batch.Gates, m = batch.Mask, p = batch.Previous, d = batch.Next, pc = batch.PreviousCell, c = batch.Cell, dc = batch.NextCell)
        {
            var first = new GateRow<T>(g, batch.Hidden, p, d, pc, dc, c);
            VectorDispatch.Run<T, BackwardCall<T, TGates>>(new(rows, m, in first), width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void ForwardLoop<TVector, T, TGates>(int rows, T* mask, in GateRow<T> first)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGates : struct, IGates<T>
    {
        int hidden = first.Hidden;
        for (int i = 0; i < rows; i++)
        {
            GateRow<T> row = Row<T, TGates>(first, i);
            if (mask != null && mask[i] == T.Zero)
            {
                new ReadOnlySpan<T>(row.Previous, hidden).CopyTo(new Span<T>(row.Next, hidden));
                if (TGates.HasCell)
                {
                    new ReadOnlySpan<T>(row.PreviousCell, hidden).CopyTo(new Span<T>(row.NextCell, hidden));
                }

                continue;
            }

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
    private static void BackwardLoop<TVector, T, TGates>(int rows, T* mask, in GateRow<T> first)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGates : struct, IGates<T>
    {
        int hidden = first.Hidden;
        for (int i = 0; i < rows; i++)
        {
            GateRow<T> row = Row<T, TGates>(first, i);
            if (mask != null && mask[i] == T.Zero)
            {
                new Span<T>(row.Gates, hidden * TGates.BlockCount).Clear();
                continue;
            }

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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static GateRow<T> Row<T, TGates>(in GateRow<T> first, int index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGates : struct, IGates<T>
    {
        int at = index * first.Hidden;
        T* gates = first.Gates + ((long)at * TGates.BlockCount);
        return TGates.HasCell
            ? new GateRow<T>(gates, first.Hidden, first.Previous + at, first.Next + at, first.PreviousCell + at, first.NextCell + at, first.Cell + at)
            : new GateRow<T>(gates, first.Hidden, first.Previous + at, first.Next + at, null, null, null);
    }

    private readonly ref struct ForwardCall<T, TGates>(int rows, T* mask, ref readonly GateRow<T> first) : IVectorKernel<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGates : struct, IGates<T>
    {
        private readonly ref readonly GateRow<T> _first = ref first;

        [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector>() where TVector : struct, ISimdVector<TVector, T> => ForwardLoop<TVector, T, TGates>(rows, mask, _first);
    }

    private readonly ref struct BackwardCall<T, TGates>(int rows, T* mask, ref readonly GateRow<T> first) : IVectorKernel<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGates : struct, IGates<T>
    {
        private readonly ref readonly GateRow<T> _first = ref first;

        [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector>() where TVector : struct, ISimdVector<TVector, T> => BackwardLoop<TVector, T, TGates>(rows, mask, _first);
    }
}
