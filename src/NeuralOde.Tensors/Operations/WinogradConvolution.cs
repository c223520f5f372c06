namespace NeuralOde.Tensors.Operations;

/// <summary>The weight of a convolution [3, 3, c, o], transformed for tiles of <paramref name="Tile"/> pixels: [side, side, c, o].</summary>
internal sealed record WinogradWeight(int Tile) : Operation
{
    public override string Name => $"winograd{Tile}_weight";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => new(Tile + 2, Tile + 2, inputs[0][2], inputs[0][3]);

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new WeightKernel<T>(Tile, output[2], output[3]);

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) => throw FusedOnly();

    /// <summary>What operations that only compiled programs have answer when asked for a gradient.</summary>
    internal static NotSupportedException FusedOnly() => new("Fused operations exist only in compiled programs, which are differentiated before they are fused.");

    private sealed class WeightKernel<T>(int tile, int channels, int outputs) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Winograd.TransformWeight(tile, channels, outputs, inputs[0].Span, output);
    }
}

/// <summary>
/// A convolution in tiles, of an input and a transformed weight, or the gradient of a convolution's input, of the cotangent and the transformed turned weight;
/// where <paramref name="HasStart"/> says so, with a number for each output channel or an image added; then an activation.
/// </summary>
internal sealed record WinogradConvolution(string Of, int Padding, bool HasStart, UnaryFunction? Activation) : Operation
{
    public override string Name => $"{Of}_winograd{(HasStart ? "+shift" : "")}{(Activation is { } function ? "+" + function.ProgramName : "")}";

    /// <summary>The sizes for shapes of an input and a transformed weight.</summary>
    public static WinogradSizes Sizes(Shape input, Shape transformed, int padding) => new(input[0], input[1], input[2], input[3], transformed[3], padding, transformed[0] - 2);

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => OutputOf(Sizes(inputs[0], inputs[1], Padding));

    public static Shape OutputOf(in WinogradSizes sizes) => new(sizes.Images, sizes.OutputHeight, sizes.OutputWidth, sizes.Outputs);

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output)
    {
        var maker = new Maker(Sizes(inputs[0], inputs[1], Padding), HasStart);
        return Activation is null ? new WinogradKernel<T, NothingAfter<T>>(maker.Sizes, HasStart) : Activation.Make<T, Maker>(maker);
    }

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) => throw WinogradWeight.FusedOnly();

    private readonly struct Maker(WinogradSizes sizes, bool hasStart) : IUnaryKernelMaker
    {
        public WinogradSizes Sizes => sizes;

        public Kernel<T> Make<T, TOperator>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TOperator : struct, IUnaryOperator<T> => new WinogradKernel<T, ActivationAfter<T, TOperator>>(sizes, hasStart);
    }
}

/// <summary>The gradient of a convolution's input in tiles times an activation's derivative: cotangent, transformed turned weight, and the activation's output.</summary>
internal sealed record WinogradActivationGradient(int Padding, ActivationFunction Function) : Operation
{
    public override string Name => $"convolution_data_gradient_winograd+{Function.ProgramName}_gradient";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => WinogradConvolution.OutputOf(WinogradConvolution.Sizes(inputs[0], inputs[1], Padding));

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) =>
        Function.MakeGradient<T, Maker>(new(WinogradConvolution.Sizes(inputs[0], inputs[1], Padding)));

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) => throw WinogradWeight.FusedOnly();

    private readonly struct Maker(WinogradSizes sizes) : IBinaryKernelMaker
    {
        public Kernel<T> Make<T, TOperator>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TOperator : struct, IBinaryOperator<T> => new WinogradKernel<T, GradientAfter<T, TOperator>>(sizes, false);
    }
}

/// <summary>The gradient of a convolution's weight in tiles: input [n, h, w, c] and cotangent [n, h', w', o] to [3, 3, c, o].</summary>
internal sealed record WinogradWeightGradient(int Tile, int Padding) : Operation
{
    public override string Name => "convolution_weight_gradient_winograd";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => new(3, 3, inputs[0][3], inputs[1][3]);

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output)
    {
        Shape input = inputs[0];
        return new WeightGradientKernel<T>(new(input[0], input[1], input[2], input[3], output[3], Padding, Tile));
    }

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) => throw WinogradWeight.FusedOnly();

    private sealed class WeightGradientKernel<T>(WinogradSizes sizes) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private const int ChannelsOfUnit = 16;

        private readonly int _tileRows = Winograd.WeightGradientTileRows<T>(sizes);

        public override Division Divide(int length) => new(sizes.Channels / ChannelsOfUnit, 1, CostModel.Winograd<T>(sizes));

        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => RunChannels(inputs, output, 0, sizes.Channels);

        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count)
        {
            (int channel, int channels) = Division.Range(first, count, sizes.Channels, ChannelsOfUnit);
            RunChannels(inputs, output, channel, channels);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void RunChannels(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count) =>
            Winograd.WeightGradient(sizes, inputs[0].Span, inputs[1].Span, output, first, count, _tileRows);
    }
}
