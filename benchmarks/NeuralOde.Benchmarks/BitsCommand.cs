using System.Runtime.InteropServices;
using System.Security.Cryptography;
using NeuralOde.Tensors;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Benchmarks;

/// <summary><c>bits</c>: checksums of what kernels compute at each width of vectors, to compare two processors. Equal checksums are equal bits.</summary>
internal static class BitsCommand
{
    public static void Run()
    {
        Console.WriteLine($"{RuntimeInformation.ProcessArchitecture}, {SimdWidths.Best}");
        Console.WriteLine();
        Console.WriteLine("| kernel | scalar | 128 bits | the widest |");
        Console.WriteLine("| --- | --- | --- | --- |");
        Row<double>("random normal numbers, double", 1000, static (y, _) => new RandomSource(1).FillNormal(y));
        float[] x = Values(1 << 16);
        Row<float>("tanh", x.Length, (y, width) => Map.Unary<float, TanhOperator<float>>(x, y, width));
        Row<float>("exp", x.Length, (y, width) => Map.Unary<float, ExpOperator<float>>(x, y, width));
        Row<float>("sigmoid", x.Length, (y, width) => Map.Unary<float, SigmoidOperator<float>>(x, y, width));
        var product = new GemmShape(false, false, 65, 33, 129);
        Row<float>(
            "matrix product 65x33x129",
            65 * 33,
            (y, width) => Gemm.Multiply<float>(product, product.DenseSteps, x.AsSpan(0, 65 * 129), x.AsSpan(9000, 129 * 33), y, width: width));
        Images(new([2, 7, 6, 17], [3, 3, 17, 33], 1, 1), 3);
        Images(new([2, 13, 9, 17], [4, 4, 17, 33], 2, 1), Winograd.StridedTile);
    }

    private static void Images(ConvolutionSizes s, int tile)
    {
        float[] x = Values(s.InputLength), w = Values(s.WeightLength), g = Values(s.OutputLength);
        var tiled = WinogradSizes.Of(s, tile);
        string name = $"{s.KernelHeight}x{s.KernelWidth} convolution with stride {s.Stride}";
        Row<float>(name, s.OutputLength, (y, width) => Convolutions.Forward<float>(s, x, w, [], y, 0, s.Images * s.OutputHeight, width));
        Row<float>($"{name}, weight's gradient", s.WeightLength, (y, width) => Convolutions.WeightGradient<float>(s, x, g, y, 0, s.WeightLength / s.Outputs, width));
        Row<float>(
            $"{name}, tiles of {tile}",
            s.OutputLength,
            (y, width) =>
            {
                float[] transformed = new float[tiled.WeightLength];
                Winograd.TransformWeight<float>(tiled, w, transformed, width);
                Winograd.Forward<float>(tiled, x, transformed, [], y, 0, tiled.TileRows, width);
            });
    }

    private static void Row<T>(string name, int length, Action<T[], SimdWidth> compute)
        where T : unmanaged
    {
        string[] sums = Array.ConvertAll(new[] { SimdWidth.Scalar, SimdWidth.V128, SimdWidth.Best }, width =>
        {
            var result = new T[length];
            compute(result, width);
            return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(result.AsSpan())))[..16];
        });
        Console.WriteLine($"| {name} | {string.Join(" | ", sums)} |");
    }

    private static float[] Values(int length)
    {
        float[] values = new float[length];
        new RandomSource(1).FillNormal<float>(values);
        return values;
    }
}
