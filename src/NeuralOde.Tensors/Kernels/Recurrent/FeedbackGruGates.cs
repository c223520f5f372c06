namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// A gated recurrent unit that reads an affine function of its own state: the previous state then has a part in the candidate that the reset gate does not reach,
/// so that it contributes to all four blocks of <see cref="GruGates{T}"/>. Its hidden weight and bias have the blocks n, r, z, q.
/// </summary>
internal readonly unsafe struct FeedbackGruGates<T> : IGates<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int BlockCount => GruGates<T>.BlockCount;

    public static ReadOnlySpan<int> InputBlocks => GruGates<T>.InputBlocks;

    public static ReadOnlySpan<int> HiddenBlocks => [0, 1, 2, 3];

    public static bool HasCell => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Forward<TVector, TAccess>(in GateRow<T> row, int unit, int count)
        where TVector : struct, ISimdVector<TVector, T>
        where TAccess : struct, IVectorAccess => GruGates<T>.Forward<TVector, TAccess>(row, unit, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Backward<TVector, TAccess>(in GateRow<T> row, int unit, int count)
        where TVector : struct, ISimdVector<TVector, T>
        where TAccess : struct, IVectorAccess => GruGates<T>.Backward<TVector, TAccess>(row, unit, count);
}
