namespace NeuralOde.Tensors.Tests;

/// <content>Convolution and pooling of images.</content>
internal static partial class OperationCases
{
    private static IEnumerable<OperationCase> Images()
    {
        // Input, weight, stride, padding: odd sizes, kernels that are not square, strides that leave a rest, padding up to the kernel and beyond it.
        (int[] Input, int[] Weight, int Stride, int Padding)[] convolutions =
        [
            ([2, 4, 5, 3], [3, 3, 3, 2], 1, 1),
            ([1, 5, 4, 2], [3, 3, 2, 3], 1, 0),
            ([2, 5, 6, 2], [4, 4, 2, 3], 2, 1),
            ([1, 6, 5, 1], [3, 2, 1, 4], 2, 0),
            ([1, 7, 5, 2], [2, 3, 2, 1], 3, 1),
            ([1, 4, 4, 2], [1, 1, 2, 3], 1, 0),
            ([1, 4, 5, 2], [1, 1, 2, 2], 2, 0),
            ([1, 3, 3, 2], [1, 1, 2, 2], 1, 1),
            ([1, 5, 5, 1], [2, 2, 1, 2], 3, 0),
            ([1, 3, 4, 2], [3, 3, 2, 2], 1, 3),
            ([1, 4, 3, 1], [5, 5, 1, 2], 1, 2),
            ([1, 4, 4, 1], [4, 4, 1, 1], 1, 2),
            ([2, 1, 1, 3], [3, 3, 3, 2], 1, 1),
            ([1, 3, 1, 2], [3, 3, 2, 2], 2, 1),
            ([3, 3, 3, 2], [3, 3, 2, 2], 1, 0),
        ];
        foreach ((int[] input, int[] weight, int stride, int padding) in convolutions)
        {
            string sizes = $"[{string.Join(",", input)}] [{string.Join(",", weight)}] stride {stride} padding {padding}";
            yield return Two($"convolution {sizes}", input, weight, (x, w) => x.Convolution2d(w, stride, padding), (x, w) => x.Convolve(w, stride, padding)) with
            {
                Domain = (-1, 1),
                Ulps = (weight[0] * weight[1] * weight[2]) + 1,
                Scale = x => x[0].Map(Math.Abs).Convolve(x[1].Map(Math.Abs), stride, padding),
            };
        }

        (int[] Input, int Size, int Stride, int Padding)[] poolings =
        [
            ([2, 4, 6, 3], 2, 2, 0), ([1, 5, 5, 2], 3, 2, 1), ([1, 5, 4, 2], 3, 1, 1), ([1, 7, 5, 1], 2, 3, 0), ([2, 3, 3, 2], 1, 1, 0)
        ];
        foreach ((int[] input, int size, int stride, int padding) in poolings)
        {
            string sizes = $"{size} of [{string.Join(",", input)}] stride {stride} padding {padding}";
            yield return One($"max pool {sizes}", input, x => x.MaxPool2d(size, stride, padding), x => x.PoolWindows(size, stride, padding, v => v.Max()));
            yield return One(
                $"average pool {sizes}", input, x => x.AveragePool2d(size, stride, padding), x => x.PoolWindows(size, stride, padding, v => v.Sum() / (size * size))) with
            {
                Ulps = (size * size) + 1,
                Scale = x => x[0].Map(Math.Abs).PoolWindows(size, stride, padding, v => v.Sum() / (size * size)),
            };
        }

        foreach ((int[] input, int height, int width) in new (int[], int, int)[] { ([2, 4, 6, 3], 2, 3), ([1, 5, 7, 2], 3, 2), ([2, 3, 2, 3], 1, 1), ([1, 2, 3, 2], 4, 3) })
        {
            yield return One(
                $"adaptive average pool {height}x{width} of [{string.Join(",", input)}]", input, x => x.AdaptiveAveragePool2d(height, width), x => Adaptive(x, height, width)) with
            {
                Ulps = (input[1] * input[2]) + 1,
                Scale = x => Adaptive(x[0].Map(Math.Abs), height, width),
            };
        }

        yield return One("max pool by default", [1, 5, 4, 2], x => x.MaxPool2d(2), x => x.PoolWindows(2, 2, 0, v => v.Max()));
    }

    private static Dense Adaptive(Dense x, int height, int width)
    {
        int[] n = x.Lengths;
        return Dense.Make([n[0], height, width, n[3]], i =>
        {
            (int top, int bottom) = ((int)Math.Floor((double)i[1] * n[1] / height), (int)Math.Ceiling((i[1] + 1.0) * n[1] / height));
            (int left, int right) = ((int)Math.Floor((double)i[2] * n[2] / width), (int)Math.Ceiling((i[2] + 1.0) * n[2] / width));
            return x.Window(i[0], i[3], top, bottom - top, left, right - left).Average();
        });
    }
}
