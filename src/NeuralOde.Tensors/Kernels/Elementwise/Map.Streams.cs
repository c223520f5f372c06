namespace NeuralOde.Tensors.Kernels;

/// <summary>How a loop reads an operand; a type, so that the loop is compiled for it.</summary>
internal interface IOperandForm
{
    /// <summary>Whether an element is read for each of the result; otherwise one stands for all, and stays in a register.</summary>
    static abstract bool Streams { get; }
}

/// <summary>As many elements as the result.</summary>
internal readonly struct StreamedOperand : IOperandForm
{
    public static bool Streams => true;
}

/// <summary>A single element.</summary>
internal readonly struct ScalarOperand : IOperandForm
{
    public static bool Streams => false;
}

/// <summary>Functions of three variables, some of them single elements, over memory that is pinned for good.</summary>
internal static unsafe partial class Map
{
    /// <summary>Every operand is as long as the result.</summary>
    private const int AllStreams = 0b111;

    /// <summary>destination[i] = op(x[i], y[i], z[i]), where each operand may be a single element.</summary>
    /// <param name="x">The first operand.</param>
    /// <param name="y">The second.</param>
    /// <param name="z">The third.</param>
    /// <param name="streams">Which operands (bits 0 to 2) are as long as the result; the others are single elements.</param>
    /// <param name="destination">May be exactly an operand of the same length.</param>
    /// <param name="length">The result's length.</param>
    /// <param name="width">The width of the vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ternary<T, TOperator>(T* x, T* y, T* z, int streams, T* destination, int length, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, ITernaryOperator<T> => VectorDispatch.Run<T, TernaryCall<T, TOperator>>(new(x, y, z, streams, destination, length), width);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ternary<TVector, T, TOperator>(T* x, T* y, T* z, int streams, T* destination, int length)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, ITernaryOperator<T>
    {
        switch (streams)
        {
            case 0b001: TernaryLoop<TVector, T, TOperator, StreamedOperand, ScalarOperand, ScalarOperand>(x, y, z, destination, length); break;
            case 0b010: TernaryLoop<TVector, T, TOperator, ScalarOperand, StreamedOperand, ScalarOperand>(x, y, z, destination, length); break;
            case 0b011: TernaryLoop<TVector, T, TOperator, StreamedOperand, StreamedOperand, ScalarOperand>(x, y, z, destination, length); break;
            case 0b100: TernaryLoop<TVector, T, TOperator, ScalarOperand, ScalarOperand, StreamedOperand>(x, y, z, destination, length); break;
            case 0b101: TernaryLoop<TVector, T, TOperator, StreamedOperand, ScalarOperand, StreamedOperand>(x, y, z, destination, length); break;
            case 0b110: TernaryLoop<TVector, T, TOperator, ScalarOperand, StreamedOperand, StreamedOperand>(x, y, z, destination, length); break;
            default: TernaryLoop<TVector, T, TOperator, StreamedOperand, StreamedOperand, StreamedOperand>(x, y, z, destination, length); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void TernaryLoop<TVector, T, TOperator, TX, TY, TZ>(T* x, T* y, T* z, T* destination, int length)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, ITernaryOperator<T>
        where TX : struct, IOperandForm
        where TY : struct, IOperandForm
        where TZ : struct, IOperandForm
    {
        TVector allX = TX.Streams ? default : TVector.Create(*x);
        TVector allY = TY.Streams ? default : TVector.Create(*y);
        TVector allZ = TZ.Streams ? default : TVector.Create(*z);
        int i = 0;
        for (; i <= length - TVector.Count; i += TVector.Count)
        {
            TVector.Store(
                TOperator.Invoke(TX.Streams ? TVector.Load(x + i) : allX, TY.Streams ? TVector.Load(y + i) : allY, TZ.Streams ? TVector.Load(z + i) : allZ),
                destination + i);
        }

        int rest = length - i;
        if (rest > 0)
        {
            TVector.StorePartial(
                TOperator.Invoke(
                    TX.Streams ? TVector.LoadPartial(x + i, rest) : allX,
                    TY.Streams ? TVector.LoadPartial(y + i, rest) : allY,
                    TZ.Streams ? TVector.LoadPartial(z + i, rest) : allZ),
                destination + i,
                rest);
        }
    }

    private readonly struct TernaryCall<T, TOperator>(T* x, T* y, T* z, int streams, T* destination, int length) : IVectorKernel<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, ITernaryOperator<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector>() where TVector : struct, ISimdVector<TVector, T> => Ternary<TVector, T, TOperator>(x, y, z, streams, destination, length);
    }
}
