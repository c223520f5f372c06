namespace NeuralOde.Tensors.Operations;

/// <summary>The weight of a convolution in tiles, transformed: [phases · side, side, c, o]. For the sizes of an input's gradient the turned weight is transformed.</summary>
internal sealed record WinogradWeight(WinogradSizes Sizes) : Operation
{
    public override string Name => $"winograd{Sizes.Tile}_weight";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => new(Sizes.Phases * Sizes.Side, Sizes.Side, Sizes.Channels, Sizes.Outputs);

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new WeightKernel<T>(Sizes);

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) => throw FusedOnly();

    /// <summary>What operations that are chosen after differentiation answer when asked for a gradient.</summary>
    internal static NotSupportedException FusedOnly() => new("Gradients are taken before convolutions are fused, or divided into tiles.");

    private sealed class WeightKernel<T>(WinogradSizes sizes) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Winograd.TransformWeight<T>(sizes, inputs[0].Span, output);
    }
}

/// <summary>
/// A convolution in tiles, of an input and a transformed weight, or the gradient of a convolution's input, of the cotangent and the transformed turned weight;
/// where <paramref name="HasStart"/> says so, with a number for each output channel or an image added; then an activation.
/// </summary>
internal sealed record WinogradConvolution(string Of, WinogradSizes Sizes, bool HasStart, UnaryFunction? Activation) : Operation
{
    public override string Name => $"{Of}_winograd{(HasStart ? "+shift" : "")}{(Activation is { } function ? "+" + function.ProgramName : "")}";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => OutputOf(Sizes);

    public static Shape OutputOf(in WinogradSizes sizes) => new(sizes.Images, sizes.OutputHeight, sizes.OutputWidth, sizes.Outputs);

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) =>
        Activation is null ? new WinogradKernel<T, NothingAfter<T>>(Sizes, HasStart) : Activation.Make<T, Maker>(new(Sizes, HasStart));

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) => throw WinogradWeight.FusedOnly();

    private readonly struct Maker(WinogradSizes sizes, bool hasStart) : IUnaryKernelMaker
    {
        public Kernel<T> Make<T, TOperator>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TOperator : struct, IUnaryOperator<T> => new WinogradKernel<T, ActivationAfter<T, TOperator>>(sizes, hasStart);
    }
}

/// <summary>The gradient of a convolution's input in tiles times an activation's derivative: cotangent, transformed turned weight, and the activation's output.</summary>
internal sealed record WinogradActivationGradient(WinogradSizes Sizes, ActivationFunction Function) : Operation
{
    public override string Name => $"convolution_data_gradient_winograd+{Function.ProgramName}_gradient";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => WinogradConvolution.OutputOf(Sizes);

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => Function.MakeGradient<T, Maker>(new(Sizes));

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) => throw WinogradWeight.FusedOnly();

    private readonly struct Maker(WinogradSizes sizes) : IBinaryKernelMaker
    {
        public Kernel<T> Make<T, TOperator>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TOperator : struct, IBinaryOperator<T> => new WinogradKernel<T, GradientAfter<T, TOperator>>(sizes, false);
    }
}

/// <summary>The gradient of a convolution's weight in tiles: input [n, h, w, c] and cotangent [n, h', w', o] to [kernel, kernel, c, o].</summary>
internal sealed record WinogradWeightGradient(WinogradSizes Sizes) : Operation
{
    public override string Name => "convolution_weight_gradient_winograd";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs)
    {
        int kernel = Sizes.Taps * Sizes.InputStride;
        return new(kernel, kernel, Sizes.Channels, Sizes.Outputs);
    }

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new WeightGradientKernel<T>(Sizes);

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
