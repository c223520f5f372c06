using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Tensors.Kernels;

/// <summary>Convolution and its gradients as plain loops.</summary>
internal static class PlainConvolution
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward<T>(in ConvolutionSizes s, ReadOnlySpan<T> input, ReadOnlySpan<T> weight, Span<T> output, int firstRow, int rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = firstRow; row < firstRow + rows; row++)
        {
            (int image, int oy) = Math.DivRem(row, s.OutputHeight);
            Span<T> line = output.Slice(row * s.OutputWidth * s.Outputs, s.OutputWidth * s.Outputs);
            line.Clear();
            for (int ox = 0; ox < s.OutputWidth; ox++)
            {
                Span<T> pixel = line.Slice(ox * s.Outputs, s.Outputs);
                for (int tap = 0; tap < s.KernelHeight * s.KernelWidth; tap++)
                {
                    int y = (oy * s.Stride) + (tap / s.KernelWidth) - s.Padding;
                    int x = (ox * s.Stride) + (tap % s.KernelWidth) - s.Padding;
                    if ((uint)y < (uint)s.Height && (uint)x < (uint)s.Width)
                    {
                        int at = ((((image * s.Height) + y) * s.Width) + x) * s.Channels;
                        for (int c = 0; c < s.Channels; c++)
                        {
                            MultiplyAdd(input[at + c], weight.Slice(((tap * s.Channels) + c) * s.Outputs, s.Outputs), pixel);
                        }
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DataGradient<T>(in ConvolutionSizes s, ReadOnlySpan<T> cotangent, ReadOnlySpan<T> weight, Span<T> input, int firstRow, int rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = firstRow; row < firstRow + rows; row++)
        {
            (int image, int y) = Math.DivRem(row, s.Height);
            for (int x = 0; x < s.Width; x++)
            {
                Span<T> pixel = input.Slice(((row * s.Width) + x) * s.Channels, s.Channels);
                pixel.Clear();
                for (int tap = 0; tap < s.KernelHeight * s.KernelWidth; tap++)
                {
                    (int oy, int skippedRows) = Math.DivRem(y + s.Padding - (tap / s.KernelWidth), s.Stride);
                    (int ox, int skippedColumns) = Math.DivRem(x + s.Padding - (tap % s.KernelWidth), s.Stride);
                    if (skippedRows == 0 && skippedColumns == 0 && (uint)oy < (uint)s.OutputHeight && (uint)ox < (uint)s.OutputWidth)
                    {
                        ReadOnlySpan<T> from = cotangent.Slice(((((image * s.OutputHeight) + oy) * s.OutputWidth) + ox) * s.Outputs, s.Outputs);
                        for (int c = 0; c < s.Channels; c++)
                        {
                            ReadOnlySpan<T> w = weight.Slice(((tap * s.Channels) + c) * s.Outputs, s.Outputs);
                            for (int o = 0; o < w.Length; o++)
                            {
                                pixel[c] += from[o] * w[o];
                            }
                        }
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WeightGradient<T>(in ConvolutionSizes s, ReadOnlySpan<T> input, ReadOnlySpan<T> cotangent, Span<T> weight, int firstRow, int rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = firstRow; row < firstRow + rows; row++)
        {
            Span<T> sum = weight.Slice(row * s.Outputs, s.Outputs);
            sum.Clear();
            (int tap, int c) = Math.DivRem(row, s.Channels);
            for (int pixel = 0; pixel < s.Images * s.OutputHeight * s.OutputWidth; pixel++)
            {
                (int line, int ox) = Math.DivRem(pixel, s.OutputWidth);
                (int image, int oy) = Math.DivRem(line, s.OutputHeight);
                int y = (oy * s.Stride) + (tap / s.KernelWidth) - s.Padding;
                int x = (ox * s.Stride) + (tap % s.KernelWidth) - s.Padding;
                if ((uint)y < (uint)s.Height && (uint)x < (uint)s.Width)
                {
                    MultiplyAdd(input[(((((image * s.Height) + y) * s.Width) + x) * s.Channels) + c], cotangent.Slice(pixel * s.Outputs, s.Outputs), sum);
                }
            }
        }
    }

    private static void MultiplyAdd<T>(T scalar, ReadOnlySpan<T> row, Span<T> sum)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < row.Length; i++)
        {
            sum[i] += scalar * row[i];
        }
    }
}
