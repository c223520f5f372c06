using System.Numerics;
using NeuralOde.Persistence;
using NeuralOde.Tensors;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>C [m, n] = A [m, k] · B [k, n], dense, row-major, nothing transposed, at the machine's widest vectors.</summary>
internal sealed record GemmWorkload(int M, int N, int K)
{
    public static IReadOnlyList<GemmWorkload> All { get; } =
        [Square(64), Square(128), Square(256), new(512, 128, 128), new(20, 64, 128), Square(512), Square(1024)];

    public double Operations => 2.0 * M * N * K;

    public string Name => FormattableString.Invariant($"{M}x{N}x{K}");

    public Action<int> Create<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new RandomSource(1);
        Buffer<T> a = AlignedValues.Zeros<T>(M * K), b = AlignedValues.Zeros<T>(K * N), c = AlignedValues.Zeros<T>(M * N);
        random.FillNormal(a.Span);
        random.FillNormal(b.Span);
        return n =>
        {
            for (int i = 0; i < n; i++)
            {
                Gemm.Multiply<T>(new(false, false, M, N, K), a.Span, b.Span, c.Span);
            }
        };
    }

    private static GemmWorkload Square(int n) => new(n, n, n);
}
