namespace NeuralOde.Tensors.Operations;

/// <summary>
/// A convolution, what is added to every image, and an activation, in one kernel: input, weight and, where <paramref name="HasStart"/> says so, a
/// number for each output channel or an image.
/// </summary>
internal sealed record ConvolutionLayer(Convolution Product, bool HasStart, UnaryFunction? Activation) : Operation
{
    public override string Name => $"{Product.Name}{(HasStart ? "+shift" : "")}{(Activation is { } function ? "+" + function.ProgramName : "")}";

    /// <summary>Whether a tensor of a shape, added to the convolution's output, is the same for all images: a number for each channel, or one image.</summary>
    public static bool CanStartFrom(Shape start, Shape output)
    {
        int image = output.Slice(1..).ElementCount;
        return Shape.Broadcast(start, output) == output
            && ((start.ElementCount == image && (start.Rank < 4 || start[0] == 1)) || (start.ElementCount == output[-1] && start.Rank > 0 && start[-1] == output[-1]));
    }

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => Product.InferShape(inputs[..2]);

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output)
    {
        var maker = new Maker(Product.Sizes(inputs[0], inputs[1]), HasStart);
        return Activation is null ? maker.Make<T, IdentityOperator<T>>() : Activation.Make<T, Maker>(maker);
    }

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) =>
        throw new NotSupportedException("Fused operations exist only in compiled programs, which are differentiated before they are fused.");

    private readonly struct Maker(ConvolutionSizes sizes, bool hasStart) : IUnaryKernelMaker
    {
        public Kernel<T> Make<T, TOperator>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TOperator : struct, IUnaryOperator<T> => new ConvolutionKernel<T, TOperator>(sizes, hasStart);
    }
}

/// <summary>A convolution image by image, each followed by the activation while it is in the cache.</summary>
internal sealed class ConvolutionKernel<T, TActivation>(ConvolutionSizes sizes, bool hasStart) : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TActivation : struct, IUnaryOperator<T>
{
    private static bool HasActivation => typeof(TActivation) != typeof(IdentityOperator<T>);

    public override Division Divide(int length) =>
        new(sizes.Images * sizes.OutputHeight, 1, CostModel.Convolution<T>(sizes) + (HasActivation ? CostModel.Function<T>(length) : 0));

    public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Run(inputs, output, 0, sizes.Images * sizes.OutputHeight);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count)
    {
        ReadOnlySpan<T> start = hasStart ? inputs[2].Span : [];
        int rowsAtOnce = HasActivation ? sizes.OutputHeight : count;
        int rowLength = sizes.OutputWidth * sizes.Outputs;
        for (int row = first; row < first + count; row += rowsAtOnce)
        {
            int rows = Math.Min(rowsAtOnce, first + count - row);
            Convolutions.Forward(sizes, inputs[0].Span, inputs[1].Span, start, output, row, rows);
            if (HasActivation)
            {
                Span<T> done = output.Slice(row * rowLength, rows * rowLength);
                Map.Unary<T, TActivation>(done, done);
            }
        }
    }
}

/// <summary>
/// The gradient of a convolution's input times the derivative of the activation that the input came from, element by element: cotangent, turned
/// weight, and the activation's output.
/// </summary>
internal sealed record ConvolutionActivationGradient(ConvolutionDataGradient Product, ActivationFunction Function) : Operation
{
    public override string Name => $"{Product.Name}+{Function.ProgramName}_gradient";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => Product.InferShape(inputs[..2]);

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => Function.MakeGradient<T, Maker>(new(Product.Sizes(inputs[0], inputs[1])));

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed) =>
        throw new NotSupportedException("Fused operations exist only in compiled programs, which are differentiated before they are fused.");

    private readonly struct Maker(ConvolutionSizes sizes) : IBinaryKernelMaker
    {
        public Kernel<T> Make<T, TOperator>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TOperator : struct, IBinaryOperator<T> => new ConvolutionDataGradientKernel<T, TOperator>(sizes, true);
    }
}

/// <summary>
/// The gradient of a convolution's input image by image, each taken on through an activation, where <paramref name="hasActivation"/> says so, while
/// it is in the cache.
/// </summary>
internal sealed class ConvolutionDataGradientKernel<T, TGradient>(ConvolutionSizes sizes, bool hasActivation) : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TGradient : struct, IBinaryOperator<T>
{
    public override Division Divide(int length) =>
        new(sizes.Images * sizes.Height, 1, CostModel.Convolution<T>(sizes) + (hasActivation ? CostModel.Arithmetic<T>(length) : 0));

    public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Run(inputs, output, 0, sizes.Images * sizes.Height);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count)
    {
        int rowsAtOnce = hasActivation ? sizes.Height : count;
        int rowLength = sizes.Width * sizes.Channels;
        for (int row = first; row < first + count; row += rowsAtOnce)
        {
            int rows = Math.Min(rowsAtOnce, first + count - row);
            Convolutions.DataGradient(sizes, inputs[0].Span, inputs[1].Span, output, row, rows);
            if (hasActivation)
            {
                (int start, int length) = (row * rowLength, rows * rowLength);
                Map.Binary<T, TGradient>(output.Slice(start, length), inputs[2].Span.Slice(start, length), output.Slice(start, length));
            }
        }
    }
}
