namespace NeuralOde.Tensors.Kernels;

/// <summary>Convolutions in tiles: transforms, for each point one product of all tiles with the weight, and the transform back.</summary>
internal static unsafe class WinogradMaps<T, TVector, TTile>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct, ISimdVector<TVector, T>
    where TTile : struct, IWinogradTile
{
    /// <summary>All phases of a weight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weight(in WinogradSizes s, T* weight, T* transformed)
    {
        nint size = (nint)s.Channels * s.Outputs;
        T* scratch = GemmScratch<T>.Get((nint)s.Side * s.Taps * TVector.Count);
        for (int phase = 0; phase < s.Phases; phase++)
        {
            // A turned weight has its phases one after the other; those of a weight itself are every second tap of every second row.
            (int first, int tapRow) = s.OutputStride > 1 ? (phase * s.Taps * s.Taps, s.Taps) : FirstTap(s, phase);
            WinogradTransforms<T, TVector, TTile>.Kernel(weight + (first * size), tapRow * size, s.InputStride * size, size, scratch, transformed + (phase * s.Points * size));
        }
    }

    /// <summary>Some rows of tiles of the output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in WinogradSizes s, T* input, T* weight, T* start, bool startIsImage, T* output, int firstTileRow, int endTileRow)
    {
        nint tiles = (nint)(endTileRow - firstTileRow) * s.TilesAcross;
        (nint inputRow, nint outputRow) = (Winograd.Padded(s.Channels), Winograd.Padded(s.Outputs));
        (nint inputMatrix, nint outputMatrix) = (tiles * inputRow, tiles * outputRow);
        T* seen = GemmScratch<T>.Get((s.Points * (inputMatrix + outputMatrix + TVector.Count)) + ((nint)s.Width * s.Channels));
        T* made = seen + (s.Points * inputMatrix);
        T* scratch = made + (s.Points * outputMatrix);
        T* zeros = scratch + (s.Points * TVector.Count);
        new Span<T>(zeros, s.Width * s.Channels).Clear();
        for (int phase = 0; phase < s.Phases; phase++)
        {
            for (int row = firstTileRow; row < endTileRow && (phase == 0 || s.InputStride > 1); row++)
            {
                nint tile = (nint)(row - firstTileRow) * s.TilesAcross;
                WinogradTransforms<T, TVector, TTile>.Input(s, input, row, phase, 0, s.Channels, seen + (tile * inputRow), inputRow, inputMatrix, scratch, zeros);
            }

            // Phases of the input add up; those of the output are pixels of their own.
            Multiply(s, tiles, seen, inputRow, weight + ((nint)phase * s.Points * s.Channels * s.Outputs), made, outputRow, addsUp: phase > 0 && s.InputStride > 1);
            for (int row = firstTileRow; row < endTileRow && (phase == s.Phases - 1 || s.OutputStride > 1); row++)
            {
                nint tile = (nint)(row - firstTileRow) * s.TilesAcross;
                WinogradTransforms<T, TVector, TTile>.Output(
                    s, made + (tile * outputRow), outputRow, outputMatrix, scratch, start, startIsImage, output, row, s.OutputStride > 1 ? phase : 0);
            }
        }
    }

    /// <summary>Some rows, channels of the input, of the gradient of a weight.</summary>
    /// <param name="s">The sizes of the convolution.</param>
    /// <param name="input">Its input.</param>
    /// <param name="cotangent">The cotangent of its output.</param>
    /// <param name="gradient">[kernel, kernel, channels, outputs].</param>
    /// <param name="channel">The first channel.</param>
    /// <param name="channels">How many.</param>
    /// <param name="tileRowsAtOnce">The rows of tiles of a block.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WeightGradient(in WinogradSizes s, T* input, T* cotangent, T* gradient, int channel, int channels, int tileRowsAtOnce)
    {
        nint tilesAtOnce = (nint)tileRowsAtOnce * s.TilesAcross;
        (nint inputRow, nint outputRow) = (Winograd.Padded(channels), Winograd.Padded(s.Outputs));
        (nint inputMatrix, nint outputMatrix, nint sumMatrix) = (tilesAtOnce * inputRow, tilesAtOnce * outputRow, (nint)channels * s.Outputs);
        nint zeroCount = Winograd.Padded(Math.Max(s.Width * s.Channels, s.OutputWidth * s.Outputs));
        T* seen = GemmScratch<T>.Get((s.Points * (inputMatrix + outputMatrix + sumMatrix + TVector.Count)) + zeroCount);
        T* came = seen + (s.Points * inputMatrix);
        T* scratch = came + (s.Points * outputMatrix);
        T* zeros = scratch + (s.Points * TVector.Count);
        T* sums = zeros + zeroCount;
        new Span<T>(zeros, (int)zeroCount).Clear();
        for (int phase = 0; phase < s.Phases; phase++)
        {
            new Span<T>(sums, checked((int)(s.Points * sumMatrix))).Clear();
            for (int first = 0; first < s.TileRows; first += tileRowsAtOnce)
            {
                int end = Math.Min(first + tileRowsAtOnce, s.TileRows);
                for (int row = first; row < end; row++)
                {
                    nint tile = (nint)(row - first) * s.TilesAcross;
                    WinogradTransforms<T, TVector, TTile>.Input(s, input, row, phase, channel, channels, seen + (tile * inputRow), inputRow, inputMatrix, scratch, zeros);
                    WinogradTransforms<T, TVector, TTile>.Cotangent(s, cotangent, row, came + (tile * outputRow), outputRow, outputMatrix, scratch, zeros);
                }

                AddProducts(s, channels, (nint)(end - first) * s.TilesAcross, seen, inputRow, inputMatrix, came, outputRow, outputMatrix, sums);
            }

            nint size = (nint)s.Channels * s.Outputs;
            (int firstTap, int tapRow) = FirstTap(s, phase);
            WinogradTransforms<T, TVector, TTile>.KernelGradient(
                sums, sumMatrix, sumMatrix, scratch, gradient + (firstTap * size) + ((nint)channel * s.Outputs), tapRow * size, s.InputStride * size);
        }
    }

    /// <summary>The first tap of a phase of the input, and the taps from one of its rows to the next.</summary>
    private static (int Tap, int Row) FirstTap(in WinogradSizes s, int phase)
    {
        (int vertical, int horizontal) = Math.DivRem(phase, s.InputStride);
        int kernelWidth = s.InputStride * s.Taps;
        return ((vertical * kernelWidth) + horizontal, s.InputStride * kernelWidth);
    }

    /// <summary>For each point the product of all tiles with the weight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(in WinogradSizes s, nint tiles, T* seen, nint inputRow, T* weight, T* made, nint outputRow, bool addsUp)
    {
        nint panel = RegisterTile<T, TVector>.MaxColumns * TVector.Count;
        for (int point = 0; point < s.Points; point++)
        {
            for (nint column = 0; column < s.Outputs; column += panel)
            {
                T* c = made + (point * tiles * outputRow) + column;
                RegisterTile<T, TVector>.Multiply(
                    new GemmProblem<T>(
                        tiles,
                        nint.Min(panel, s.Outputs - column),
                        s.Channels,
                        new(seen + (point * tiles * inputRow), inputRow, 1),
                        new(weight + ((nint)point * s.Channels * s.Outputs) + column, s.Outputs, 1),
                        c,
                        outputRow)
                    {
                        Start = addsUp ? c : null,
                        StartStep = addsUp ? outputRow : 0,
                    });
            }
        }
    }

    /// <summary>For each point the product of the input's channels with the cotangent's over some tiles, added to the sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddProducts(in WinogradSizes s, int channels, nint tiles, T* seen, nint inputRow, nint inputMatrix, T* came, nint outputRow, nint outputMatrix, T* sums)
    {
        nint panel = RegisterTile<T, TVector>.MaxColumns * TVector.Count;
        for (int point = 0; point < s.Points; point++)
        {
            for (nint column = 0; column < s.Outputs; column += panel)
            {
                T* c = sums + ((nint)point * channels * s.Outputs) + column;
                RegisterTile<T, TVector>.Multiply(
                    new GemmProblem<T>(
                        channels,
                        nint.Min(panel, s.Outputs - column),
                        tiles,
                        new(seen + (point * inputMatrix), 1, inputRow),
                        new(came + (point * outputMatrix) + column, outputRow, 1),
                        c,
                        s.Outputs)
                    {
                        Start = c,
                        StartStep = s.Outputs,
                    });
            }
        }
    }
}
