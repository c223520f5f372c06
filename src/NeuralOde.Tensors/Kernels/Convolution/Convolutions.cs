namespace NeuralOde.Tensors.Kernels;

/// <summary>Convolution of channels-last images and its two gradients. Each method computes some rows of its result, so that threads can share them.</summary>
/// <remarks>
/// Nothing is unfolded into a matrix: in a channels-last image, what a pixel of the output sees in one row is contiguous, as is the weight that it meets. What lies outside of
/// the image is left out of the sums, not multiplied by. Each element is one chain of fused multiply-adds in an order that depends on the sizes
/// alone: the same bits at every width and for any shares. Results must not overlap what is read.
/// </remarks>
internal static unsafe class Convolutions
{
    /// <summary>Rows [first, first + count) of all images' output rows, started from what <paramref name="start"/> says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward<T>(
        in ConvolutionSizes s, ReadOnlySpan<T> input, ReadOnlySpan<T> weight, ReadOnlySpan<T> start, Span<T> output, int first, int count, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(s.InputLength, input.Length, nameof(input));
        Check(s.WeightLength, weight.Length, nameof(weight));
        Check(s.OutputLength, output.Length, nameof(output));
        bool startIsImage = start.Length != s.Outputs;
        if (!start.IsEmpty && startIsImage)
        {
            Check(s.OutputHeight * s.OutputWidth * s.Outputs, start.Length, nameof(start));
        }

        fixed (T* pInput = input, pWeight = weight, pStart = start, pOutput = output)
        {
            var map = new ImageMap<T>
            {
                Vertical = new TapAxis(s.OutputHeight, s.Height, s.KernelHeight, s.Stride, -s.Padding),
                Horizontal = new TapAxis(s.OutputWidth, s.Width, s.KernelWidth, s.Stride, -s.Padding),
                Channels = s.Channels,
                Outputs = s.Outputs,
                Input = pInput,
                Weight = pWeight,
                Output = pOutput,
                OutputPixel = s.Outputs,
                OutputRow = (nint)s.OutputWidth * s.Outputs,
                OutputImage = (nint)s.OutputHeight * s.OutputWidth * s.Outputs,
                Start = start.IsEmpty ? null : pStart,
                StartPixel = startIsImage ? s.Outputs : 0,
                StartRow = startIsImage ? (nint)s.OutputWidth * s.Outputs : 0,
            };
            for (int row = first; row < first + count;)
            {
                (int image, int y) = Math.DivRem(row, s.OutputHeight);
                int end = Math.Min(s.OutputHeight, y + first + count - row);
                Run(map, image, y, end, width);
                row += end - y;
            }
        }
    }

    /// <summary>Rows [first, first + count) of the gradients of all images, from the output's cotangent and the turned weight (<see cref="TurnedWeight{T}"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DataGradient<T>(
        in ConvolutionSizes s, ReadOnlySpan<T> cotangent, ReadOnlySpan<T> turned, Span<T> gradient, int first, int count, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(s.OutputLength, cotangent.Length, nameof(cotangent));
        Check(s.WeightLength, turned.Length, nameof(turned));
        Check(s.InputLength, gradient.Length, nameof(gradient));
        fixed (T* pCotangent = cotangent, pTurned = turned, pGradient = gradient)
        {
            for (int row = first; row < first + count;)
            {
                (int image, int y) = Math.DivRem(row, s.Height);
                int end = Math.Min(s.Height, y + first + count - row);
                DataGradientOfImage(s, pCotangent, pTurned, pGradient, image, y, end, width);
                row += end - y;
            }
        }
    }

    /// <summary>Rows [first, first + count) of the weight's gradient, a matrix [kernel height · kernel width · channels, outputs].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WeightGradient<T>(
        in ConvolutionSizes s, ReadOnlySpan<T> input, ReadOnlySpan<T> cotangent, Span<T> gradient, int first, int count, SimdWidth width = SimdWidth.Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(s.InputLength, input.Length, nameof(input));
        Check(s.OutputLength, cotangent.Length, nameof(cotangent));
        Check(s.WeightLength, gradient.Length, nameof(gradient));
        fixed (T* pInput = input, pCotangent = cotangent, pGradient = gradient)
        {
            VectorDispatch.Run<T, WeightGradientCall<T>>(new(in s, pInput, pCotangent, pGradient, first, first + count), width);
        }
    }

    /// <summary>The turned weight from the weight or, where <paramref name="back"/> is set, the weight from the turned one.</summary>
    public static void Turn<T>(int kernelHeight, int kernelWidth, int channels, int outputs, int stride, bool back, ReadOnlySpan<T> source, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = kernelHeight * kernelWidth * channels * outputs;
        Check(length, source.Length, nameof(source));
        Check(length, destination.Length, nameof(destination));
        fixed (T* from = source, to = destination)
        {
            TurnedWeight<T>.Run(kernelHeight, kernelWidth, channels, outputs, stride, back, from, to);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DataGradientOfImage<T>(in ConvolutionSizes s, T* cotangent, T* turned, T* gradient, int image, int firstRow, int endRow, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // The input pixels of one remainder modulo the stride see the same taps: a phase is a convolution of the cotangent with stride 1.
        for (int v = 0; v < Math.Min(s.Stride, s.Height); v++)
        {
            TapAxis vertical = Phase(s.Height, s.OutputHeight, s.KernelHeight, s.Stride, s.Padding, v, out int verticalPhase);
            int first = (firstRow - v + s.Stride - 1) / s.Stride;
            int end = (endRow - v + s.Stride - 1) / s.Stride;
            for (int h = 0; h < Math.Min(s.Stride, s.Width); h++)
            {
                TapAxis horizontal = Phase(s.Width, s.OutputWidth, s.KernelWidth, s.Stride, s.Padding, h, out int horizontalPhase);
                var map = new ImageMap<T>
                {
                    Vertical = vertical,
                    Horizontal = horizontal,
                    Channels = s.Outputs,
                    Outputs = s.Channels,
                    Input = cotangent,
                    Weight = turned + (TurnedWeight<T>.Start(s.KernelHeight, s.KernelWidth, s.Stride, verticalPhase, horizontalPhase) * s.Channels * s.Outputs),
                    Output = gradient + ((((nint)v * s.Width) + h) * s.Channels),
                    OutputPixel = (nint)s.Stride * s.Channels,
                    OutputRow = (nint)s.Stride * s.Width * s.Channels,
                    OutputImage = (nint)s.Height * s.Width * s.Channels,
                };
                Run(map, image, first, end, width);
            }
        }
    }

    /// <summary>One axis of a phase: the input positions of one remainder, and the cotangent's positions that their taps met.</summary>
    private static TapAxis Phase(int length, int places, int kernel, int stride, int padding, int remainder, out int phase)
    {
        // Position stride·q + remainder was met by the tap stride·j + phase of the place q + (remainder + padding) / stride − j.
        (int shift, phase) = Math.DivRem(remainder + padding, stride);
        int taps = TurnedWeight<byte>.Taps(kernel, stride, phase);
        return new TapAxis((length - remainder + stride - 1) / stride, places, taps, 1, shift - (taps - 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<T>(in ImageMap<T> map, int image, int firstRow, int endRow, SimdWidth width) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        VectorDispatch.Run<T, ImageMapCall<T>>(new(in map, image, firstRow, endRow), width);

    /// <summary>Refuses memory of another length than the sizes take.</summary>
    internal static void Check(int expected, int length, string name)
    {
        if (length != expected)
        {
            throw new ArgumentException($"These sizes take {expected} elements, but {name} has {length}.", name);
        }
    }

    private readonly ref struct ImageMapCall<T>(ref readonly ImageMap<T> map, int image, int firstRow, int endRow) : IVectorKernel<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ref readonly ImageMap<T> _map = ref map;

        [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector>() where TVector : struct, ISimdVector<TVector, T> => ImageMaps<T, TVector>.Run(_map, image, firstRow, endRow);
    }

    private readonly ref struct WeightGradientCall<T>(ref readonly ConvolutionSizes sizes, T* input, T* cotangent, T* gradient, int firstRow, int endRow) : IVectorKernel<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ref readonly ConvolutionSizes _sizes = ref sizes;

        [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector>()
            where TVector : struct, ISimdVector<TVector, T> => WeightGradient<T, TVector>.Run(_sizes, input, cotangent, gradient, firstRow, endRow);
    }
}
