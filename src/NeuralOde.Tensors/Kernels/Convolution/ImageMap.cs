namespace NeuralOde.Tensors.Kernels;

/// <summary>A linear map from images to images, channels last, in which each output pixel sees a window of the input: a convolution, or one phase of a gradient.</summary>
internal unsafe struct ImageMap<T> where T : unmanaged
{
    public TapAxis Vertical, Horizontal;

    /// <summary>The channels of the input and of the output.</summary>
    public int Channels, Outputs;

    /// <summary>The first input pixel of the first image.</summary>
    public T* Input;

    /// <summary>[vertical taps, horizontal taps, channels, outputs].</summary>
    public T* Weight;

    /// <summary>The first output pixel of the first image that this map writes.</summary>
    public T* Output;

    /// <summary>Elements from one written pixel to the next, from row to row, and from image to image.</summary>
    public nint OutputPixel, OutputRow, OutputImage;

    /// <summary>What is added, the same for all images: nothing where it is null, else by pixel and row.</summary>
    public T* Start;
    public nint StartPixel, StartRow;
}

/// <summary>Computes image maps row by row.</summary>
internal static unsafe class ImageMaps<T, TVector> where T : unmanaged, IBinaryFloatingPointIeee754<T> where TVector : struct, ISimdVector<TVector, T>
{
    /// <summary>Computes some rows of one image.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in ImageMap<T> map, int image, int firstRow, int endRow)
    {
        if (firstRow >= endRow || map.Horizontal.Places == 0)
        {
            return;
        }

        TapAxis vertical = map.Vertical;
        TapAxis horizontal = map.Horizontal;
        T* input = map.Input + ((nint)image * vertical.Length * horizontal.Length * map.Channels);
        if (!horizontal.ReachesOnePlaceBeyond)
        {
            input = Pad(map, input);
            horizontal = horizontal.Padded();
        }

        int before = horizontal.TapsBefore(0);
        int behind = Math.Min(horizontal.TapsBehind(horizontal.Places - 1), horizontal.Taps - before);
        nint inputRow = (nint)horizontal.Length * map.Channels;
        nint weightRow = (nint)horizontal.Taps * map.Channels * map.Outputs;
        ConvolutionStrip<T> strip = default;
        strip.Rows = horizontal.Places;
        strip.Columns = map.Outputs;
        strip.ARow = (nint)horizontal.Stride * map.Channels;
        strip.AStep = 1;
        strip.BStep = map.Outputs;
        strip.Lead = (nint)before * map.Channels;
        strip.Full = (nint)(horizontal.Taps - before - behind) * map.Channels;
        strip.Trail = (nint)behind * map.Channels;
        strip.ASegment = inputRow;
        strip.BSegment = weightRow;
        strip.Blocks = 1;
        strip.CStep = map.OutputPixel;
        strip.StartStep = map.StartPixel;
        for (int row = firstRow; row < endRow; row++)
        {
            int above = vertical.TapsBefore(row);
            strip.Segments = vertical.Taps - above - vertical.TapsBehind(row);
            strip.A = input + (((nint)(row * vertical.Stride) + vertical.Offset + above) * inputRow) + ((nint)horizontal.Offset * map.Channels);
            strip.B = map.Weight + (above * weightRow);
            strip.C = map.Output + (image * map.OutputImage) + (row * map.OutputRow);
            strip.Start = map.Start == null ? null : map.Start + (row * map.StartRow);
            ConvolutionTile<T, TVector>.Run(strip);
        }
    }

    /// <summary>Copies an image between columns of zeros, so that every window of a row lies within.</summary>
    private static T* Pad(in ImageMap<T> map, T* image)
    {
        TapAxis from = map.Horizontal;
        TapAxis to = from.Padded();
        nint length = (nint)to.Length * map.Channels;
        T* padded = GemmScratch<T>.Get(length * map.Vertical.Length);
        int first = Math.Max(from.Offset, 0);
        int count = Math.Clamp(Math.Min(from.Length, from.Offset + to.Length) - first, 0, from.Length);
        for (int row = 0; row < map.Vertical.Length; row++)
        {
            var line = new Span<T>(padded + (row * length), (int)length);
            line.Clear();
            if (count > 0)
            {
                new ReadOnlySpan<T>(image + ((((nint)row * from.Length) + first) * map.Channels), count * map.Channels).CopyTo(line[((first - from.Offset) * map.Channels)..]);
            }
        }

        return padded;
    }
}
