namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// A gated recurrent unit (Cho et al. 2014) with the reset gate behind the product, as cuDNN and PyTorch have it. A row is [n | r | z | q], of which q is the
/// previous state's part of the candidate: h' = n + z·(h − n), n = tanh(x_n + r·q).
/// </summary>
/// <remarks>With n first, the input reaches the first three blocks and the previous state the last three: each product is one.</remarks>
internal readonly unsafe struct GruGates<T> : IGates<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int BlockCount => 4;

    public static ReadOnlySpan<int> InputBlocks => [2, 0, 1, -1];

    public static ReadOnlySpan<int> HiddenBlocks => [-1, 0, 1, 2];

    public static bool HasCell => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Forward<TVector, TAccess>(in GateRow<T> row, int unit, int count)
        where TVector : struct, ISimdVector<TVector, T>
        where TAccess : struct, IVectorAccess
    {
        TVector r = SigmoidOperator<T>.Invoke(TAccess.Load<TVector, T>(row.Block(1, unit), count));
        TVector z = SigmoidOperator<T>.Invoke(TAccess.Load<TVector, T>(row.Block(2, unit), count));
        TVector q = TAccess.Load<TVector, T>(row.Block(3, unit), count);
        TVector n = TanhOperator<T>.Invoke(TVector.MultiplyAdd(r, q, TAccess.Load<TVector, T>(row.Block(0, unit), count)));
        TVector h = TAccess.Load<TVector, T>(row.Previous + unit, count);
        TAccess.Store(n, row.Block(0, unit), count);
        TAccess.Store(r, row.Block(1, unit), count);
        TAccess.Store(z, row.Block(2, unit), count);
        TAccess.Store(TVector.MultiplyAdd(z, h - n, n), row.Next + unit, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Backward<TVector, TAccess>(in GateRow<T> row, int unit, int count)
        where TVector : struct, ISimdVector<TVector, T>
        where TAccess : struct, IVectorAccess
    {
        TVector one = TVector.Constant(1);
        TVector n = TAccess.Load<TVector, T>(row.Block(0, unit), count);
        TVector r = TAccess.Load<TVector, T>(row.Block(1, unit), count);
        TVector z = TAccess.Load<TVector, T>(row.Block(2, unit), count);
        TVector q = TAccess.Load<TVector, T>(row.Block(3, unit), count);
        TVector h = TAccess.Load<TVector, T>(row.Previous + unit, count);
        TVector cotangent = TAccess.Load<TVector, T>(row.Next + unit, count);
        TVector toN = TanhGradientOperator<T>.Invoke(cotangent * (one - z), n);
        TAccess.Store(toN, row.Block(0, unit), count);
        TAccess.Store(SigmoidGradientOperator<T>.Invoke(toN * q, r), row.Block(1, unit), count);
        TAccess.Store(SigmoidGradientOperator<T>.Invoke(cotangent * (h - n), z), row.Block(2, unit), count);
        TAccess.Store(toN * r, row.Block(3, unit), count);
        TAccess.Store(cotangent * z, row.Next + unit, count);
    }
}
