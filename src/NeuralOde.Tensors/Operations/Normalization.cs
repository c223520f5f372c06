namespace NeuralOde.Tensors.Operations;

/// <summary>The means of all sets of elements, then their variances (with the divisor n): one vector.</summary>
internal sealed record NormalizationMoments(NormalizationExtent Extent) : Operation
{
    public override string Name => "moments";

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => [2 * Extent.Sets];

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new MomentsKernel<T>(Extent);

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed)
    {
        Tensor x = inputs[0].Reshape(Extent.Wide());
        double count = Extent.Count;
        Tensor gradient = (Extent.Means(cotangent) * (1 / count)) + ((x - Extent.Means(output)) * (Extent.Variances(cotangent) * (2 / count)));
        return [gradient.Reshape(inputs[0].Shape)];
    }

    private sealed class MomentsKernel<T>(NormalizationExtent extent) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Moments.Invoke<T>(inputs[0].Span, extent, output);

        public override Division Divide(int length) => new(Moments.Units(extent), 1, 2 * CostModel.Arithmetic<T>(extent.Length));

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count) => Moments.Invoke<T>(inputs[0].Span, extent, output, first, count);
    }
}

/// <summary>
/// Elements less their mean, over their deviation, times a scale and plus a shift for each channel. The moments are an input so that they are
/// computed once, but must be those of x: the gradient with respect to x is the whole one, through its moments too.
/// </summary>
internal sealed record Normalize(NormalizationExtent Extent, double Epsilon) : Operation
{
    public override string Name => "normalize";

    public override bool AllowsInPlace => true;

    public static Tensor Apply(Tensor x, NormalizationExtent extent, Tensor scale, Tensor shift, double epsilon, out Tensor moments)
    {
        moments = new NormalizationMoments(extent).Apply(x);
        return new Normalize(extent, epsilon).Apply(x, moments, scale, shift);
    }

    public override Shape InferShape(ReadOnlySpan<Shape> inputs)
    {
        Shape channels = [Extent.Channels];
        return inputs[2] == channels && inputs[3] == channels
            ? inputs[0]
            : throw new ArgumentException(
                $"A normalization of shape {inputs[0]} with {Extent.Channels} channels takes a scale and a shift of shape {channels}; got {inputs[2]} and {inputs[3]}.");
    }

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new NormalizeKernel<T>(Extent, Epsilon);

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed)
    {
        (Tensor x, Tensor moments, Tensor scale) = (inputs[0], inputs[1], inputs[2]);
        Tensor sums = new NormalizationSums(Extent, Epsilon).Apply(cotangent, x, moments);
        return
        [
            needed[0] ? new NormalizationGradient(Extent, Epsilon).Apply(cotangent, x, moments, scale, sums) : null,
            null,
            needed[2] ? Extent.OfChannels(sums, 1) : null,
            needed[3] ? Extent.OfChannels(sums, 0) : null,
        ];
    }

    /// <summary>The normalized elements themselves.</summary>
    internal static Tensor Plain(Tensor x, Tensor moments, NormalizationExtent extent, double epsilon) =>
        new Normalize(extent, epsilon).Apply(x, moments, Tensor.Ones([extent.Channels], x.DType), Tensor.Zeros([extent.Channels], x.DType));

    private sealed class NormalizeKernel<T>(NormalizationExtent extent, double epsilon) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Run(inputs, output, 0, extent.Outer * extent.Rows);

        public override Division Divide(int length) => new(extent.Outer * extent.Rows, (16 / Math.Max(extent.Channels, 1)) + 1, CostModel.Arithmetic<T>(length));

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count) =>
            Normalization.Apply(
                new NormalizationOperands<T>
                {
                    Extent = extent,
                    Epsilon = epsilon,
                    X = inputs[0].Span,
                    Moments = inputs[1].Span,
                    Scale = inputs[2].Span,
                    Shift = inputs[3].Span,
                    Destination = output,
                },
                first,
                count);
    }
}

/// <summary>The first pass of the gradient: Σ g for each (outer, channel), then Σ g·x̂. The inputs are g, x, and the moments of x.</summary>
internal sealed record NormalizationSums(NormalizationExtent Extent, double Epsilon) : Operation
{
    public override string Name => "normalize_sums";

    // One axis, so that it never has the shape of what is normalized, whose place must stay its own.
    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => [2 * Extent.Outer * Extent.Channels];

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new SumsKernel<T>(Extent, Epsilon);

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed)
    {
        (Tensor g, Tensor x, Tensor moments) = (inputs[0], inputs[1], inputs[2]);
        Tensor ofSum = Extent.PerChannel(cotangent, 0);
        Tensor ofProduct = Extent.PerChannel(cotangent, 1);
        Tensor? toG = needed[0] ? (ofSum + (ofProduct * Normalize.Plain(x, moments, Extent, Epsilon).Reshape(Extent.Wide()))).Reshape(x.Shape) : null;
        Tensor? toX = needed[1] ? NormalizationGradient.Project((ofProduct * g.Reshape(Extent.Wide())).Reshape(x.Shape), x, moments, Extent, Epsilon) : null;
        return [toG, toX, null];
    }

    private sealed class SumsKernel<T>(NormalizationExtent extent, double epsilon) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => NormalizationColumnSums.Invoke(Operands(inputs, output));

        public override Division Divide(int length) => new(NormalizationColumnSums.Units(extent), 1, 2 * CostModel.Arithmetic<T>(extent.Length));

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count) =>
            NormalizationColumnSums.Invoke(Operands(inputs, output), first, count);

        private NormalizationOperands<T> Operands(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => new()
        {
            Extent = extent,
            Epsilon = epsilon,
            Cotangent = inputs[0].Span,
            X = inputs[1].Span,
            Moments = inputs[2].Span,
            Destination = output,
        };
    }
}

/// <summary>
/// The second pass of the gradient, <c>J(h) = (h − mean h − x̂·mean(h·x̂))/√(variance + ε)</c> with <c>h = scale·g</c>. The inputs are g, x, the moments of x, the
/// scale, and the sums of g and x; its own gradients are with respect to g, x and the scale, through moments and sums.
/// </summary>
internal sealed record NormalizationGradient(NormalizationExtent Extent, double Epsilon) : Operation
{
    public override string Name => "normalize_gradient";

    public override bool AllowsInPlace => true;

    /// <summary>J(g) with a scale of 1.</summary>
    public static Tensor Project(Tensor g, Tensor x, Tensor moments, NormalizationExtent extent, double epsilon) => new NormalizationGradient(extent, epsilon).Apply(
        g, x, moments, Tensor.Ones([extent.Channels], x.DType), new NormalizationSums(extent, epsilon).Apply(g, x, moments));

    public override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0];

    public override Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) => new GradientKernel<T>(Extent, Epsilon);

    public override Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed)
    {
        (Tensor g, Tensor x, Tensor moments, Tensor scale, Tensor sums) = (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4]);
        Shape wide = Extent.Wide();
        Tensor channelScale = scale.Reshape([1, 1, Extent.Groups, Extent.Width]);

        // J is its own transpose: what reaches h is J(c).
        Tensor projected = Project(cotangent, x, moments, Extent, Epsilon);
        Tensor projectedWide = projected.Reshape(wide);
        Tensor? toG = needed[0] ? (projectedWide * channelScale).Reshape(x.Shape) : null;
        Tensor? toScale = needed[3] ? (projectedWide * g.Reshape(wide)).Sum([0, 1]).Reshape(scale.Shape) : null;
        Tensor? toX = null;
        if (needed[1])
        {
            // c·J(h) = S/√(variance + ε). Through the root: −x̂·mean(c·J(h)); through x̂ in S: −mean(h·x̂)·J(c) − mean(c·x̂)·J(h); both over the root.
            double count = Extent.Count;
            Tensor inverse = 1.0 / (Extent.Variances(moments) + Epsilon).Sqrt();
            Tensor plain = Normalize.Plain(x, moments, Extent, Epsilon).Reshape(wide);
            Tensor own = new NormalizationSums(Extent, Epsilon).Apply(cotangent, x, moments);
            Tensor product = (cotangent.Reshape(wide) * output.Reshape(wide)).Sum([1, 3], keepAxes: true) * (1 / count);
            Tensor ofH = (Extent.PerChannel(sums, 1) * channelScale).Sum([3], keepAxes: true) * (1 / count);
            Tensor ofC = Extent.PerChannel(own, 1).Sum([3], keepAxes: true) * (1 / count);
            toX = -(inverse * ((plain * product) + (ofH * projectedWide) + (ofC * output.Reshape(wide)))).Reshape(x.Shape);
        }

        return [toG, toX, null, toScale, null];
    }

    private sealed class GradientKernel<T>(NormalizationExtent extent, double epsilon) : Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output) => Run(inputs, output, 0, extent.Outer * extent.Rows);

        public override Division Divide(int length) => new(extent.Outer * extent.Rows, (16 / Math.Max(extent.Channels, 1)) + 1, 2 * CostModel.Arithmetic<T>(length));

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count) => NormalizationPullback.Apply(
            new NormalizationOperands<T>
            {
                Extent = extent,
                Epsilon = epsilon,
                Cotangent = inputs[0].Span,
                X = inputs[1].Span,
                Moments = inputs[2].Span,
                Scale = inputs[3].Span,
                Sums = inputs[4].Span,
                Destination = output,
            },
            first,
            count);
    }
}

/// <summary>Views of what a normalization computes, broadcast along the axes that it is constant in.</summary>
internal static class NormalizationViews
{
    /// <summary>[outer, rows, groups, width].</summary>
    public static Shape Wide(this NormalizationExtent extent) => [extent.Outer, extent.Rows, extent.Groups, extent.Width];

    /// <summary>The first half of moments, [outer, 1, groups, 1].</summary>
    public static Tensor Means(this NormalizationExtent extent, Tensor moments) => moments.Slice(0, 0, extent.Sets).Reshape([extent.Outer, 1, extent.Groups, 1]);

    /// <summary>The second half of moments, [outer, 1, groups, 1].</summary>
    public static Tensor Variances(this NormalizationExtent extent, Tensor moments) => moments.Slice(0, extent.Sets, extent.Sets).Reshape([extent.Outer, 1, extent.Groups, 1]);

    /// <summary>One half of the sums, [outer, 1, groups, width].</summary>
    public static Tensor PerChannel(this NormalizationExtent extent, Tensor sums, int half)
    {
        int length = extent.Outer * extent.Channels;
        return sums.Slice(0, half * length, length).Reshape([extent.Outer, 1, extent.Groups, extent.Width]);
    }

    /// <summary>One half of the sums, summed over the outer axis: [channels].</summary>
    public static Tensor OfChannels(this NormalizationExtent extent, Tensor sums, int half)
    {
        int length = extent.Outer * extent.Channels;
        return sums.Slice(0, half * length, length).Reshape([extent.Outer, extent.Channels]).Sum([0]);
    }
}
