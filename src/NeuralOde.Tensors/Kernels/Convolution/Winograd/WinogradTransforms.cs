namespace NeuralOde.Tensors.Kernels;

/// <summary>The transforms of a row of tiles between the pixels of an image and the points at which they are multiplied.</summary>
/// <remarks>Element (point, tile, channel) of the points lies at <c>(point · tiles + tile) · row + channel</c>: for each point a matrix, as products read it.</remarks>
internal static unsafe class WinogradTransforms<T, TVector, TTile>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct, ISimdVector<TVector, T>
    where TTile : struct, IWinogradTile
{
    /// <summary>Bᵀ d B of a row of tiles, for some channels.</summary>
    /// <param name="s">The sizes.</param>
    /// <param name="input">All images.</param>
    /// <param name="tileRow">Which row of tiles.</param>
    /// <param name="phase">Which phase of the input.</param>
    /// <param name="channel">The first channel.</param>
    /// <param name="channels">How many.</param>
    /// <param name="points">Where the first tile of the row goes in the first point's matrix.</param>
    /// <param name="row">Elements from tile to tile.</param>
    /// <param name="matrix">Elements from point to point.</param>
    /// <param name="scratch">Memory for as many vectors as there are points.</param>
    /// <param name="zeros">Zeros, as many as a row of an image has elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input(in WinogradSizes s, T* input, int tileRow, int phase, int channel, int channels, T* points, nint row, nint matrix, T* scratch, T* zeros)
    {
        int side = TTile.Outputs + TTile.Taps - 1;
        T** rows = stackalloc T*[side];
        (int image, int down) = Math.DivRem(tileRow, s.TilesDown);
        (int vertical, int horizontal) = Math.DivRem(phase, s.InputStride);
        for (int i = 0; i < side; i++)
        {
            int y = (s.InputStride * ((down * TTile.Outputs) + i)) + vertical - s.Padding;
            rows[i] = (uint)y < (uint)s.Height ? input + (((((nint)image * s.Height) + y) * s.Width) * s.Channels) : zeros;
        }

        for (int across = 0; across < s.TilesAcross; across++)
        {
            int left = (s.InputStride * across * TTile.Outputs) + horizontal - s.Padding;
            for (int c = 0; c < channels; c += TVector.Count)
            {
                int lanes = Math.Min(TVector.Count, channels - c);
                for (int j = 0; j < side; j++)
                {
                    var column = new SpacedVectors<T, TVector>(scratch + (j * TVector.Count), side * TVector.Count);
                    int x = left + (s.InputStride * j);
                    if ((uint)x < (uint)s.Width)
                    {
                        TTile.Input<T, TVector, TileColumn<T, TVector>, SpacedVectors<T, TVector>>(new(rows, ((nint)x * s.Channels) + channel + c, lanes), column);
                    }
                    else
                    {
                        for (int i = 0; i < side; i++)
                        {
                            column.Store(i, default);
                        }
                    }
                }

                for (int i = 0; i < side; i++)
                {
                    TTile.Input<T, TVector, SpacedVectors<T, TVector>, SpacedVectors<T, TVector>>(
                        new(scratch + (i * side * TVector.Count), TVector.Count), new(points + (i * side * matrix) + c, matrix));
                }
            }

            points += row;
        }
    }

    /// <summary>A y Aᵀ of a row of tiles of the output's cotangent; pixels outside of the image are zero.</summary>
    /// <param name="s">The sizes.</param>
    /// <param name="cotangent">All images of the cotangent.</param>
    /// <param name="tileRow">Which row of tiles.</param>
    /// <param name="points">Where the first tile of the row goes in the first point's matrix.</param>
    /// <param name="row">Elements from tile to tile.</param>
    /// <param name="matrix">Elements from point to point.</param>
    /// <param name="scratch">Memory for as many vectors as there are points.</param>
    /// <param name="zeros">Zeros, as many as a row of an image has elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Cotangent(in WinogradSizes s, T* cotangent, int tileRow, T* points, nint row, nint matrix, T* scratch, T* zeros)
    {
        int tile = TTile.Outputs;
        int side = tile + TTile.Taps - 1;
        T** rows = stackalloc T*[tile];
        (int image, int down) = Math.DivRem(tileRow, s.TilesDown);
        for (int i = 0; i < tile; i++)
        {
            int y = (down * tile) + i;
            rows[i] = y < s.OutputHeight ? cotangent + (((((nint)image * s.OutputHeight) + y) * s.OutputWidth) * s.Outputs) : zeros;
        }

        for (int across = 0; across < s.TilesAcross; across++)
        {
            int left = across * tile;
            for (int c = 0; c < s.Outputs; c += TVector.Count)
            {
                int lanes = Math.Min(TVector.Count, s.Outputs - c);
                for (int j = 0; j < tile; j++)
                {
                    var column = new SpacedVectors<T, TVector>(scratch + (j * TVector.Count), tile * TVector.Count);
                    int x = left + j;
                    if (x < s.OutputWidth)
                    {
                        TTile.Cotangent<T, TVector, TileColumn<T, TVector>, SpacedVectors<T, TVector>>(new(rows, ((nint)x * s.Outputs) + c, lanes), column);
                    }
                    else
                    {
                        for (int i = 0; i < side; i++)
                        {
                            column.Store(i, default);
                        }
                    }
                }

                for (int i = 0; i < side; i++)
                {
                    TTile.Cotangent<T, TVector, SpacedVectors<T, TVector>, SpacedVectors<T, TVector>>(
                        new(scratch + (i * tile * TVector.Count), TVector.Count), new(points + (i * side * matrix) + c, matrix));
                }
            }

            points += row;
        }
    }

    /// <summary>Aᵀ x A of a row of tiles, added to what the output starts from.</summary>
    /// <param name="s">The sizes.</param>
    /// <param name="points">The first tile of the row in the first point's matrix.</param>
    /// <param name="row">Elements from tile to tile.</param>
    /// <param name="matrix">Elements from point to point.</param>
    /// <param name="scratch">Memory for as many vectors as there are points.</param>
    /// <param name="start">A number for each channel, or an image, or null.</param>
    /// <param name="startIsImage">Whether it is an image.</param>
    /// <param name="output">All images of the output.</param>
    /// <param name="tileRow">Which row of tiles.</param>
    /// <param name="phase">Which phase of the output.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Output(in WinogradSizes s, T* points, nint row, nint matrix, T* scratch, T* start, bool startIsImage, T* output, int tileRow, int phase)
    {
        int tile = TTile.Outputs;
        int side = tile + TTile.Taps - 1;
        (int image, int down) = Math.DivRem(tileRow, s.TilesDown);
        (int vertical, int horizontal) = Math.DivRem(phase, s.OutputStride);
        int step = s.OutputStride;
        int firstRow = (step * down * tile) + vertical - s.OutputPadding;
        (int fromRow, int endRow) = Within(firstRow, step, s.OutputHeight);
        nint startPixel = startIsImage ? s.Outputs : 0;
        for (int across = 0; across < s.TilesAcross; across++)
        {
            int left = (step * across * tile) + horizontal - s.OutputPadding;
            (int from, int end) = Within(left, step, s.OutputWidth);
            for (int c = 0; c < s.Outputs; c += TVector.Count)
            {
                int lanes = Math.Min(TVector.Count, s.Outputs - c);
                for (int j = 0; j < side; j++)
                {
                    TTile.Output<T, TVector, SpacedVectors<T, TVector>, SpacedVectors<T, TVector>>(
                        new(points + (j * matrix) + c, side * matrix), new(scratch + (j * TVector.Count), side * TVector.Count));
                }

                for (int i = fromRow; i < endRow; i++)
                {
                    nint pixel = ((nint)(firstRow + (step * i)) * s.OutputWidth) + left;
                    T* to = output + ((((nint)image * s.OutputHeight * s.OutputWidth) + pixel) * s.Outputs) + c;
                    T* added = start == null ? null : start + (pixel * startPixel) + c;
                    TTile.Output<T, TVector, SpacedVectors<T, TVector>, TileOutput<T, TVector>>(
                        new(scratch + (i * side * TVector.Count), TVector.Count), new(to, (nint)step * s.Outputs, from, end, lanes, added, step * startPixel));
                }
            }

            points += row;
        }
    }

    /// <summary>G g Gᵀ of the taps of one phase.</summary>
    /// <param name="taps">The first tap's matrix [channels, outputs].</param>
    /// <param name="tapRow">Elements from one row of taps to the next.</param>
    /// <param name="tap">Elements from tap to tap in a row.</param>
    /// <param name="size">Elements of a matrix.</param>
    /// <param name="scratch">Memory for as many vectors as there are points.</param>
    /// <param name="points">A matrix for each point.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Kernel(T* taps, nint tapRow, nint tap, nint size, T* scratch, T* points)
    {
        int count = TTile.Taps;
        int side = TTile.Outputs + count - 1;
        for (nint e = 0; e < size; e += TVector.Count)
        {
            int lanes = (int)nint.Min(TVector.Count, size - e);
            for (int j = 0; j < count; j++)
            {
                TTile.Kernel<T, TVector, SpacedVectors<T, TVector>, SpacedVectors<T, TVector>>(
                    new(taps + (j * tap) + e, tapRow, lanes), new(scratch + (j * TVector.Count), count * TVector.Count));
            }

            for (int i = 0; i < side; i++)
            {
                TTile.Kernel<T, TVector, SpacedVectors<T, TVector>, SpacedVectors<T, TVector>>(
                    new(scratch + (i * count * TVector.Count), TVector.Count), new(points + (i * side * size) + e, size, lanes));
            }
        }
    }

    /// <summary>Gᵀ x G: the weight's gradient, for some elements of its matrices.</summary>
    /// <param name="points">The elements in the first point's matrix.</param>
    /// <param name="matrix">Elements from point to point.</param>
    /// <param name="count">How many elements.</param>
    /// <param name="scratch">Memory for as many vectors as there are points.</param>
    /// <param name="gradient">Where they go in the first tap's matrix.</param>
    /// <param name="tapRow">Elements from one row of taps to the next.</param>
    /// <param name="tap">Elements from tap to tap in a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void KernelGradient(T* points, nint matrix, nint count, T* scratch, T* gradient, nint tapRow, nint tap)
    {
        int side = TTile.Outputs + TTile.Taps - 1;
        for (nint e = 0; e < count; e += TVector.Count)
        {
            int lanes = (int)nint.Min(TVector.Count, count - e);
            for (int j = 0; j < side; j++)
            {
                TTile.KernelGradient<T, TVector, SpacedVectors<T, TVector>, SpacedVectors<T, TVector>>(
                    new(points + (j * matrix) + e, side * matrix, lanes), new(scratch + (j * TVector.Count), side * TVector.Count));
            }

            for (int i = 0; i < TTile.Taps; i++)
            {
                TTile.KernelGradient<T, TVector, SpacedVectors<T, TVector>, SpacedVectors<T, TVector>>(
                    new(scratch + (i * side * TVector.Count), TVector.Count), new(gradient + (i * tapRow) + e, tap, lanes));
            }
        }
    }

    /// <summary>The places of a tile that lie within an image along one axis.</summary>
    private static (int From, int End) Within(int first, int step, int length) =>
        (first < 0 ? (step - 1 - first) / step : 0, Math.Clamp((length - first + step - 1) / step, 0, TTile.Outputs));
}
