namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// Long short-term memory (Hochreiter, Schmidhuber 1997; forget gate: Gers et al. 2000). A row is [i | f | g | o]: c' = f·c + i·g, h' = o·tanh c'.
/// </summary>
internal readonly unsafe struct LstmGates<T> : IGates<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int BlockCount => 4;

    public static ReadOnlySpan<int> InputBlocks => [0, 1, 2, 3];

    public static ReadOnlySpan<int> HiddenBlocks => [0, 1, 2, 3];

    public static bool HasCell => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Forward<TVector, TAccess>(in GateRow<T> row, int unit, int count)
        where TVector : struct, ISimdVector<TVector, T>
        where TAccess : struct, IVectorAccess
    {
        TVector i = SigmoidOperator<T>.Invoke(TAccess.Load<TVector, T>(row.Block(0, unit), count));
        TVector f = SigmoidOperator<T>.Invoke(TAccess.Load<TVector, T>(row.Block(1, unit), count));
        TVector g = TanhOperator<T>.Invoke(TAccess.Load<TVector, T>(row.Block(2, unit), count));
        TVector o = SigmoidOperator<T>.Invoke(TAccess.Load<TVector, T>(row.Block(3, unit), count));
        TVector c = TVector.MultiplyAdd(f, TAccess.Load<TVector, T>(row.PreviousCell + unit, count), i * g);
        TAccess.Store(i, row.Block(0, unit), count);
        TAccess.Store(f, row.Block(1, unit), count);
        TAccess.Store(g, row.Block(2, unit), count);
        TAccess.Store(o, row.Block(3, unit), count);
        TAccess.Store(c, row.NextCell + unit, count);
        TAccess.Store(o * TanhOperator<T>.Invoke(c), row.Next + unit, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Backward<TVector, TAccess>(in GateRow<T> row, int unit, int count)
        where TVector : struct, ISimdVector<TVector, T>
        where TAccess : struct, IVectorAccess
    {
        TVector i = TAccess.Load<TVector, T>(row.Block(0, unit), count);
        TVector f = TAccess.Load<TVector, T>(row.Block(1, unit), count);
        TVector g = TAccess.Load<TVector, T>(row.Block(2, unit), count);
        TVector o = TAccess.Load<TVector, T>(row.Block(3, unit), count);
        TVector cotangent = TAccess.Load<TVector, T>(row.Next + unit, count);

        // Cheaper to compute again than to keep: a tanh costs less than moving what it gives through memory twice.
        TVector tanh = TanhOperator<T>.Invoke(TAccess.Load<TVector, T>(row.Cell + unit, count));
        TVector toCell = TAccess.Load<TVector, T>(row.NextCell + unit, count) + TanhGradientOperator<T>.Invoke(cotangent * o, tanh);
        TAccess.Store(SigmoidGradientOperator<T>.Invoke(toCell * g, i), row.Block(0, unit), count);
        TAccess.Store(SigmoidGradientOperator<T>.Invoke(toCell * TAccess.Load<TVector, T>(row.PreviousCell + unit, count), f), row.Block(1, unit), count);
        TAccess.Store(TanhGradientOperator<T>.Invoke(toCell * i, g), row.Block(2, unit), count);
        TAccess.Store(SigmoidGradientOperator<T>.Invoke(cotangent * tanh, o), row.Block(3, unit), count);
        TAccess.Store(toCell * f, row.NextCell + unit, count);
        TAccess.Store(TVector.Constant(0), row.Next + unit, count);
    }
}
