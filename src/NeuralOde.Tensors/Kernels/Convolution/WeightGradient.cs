namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// The gradient of a convolution's weight: for each tap, a product of the input's pixels, transposed, with the cotangent's, tiles of which stay in
/// registers while pixels stream by.
/// </summary>
internal static unsafe class WeightGradient<T, TVector> where T : unmanaged, IBinaryFloatingPointIeee754<T> where TVector : struct, ISimdVector<TVector, T>
{
    /// <summary>The pixels that stream by for all taps before the next do: as many as take this much, input and cotangent, half of a usual second-level cache.</summary>
    private const int BytesOfBlock = 512 * 1024;

    /// <summary>Computes some rows of the weight's gradient, seen as a matrix [kernel height · kernel width · channels, outputs].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in ConvolutionSizes s, T* input, T* cotangent, T* gradient, int firstRow, int endRow)
    {
        long bytesOfImage = (((long)s.Height * s.Width * s.Channels) + ((long)s.OutputHeight * s.OutputWidth * s.Outputs)) * sizeof(T);
        int images = (int)Math.Max(BytesOfBlock / Math.Max(bytesOfImage, 1), 1);
        int lines = (int)Math.Clamp(BytesOfBlock * (long)s.OutputHeight / Math.Max(bytesOfImage, 1), 1, s.OutputHeight);
        if (s.Images == 0)
        {
            new Span<T>(gradient + ((nint)firstRow * s.Outputs), (endRow - firstRow) * s.Outputs).Clear();
        }

        for (int image = 0; image < s.Images; image += images)
        {
            for (int line = 0; line < s.OutputHeight; line += lines)
            {
                var pixels = new Pixels(image, Math.Min(image + images, s.Images), line, Math.Min(line + lines, s.OutputHeight));
                RunBlock(s, input, cotangent, gradient, firstRow, endRow, pixels);
            }
        }
    }

    private static void RunBlock(in ConvolutionSizes s, T* input, T* cotangent, T* gradient, int firstRow, int endRow, Pixels pixels)
    {
        var vertical = new TapAxis(s.OutputHeight, s.Height, s.KernelHeight, s.Stride, -s.Padding);
        var horizontal = new TapAxis(s.OutputWidth, s.Width, s.KernelWidth, s.Stride, -s.Padding);

        // Without padding all taps of a row see all pixels: they are as one tap with more channels.
        int taps = s.Padding == 0 ? s.KernelWidth : 1;
        int rowsOfTap = s.Channels * taps;
        ConvolutionStrip<T> strip = default;
        strip.Columns = s.Outputs;
        strip.ARow = 1;
        strip.AStep = (nint)s.Stride * s.Channels;
        strip.BStep = s.Outputs;
        strip.ASegment = (nint)s.Stride * s.Width * s.Channels;
        strip.BSegment = (nint)s.OutputWidth * s.Outputs;
        strip.Blocks = pixels.EndImage - pixels.Image;
        strip.ABlock = (nint)s.Height * s.Width * s.Channels;
        strip.BBlock = (nint)s.OutputHeight * s.OutputWidth * s.Outputs;
        strip.CStep = s.Outputs;
        strip.StartStep = s.Outputs;
        for (int row = firstRow; row < endRow; row += (int)strip.Rows)
        {
            (int tap, int channel) = Math.DivRem(row, rowsOfTap);
            (int y, int x) = Math.DivRem(tap * taps, s.KernelWidth);
            (int top, int bottom) = vertical.PlacesOfTap(y);
            (int left, int right) = horizontal.PlacesOfTap(x);
            (top, bottom) = (Math.Max(top, pixels.Line), Math.Min(bottom, pixels.EndLine));
            strip.Rows = Math.Min(rowsOfTap - channel, endRow - row);
            strip.Segments = Math.Max(bottom - top, 0);
            strip.Full = right - left;
            strip.A = input + (pixels.Image * strip.ABlock) + (((nint)((top * s.Stride) + y - s.Padding) * s.Width) + (left * s.Stride) + x - s.Padding) * s.Channels + channel;
            strip.B = cotangent + (pixels.Image * strip.BBlock) + (((nint)top * s.OutputWidth) + left) * s.Outputs;
            strip.C = gradient + ((nint)row * s.Outputs);
            strip.Start = pixels.Image == 0 && pixels.Line == 0 ? null : strip.C;
            ConvolutionTile<T, TVector>.Run(strip);
        }
    }

    /// <summary>The pixels that stream by together: output rows [Line, EndLine) of images [Image, EndImage).</summary>
    private readonly record struct Pixels(int Image, int EndImage, int Line, int EndLine);
}
