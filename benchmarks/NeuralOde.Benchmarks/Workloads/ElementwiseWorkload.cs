using System.Numerics;
using NeuralOde.Tensors;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>Elementary functions on 1,000 elements that stay in the cache: arguments from N(0, 2²), for the logarithm from [0.1, 10).</summary>
internal static class ElementwiseWorkload
{
    public const int Length = 1000;

    public static IReadOnlyList<string> Names { get; } = ["tanh", "exp", "sigmoid", "log", "elu"];

    public static Action<int> Create<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => name switch
        {
            "tanh" => Create<T, TanhOperator<T>>(positive: false),
            "exp" => Create<T, ExpOperator<T>>(positive: false),
            "sigmoid" => Create<T, SigmoidOperator<T>>(positive: false),
            "log" => Create<T, LogOperator<T>>(positive: true),
            "elu" => Create<T, EluOperator<T>>(positive: false),
            _ => throw new ArgumentException($"There is no function '{name}'; functions are {string.Join(", ", Names)}.", nameof(name)),
        };

    private static Action<int> Create<T, TOperator>(bool positive)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IUnaryOperator<T>
    {
        DType dtype = typeof(T) == typeof(float) ? DType.Float32 : DType.Float64;
        var random = new RandomSource(2);
        Buffer<T> x = AlignedValues.Of((positive ? random.Uniform([Length], 0.1, 10, dtype) : random.Normal([Length], 0, 2, dtype)).AsSpan<T>());
        Buffer<T> y = AlignedValues.Zeros<T>(Length);
        return n =>
        {
            for (int i = 0; i < n; i++)
            {
                Map.Unary<T, TOperator>(x.Span, y.Span);
            }
        };
    }
}
