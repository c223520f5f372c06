using System.Numerics;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Tests.Kernels.LinearAlgebra;

public class GemmTests
{
    private static readonly int[] s_sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 20, 31, 32, 33, 40, 50, 64, 65, 100, 130];

    [Fact]
    public void Every_width_equals_the_plain_sum_in_float()
    {
        CheckWidth<float, Simd512<float>>();
        CheckWidth<float, Simd256<float>>();
        CheckWidth<float, Simd128<float>>();
        CheckWidth<float, SimdScalar<float>>();
    }

    [Fact]
    public void Every_width_equals_the_plain_sum_in_double()
    {
        CheckWidth<double, Simd512<double>>();
        CheckWidth<double, Simd256<double>>();
        CheckWidth<double, Simd128<double>>();
        CheckWidth<double, SimdScalar<double>>();
    }

    private static void CheckWidth<T, TVector>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
    {
        var random = new Random(1);
        int Size() => random.Next(3) == 0 ? s_sizes[random.Next(s_sizes.Length)] : random.Next(1, 41);
        for (int i = 0; i < 2000; i++)
        {
            var gemm = new GemmCase<T>(random.Next(2) == 1, random.Next(2) == 1, Size(), Size(), Size(), gap: random.Next(3) == 0 ? random.Next(1, 5) : 0, seed: i);
            gemm.Check(() => gemm.Multiply<TVector>(accumulate: false));
            var c = gemm.C.ToArray();
            gemm.Check(() => gemm.Multiply<TVector>(accumulate: true), (row, column) => c[(row * gemm.Ldc) + column]);
        }
    }
}
