namespace NeuralOde.Tensors.Kernels;

/// <summary>Convolutions in tiles: transforms, for each point one product of all tiles with the weight, and the transform back.</summary>
internal static unsafe class WinogradMaps<T, TVector, TTile>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct, ISimdVector<TVector, T>
    where TTile : struct, IWinogradTile
{
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
        for (int row = firstTileRow; row < endTileRow; row++)
        {
            nint tile = (nint)(row - firstTileRow) * s.TilesAcross;
            WinogradTransforms<T, TVector, TTile>.Input(s, input, row, 0, s.Channels, seen + (tile * inputRow), inputRow, inputMatrix, scratch, zeros);
        }

        nint panel = RegisterTile<T, TVector>.MaxColumns * TVector.Count;
        for (int point = 0; point < s.Points; point++)
        {
            for (nint column = 0; column < s.Outputs; column += panel)
            {
                RegisterTile<T, TVector>.Multiply(new GemmProblem<T>(
                    tiles,
                    nint.Min(panel, s.Outputs - column),
                    s.Channels,
                    new(seen + (point * inputMatrix), inputRow, 1),
                    new(weight + ((nint)point * s.Channels * s.Outputs) + column, s.Outputs, 1),
                    made + (point * outputMatrix) + column,
                    outputRow));
            }
        }

        for (int row = firstTileRow; row < endTileRow; row++)
        {
            nint tile = (nint)(row - firstTileRow) * s.TilesAcross;
            WinogradTransforms<T, TVector, TTile>.Output(s, made + (tile * outputRow), outputRow, outputMatrix, scratch, start, startIsImage, output, row);
        }
    }

    /// <summary>Some rows, channels of the input, of the gradient of a weight.</summary>
    /// <param name="s">The sizes of the convolution.</param>
    /// <param name="input">Its input.</param>
    /// <param name="cotangent">The cotangent of its output.</param>
    /// <param name="gradient">[3, 3, channels, outputs].</param>
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
        new Span<T>(sums, checked((int)(s.Points * sumMatrix))).Clear();
        nint panel = RegisterTile<T, TVector>.MaxColumns * TVector.Count;
        for (int first = 0; first < s.TileRows; first += tileRowsAtOnce)
        {
            int end = Math.Min(first + tileRowsAtOnce, s.TileRows);
            for (int row = first; row < end; row++)
            {
                nint tile = (nint)(row - first) * s.TilesAcross;
                WinogradTransforms<T, TVector, TTile>.Input(s, input, row, channel, channels, seen + (tile * inputRow), inputRow, inputMatrix, scratch, zeros);
                WinogradTransforms<T, TVector, TTile>.Cotangent(s, cotangent, row, came + (tile * outputRow), outputRow, outputMatrix, scratch, zeros);
            }

            for (int point = 0; point < s.Points; point++)
            {
                for (nint column = 0; column < s.Outputs; column += panel)
                {
                    T* c = sums + (point * sumMatrix) + column;
                    RegisterTile<T, TVector>.Multiply(
                        new GemmProblem<T>(
                            channels,
                            nint.Min(panel, s.Outputs - column),
                            (nint)(end - first) * s.TilesAcross,
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

        WinogradTransforms<T, TVector, TTile>.KernelGradient(sums, sumMatrix, sumMatrix, scratch, gradient + ((nint)channel * s.Outputs), (nint)s.Channels * s.Outputs);
    }
}
