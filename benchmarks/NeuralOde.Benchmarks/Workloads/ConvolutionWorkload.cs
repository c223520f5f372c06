using System.Numerics;
using NeuralOde.Persistence;
using NeuralOde.Tensors;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>A convolution of 32 images, channels last, and its two gradients, at the machine's widest vectors.</summary>
/// <param name="Name">The shapes, for a reader.</param>
/// <param name="Sizes">All sizes.</param>
internal sealed record ConvolutionWorkload(string Name, ConvolutionSizes Sizes)
{
    /// <summary>
    /// The layers of a small ODE network on MNIST, the field's with and without a channel for time, and on 7x7 as in published implementations; last,
    /// its downsampling.
    /// </summary>
    public static IReadOnlyList<ConvolutionWorkload> All { get; } =
    [
        Of(6, 64, 64, 3, 1, 1), Of(6, 65, 64, 3, 1, 1), Of(7, 64, 64, 3, 1, 1), Of(7, 65, 64, 3, 1, 1),
        Of(26, 64, 64, 4, 2, 1), Of(13, 64, 64, 4, 2, 1), Of(28, 1, 64, 3, 1, 0),
    ];

    /// <summary>Nominal operations: those on the zeros around the images count too, though the kernels leave them out.</summary>
    public double Operations => 2.0 * Sizes.MultiplyAdds;

    /// <summary>Whether an input's gradient is ever wanted: not that of the images themselves.</summary>
    public bool HasDataGradient => Sizes.Channels > 1;

    public Action<int> CreateForward<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (Buffer<T> x, Buffer<T> w, Buffer<T> y) = Operands<T>(Sizes.InputLength, Sizes.WeightLength, Sizes.OutputLength);
        return n =>
        {
            for (int i = 0; i < n; i++)
            {
                Convolutions.Forward<T>(Sizes, x.Span, w.Span, [], y.Span, 0, Sizes.Images * Sizes.OutputHeight);
            }
        };
    }

    public Action<int> CreateDataGradient<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (Buffer<T> x, Buffer<T> w, Buffer<T> y) = Operands<T>(Sizes.InputLength, Sizes.WeightLength, Sizes.OutputLength);
        return n =>
        {
            for (int i = 0; i < n; i++)
            {
                Convolutions.DataGradient<T>(Sizes, y.Span, w.Span, x.Span, 0, Sizes.Images * Sizes.Height);
            }
        };
    }

    public Action<int> CreateWeightGradient<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (Buffer<T> x, Buffer<T> w, Buffer<T> y) = Operands<T>(Sizes.InputLength, Sizes.WeightLength, Sizes.OutputLength);
        return n =>
        {
            for (int i = 0; i < n; i++)
            {
                Convolutions.WeightGradient<T>(Sizes, x.Span, y.Span, w.Span, 0, Sizes.KernelHeight * Sizes.KernelWidth * Sizes.Channels);
            }
        };
    }

    public Action<int> CreateForward<T>(int tile)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => CreateTiled<T>(WinogradSizes.Of(Sizes, tile));

    public Action<int> CreateDataGradient<T>(int tile)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => CreateTiled<T>(WinogradSizes.Of(Sizes, tile).Backward);

    public Action<int> CreateWeightGradient<T>(int tile)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sizes = WinogradSizes.Of(Sizes, tile);
        (Buffer<T> x, Buffer<T> w, Buffer<T> y) = Operands<T>(Sizes.InputLength, Sizes.WeightLength, Sizes.OutputLength);
        int rows = Winograd.WeightGradientTileRows<T>(sizes);
        return n =>
        {
            for (int i = 0; i < n; i++)
            {
                Winograd.WeightGradient<T>(sizes, x.Span, y.Span, w.Span, 0, sizes.Channels, rows);
            }
        };
    }

    private static Action<int> CreateTiled<T>(WinogradSizes sizes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (Buffer<T> x, Buffer<T> w, Buffer<T> y) = Operands<T>(sizes.InputLength, sizes.WeightLength, sizes.OutputLength);
        int rows = Winograd.ForwardTileRows<T>(sizes);
        return n =>
        {
            for (int i = 0; i < n; i++)
            {
                for (int row = 0; row < sizes.TileRows; row += rows)
                {
                    Winograd.Forward<T>(sizes, x.Span, w.Span, [], y.Span, row, Math.Min(rows, sizes.TileRows - row));
                }
            }
        };
    }

    private static (Buffer<T> Input, Buffer<T> Weight, Buffer<T> Output) Operands<T>(int input, int weight, int output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => (AlignedValues.Normal<T>(input), AlignedValues.Normal<T>(weight), AlignedValues.Normal<T>(output));

    private static ConvolutionWorkload Of(int size, int channels, int outputs, int kernel, int stride, int padding)
    {
        var sizes = new ConvolutionSizes([32, size, size, channels], [kernel, kernel, channels, outputs], stride, padding);
        return new(FormattableString.Invariant($"{kernel}x{kernel}, {channels}→{outputs}, {size}x{size}→{sizes.OutputHeight}x{sizes.OutputWidth}"), sizes);
    }
}
