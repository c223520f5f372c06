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
    /// <param name="channel">The first channel.</param>
    /// <param name="channels">How many.</param>
    /// <param name="points">Where the first tile of the row goes in the first point's matrix.</param>
    /// <param name="row">Elements from tile to tile.</param>
    /// <param name="matrix">Elements from point to point.</param>
    /// <param name="scratch">Memory for as many vectors as there are points.</param>
    /// <param name="zeros">Zeros, as many as a row of an image has elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input(in WinogradSizes s, T* input, int tileRow, int channel, int channels, T* points, nint row, nint matrix, T* scratch, T* zeros)
    {
        int side = TTile.Outputs + 2;
        T** rows = stackalloc T*[side];
        (int image, int down) = Math.DivRem(tileRow, s.TilesDown);
        for (int i = 0; i < side; i++)
        {
            int y = (down * TTile.Outputs) + i - s.Padding;
            rows[i] = (uint)y < (uint)s.Height ? input + (((((nint)image * s.Height) + y) * s.Width) * s.Channels) : zeros;
        }

        for (int across = 0; across < s.TilesAcross; across++)
        {
            int left = (across * TTile.Outputs) - s.Padding;
            for (int c = 0; c < channels; c += TVector.Count)
            {
                int lanes = Math.Min(TVector.Count, channels - c);
                for (int j = 0; j < side; j++)
                {
                    var column = new SpacedVectors<T, TVector>(scratch + (j * TVector.Count), side * TVector.Count);
                    int x = left + j;
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
        int side = tile + 2;
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Output(in WinogradSizes s, T* points, nint row, nint matrix, T* scratch, T* start, bool startIsImage, T* output, int tileRow)
    {
        int tile = TTile.Outputs;
        int side = tile + 2;
        (int image, int down) = Math.DivRem(tileRow, s.TilesDown);
        int firstRow = down * tile;
        int rows = Math.Min(tile, s.OutputHeight - firstRow);
        nint startPixel = startIsImage ? s.Outputs : 0;
        for (int across = 0; across < s.TilesAcross; across++)
        {
            int left = across * tile;
            int pixels = Math.Min(tile, s.OutputWidth - left);
            for (int c = 0; c < s.Outputs; c += TVector.Count)
            {
                int lanes = Math.Min(TVector.Count, s.Outputs - c);
                for (int j = 0; j < side; j++)
                {
                    TTile.Output<T, TVector, SpacedVectors<T, TVector>, SpacedVectors<T, TVector>>(
                        new(points + (j * matrix) + c, side * matrix), new(scratch + (j * TVector.Count), side * TVector.Count));
                }

                for (int i = 0; i < rows; i++)
                {
                    nint pixel = ((nint)(firstRow + i) * s.OutputWidth) + left;
                    T* to = output + ((((nint)image * s.OutputHeight * s.OutputWidth) + pixel) * s.Outputs) + c;
                    T* from = start == null ? null : start + (pixel * startPixel) + c;
                    TTile.Output<T, TVector, SpacedVectors<T, TVector>, TileOutput<T, TVector>>(
                        new(scratch + (i * side * TVector.Count), TVector.Count), new(to, s.Outputs, pixels, lanes, from, startPixel));
                }
            }

            points += row;
        }
    }

    /// <summary>G g Gᵀ of a weight [3, 3, channels, outputs]; <paramref name="points"/> has a matrix [channels, outputs] for each point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Kernel(T* weight, nint size, T* scratch, T* points)
    {
        int side = TTile.Outputs + 2;
        for (nint e = 0; e < size; e += TVector.Count)
        {
            int lanes = (int)nint.Min(TVector.Count, size - e);
            for (int j = 0; j < 3; j++)
            {
                TTile.Kernel<T, TVector, SpacedVectors<T, TVector>, SpacedVectors<T, TVector>>(
                    new(weight + (j * size) + e, 3 * size, lanes), new(scratch + (j * TVector.Count), 3 * TVector.Count));
            }

            for (int i = 0; i < side; i++)
            {
                TTile.Kernel<T, TVector, SpacedVectors<T, TVector>, SpacedVectors<T, TVector>>(
                    new(scratch + (i * 3 * TVector.Count), TVector.Count), new(points + (i * side * size) + e, size, lanes));
            }
        }
    }

    /// <summary>Gᵀ x G: the weight's gradient, for some elements of its matrices.</summary>
    /// <param name="points">The elements in the first point's matrix.</param>
    /// <param name="matrix">Elements from point to point.</param>
    /// <param name="count">How many elements.</param>
    /// <param name="scratch">Memory for as many vectors as there are points.</param>
    /// <param name="gradient">Where they go in the first tap's matrix.</param>
    /// <param name="size">Elements from tap to tap.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void KernelGradient(T* points, nint matrix, nint count, T* scratch, T* gradient, nint size)
    {
        int side = TTile.Outputs + 2;
        for (nint e = 0; e < count; e += TVector.Count)
        {
            int lanes = (int)nint.Min(TVector.Count, count - e);
            for (int j = 0; j < side; j++)
            {
                TTile.KernelGradient<T, TVector, SpacedVectors<T, TVector>, SpacedVectors<T, TVector>>(
                    new(points + (j * matrix) + e, side * matrix, lanes), new(scratch + (j * TVector.Count), side * TVector.Count));
            }

            for (int i = 0; i < 3; i++)
            {
                TTile.KernelGradient<T, TVector, SpacedVectors<T, TVector>, SpacedVectors<T, TVector>>(
                    new(scratch + (i * side * TVector.Count), TVector.Count), new(gradient + (i * 3 * size) + e, size, lanes));
            }
        }
    }
}
