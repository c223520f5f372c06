namespace NeuralOde.Tensors.Operations;

/// <summary>What follows a convolution, over the elements that are done, while they are in the cache.</summary>
internal interface IAfterConvolution<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <param name="inputs">The kernel's inputs.</param>
    /// <param name="start">The first element that is done.</param>
    /// <param name="done">The elements.</param>
    static abstract void Run(ReadOnlySpan<Buffer<T>> inputs, int start, Span<T> done);
}

/// <summary>Nothing follows.</summary>
internal readonly struct NothingAfter<T> : IAfterConvolution<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Run(ReadOnlySpan<Buffer<T>> inputs, int start, Span<T> done)
    {
    }
}

/// <summary>An activation.</summary>
internal readonly struct ActivationAfter<T, TOperator> : IAfterConvolution<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOperator : struct, IUnaryOperator<T>
{
    public static void Run(ReadOnlySpan<Buffer<T>> inputs, int start, Span<T> done) => Map.Unary<T, TOperator>(done, done);
}

/// <summary>The derivative of an activation, whose output is the third input.</summary>
internal readonly struct GradientAfter<T, TOperator> : IAfterConvolution<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOperator : struct, IBinaryOperator<T>
{
    public static void Run(ReadOnlySpan<Buffer<T>> inputs, int start, Span<T> done) =>
        Map.Binary<T, TOperator>(done, inputs[2].Span.Slice(start, done.Length), done);
}

/// <summary>A convolution in tiles, some rows of tiles at a time, and what follows it.</summary>
internal sealed class WinogradKernel<T, TAfter>(WinogradSizes sizes, bool hasStart) : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TAfter : struct, IAfterConvolution<T>
{
    private readonly int _tileRows = Winograd.ForwardTileRows<T>(sizes);

    public override Division Divide(int length) =>
        new(sizes.TileRows, 1, CostModel.Winograd<T>(sizes) + (typeof(TAfter) == typeof(NothingAfter<T>) ? 0 : CostModel.Function<T>(length)));

    public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Run(inputs, output, 0, sizes.TileRows);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count)
    {
        ReadOnlySpan<T> start = hasStart ? inputs[2].Span : [];
        int rowLength = sizes.OutputWidth * sizes.Outputs;
        for (int row = first; row < first + count; row += _tileRows)
        {
            int rows = Math.Min(_tileRows, first + count - row);
            Winograd.Forward(sizes, inputs[0].Span, inputs[1].Span, start, output, row, rows);
            if (typeof(TAfter) != typeof(NothingAfter<T>))
            {
                (int from, int to) = (sizes.FirstRow(row) * rowLength, sizes.FirstRow(row + rows) * rowLength);
                TAfter.Run(inputs, from, output[from..to]);
            }
        }
    }
}
