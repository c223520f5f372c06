namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// The element-wise part of one step of a recurrent layer: what follows the matrix products, all gates in one pass, and its reverse.
/// A row of gates is <see cref="BlockCount"/> blocks of as many elements as the layer has units; vectors of units are worked on one after the other.
/// </summary>
internal unsafe interface IGates<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The number of blocks of a row of gates.</summary>
    static abstract int BlockCount { get; }

    /// <summary>For each block, which block of rows of the layer's input weight and bias it takes; −1 where the input has no part in it.</summary>
    static abstract ReadOnlySpan<int> InputBlocks { get; }

    /// <summary>
    /// For each block, which block of rows of the layer's hidden weight and bias it takes, in their order; −1 for those before, in which the previous
    /// state has no part.
    /// </summary>
    static abstract ReadOnlySpan<int> HiddenBlocks { get; }

    /// <summary>Whether a unit has a cell in addition to its state.</summary>
    static abstract bool HasCell { get; }

    /// <summary>Turns the pre-activations of some units into gates, in place, and computes the next state (and cell).</summary>
    static abstract void Forward<TVector, TAccess>(in GateRow<T> row, int unit, int count)
        where TVector : struct, ISimdVector<TVector, T>
        where TAccess : struct, IVectorAccess;

    /// <summary>
    /// Turns gates into the gradients of their pre-activations, in place, and the cotangents of the next state (and cell) into what flows to the
    /// previous ones other than through the matrix product.
    /// </summary>
    static abstract void Backward<TVector, TAccess>(in GateRow<T> row, int unit, int count)
        where TVector : struct, ISimdVector<TVector, T>
        where TAccess : struct, IVectorAccess;
}

/// <summary>One sample's memory at one step.</summary>
/// <remarks>In the backward pass <see cref="Next"/> and <see cref="NextCell"/> hold the cotangents; <see cref="Cell"/> is the cell after the step.</remarks>
internal readonly unsafe struct GateRow<T>(T* gates, int hidden, T* previous, T* next, T* previousCell, T* nextCell, T* cell) where T : unmanaged
{
    public readonly T* Gates = gates;
    public readonly int Hidden = hidden;
    public readonly T* Previous = previous;
    public readonly T* Next = next;
    public readonly T* PreviousCell = previousCell;
    public readonly T* NextCell = nextCell;
    public readonly T* Cell = cell;

    public T* Block(int block, int unit) => Gates + (block * Hidden) + unit;
}

/// <summary>How a vector is read and written: whole, or the first lanes of it at the end of a row.</summary>
internal unsafe interface IVectorAccess
{
    static abstract TVector Load<TVector, T>(T* source, int count)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    static abstract void Store<TVector, T>(TVector value, T* destination, int count)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
