using System.Numerics;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Tests.Kernels.LinearAlgebra;

public class GemmTests
{
    // Around the sizes of tiles, 1 to 8 rows, and of vectors, 1 to 16 lanes.
    private static readonly int[] s_rows = [1, 2, 3, 4, 5, 8, 9, 13, 15];
    private static readonly int[] s_columns = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33];
    private static readonly int[] s_terms = [1, 2, 3, 5, 8, 16, 17];

    private static readonly (bool A, bool B)[] s_forms = [(false, false), (false, true), (true, false), (true, true)];

    public static TheoryData<bool, string> TypesAndWidths
    {
        get
        {
            var data = new TheoryData<bool, string>();
            foreach (string width in Enum.GetNames<SimdWidth>())
            {
                data.Add(false, width);
                data.Add(true, width);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(TypesAndWidths))]
    public void Every_small_shape_in_every_form_equals_the_plain_sum(bool inDouble, string width)
    {
        Run(inDouble, new SmallShapes(Enum.Parse<SimdWidth>(width)));
    }

    [Theory]
    [MemberData(nameof(TypesAndWidths))]
    public void Parts_of_wider_matrices_are_multiplied_in_place(bool inDouble, string width)
    {
        Run(inDouble, new Parts(Enum.Parse<SimdWidth>(width)));
    }

    [Theory]
    [MemberData(nameof(TypesAndWidths))]
    public void Bias_activation_and_gradient_follow_the_product(bool inDouble, string width)
    {
        Run(inDouble, new Layers(Enum.Parse<SimdWidth>(width)));
    }

    [Theory]
    [MemberData(nameof(TypesAndWidths))]
    public void Products_over_several_cache_blocks_equal_the_plain_sum(bool inDouble, string width)
    {
        Run(inDouble, new LargeShapes(Enum.Parse<SimdWidth>(width)));
    }

    [Theory]
    [MemberData(nameof(TypesAndWidths))]
    public void A_product_without_terms_is_its_start(bool inDouble, string width)
    {
        Run(inDouble, new EmptyShapes(Enum.Parse<SimdWidth>(width)));
    }

    [Theory]
    [MemberData(nameof(TypesAndWidths))]
    public void A_NaN_reaches_exactly_the_elements_that_depend_on_it(bool inDouble, string width)
    {
        Run(inDouble, new Poison(Enum.Parse<SimdWidth>(width)));
    }

    [Theory]
    [MemberData(nameof(TypesAndWidths))]
    public void Rows_can_be_shared_out_without_changing_a_bit(bool inDouble, string width)
    {
        Run(inDouble, new SharedRows(Enum.Parse<SimdWidth>(width)));
    }

    [Fact]
    public void Nothing_is_allocated_once_a_shape_has_been_seen()
    {
        var rounds = new List<Action>();
        foreach ((bool transposeA, bool transposeB) in s_forms)
        {
            foreach ((int m, int n, int k) in new[] { (1, 16, 16), (20, 2, 50), (50, 2, 20), (20, 50, 50), (300, 300, 300) })
            {
                var gemm = new GemmCase<float>(transposeA, transposeB, m, n, k);
                rounds.Add(() => gemm.Multiply(SimdWidths.Best));
            }
        }

        Assert.Equal(0, Allocation.InSteadyState(() => RunAll(rounds)));
    }

    [Fact]
    public void Bad_arguments_are_named()
    {
        float[] x = new float[6];
        Assert.Equal("k", Assert.Throws<ArgumentOutOfRangeException>(() => Gemm.Multiply<float>(new(false, false, 2, 2, -1), x, x, x)).ParamName);
        Assert.Equal("a", Assert.Throws<ArgumentException>(() => Gemm.Multiply<float>(new(false, false, 7, 1, 1), x, x, new float[7])).ParamName);
        Assert.Equal("b", Assert.Throws<ArgumentException>(() => Gemm.Multiply<float>(new(false, true, 1, 3, 3), x, x, x)).ParamName);
        Assert.Equal("c", Assert.Throws<ArgumentException>(() => Gemm.Multiply<float>(new(true, false, 3, 3, 1), x, x, x)).ParamName);
        Assert.Equal("lda", Assert.Throws<ArgumentOutOfRangeException>(() => Gemm.Multiply<float>(new(false, false, 2, 1, 3), new(2, 1, 1), x, x, x)).ParamName);
        Assert.Equal(
            "bias", Assert.Throws<ArgumentException>(() => Gemm.MultiplyBiasActivate<float, TanhOperator<float>>(new(false, false, 2, 2, 2), x, x, new float[3], x)).ParamName);
        Assert.Equal(
            "y",
            Assert.Throws<ArgumentException>(
                () => Gemm.MultiplyActivationGradient<float, TanhGradientOperator<float>>(new(false, false, 2, 2, 2), x, x, new float[3], x)).ParamName);
    }

    private static void RunAll(List<Action> rounds)
    {
        foreach (Action round in rounds)
        {
            round();
        }
    }

    private static void Run(bool inDouble, ILaw law)
    {
        if (inDouble)
        {
            law.Check<double>();
        }
        else
        {
            law.Check<float>();
        }
    }

    /// <summary>What must hold in either type.</summary>
    private interface ILaw
    {
        void Check<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>;
    }

    private sealed record SmallShapes(SimdWidth Width) : ILaw
    {
        public void Check<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            foreach (int m in s_rows)
            {
                foreach (int n in s_columns)
                {
                    foreach (int k in s_terms)
                    {
                        foreach ((bool transposeA, bool transposeB) in s_forms)
                        {
                            var gemm = new GemmCase<T>(transposeA, transposeB, m, n, k);
                            gemm.CheckMultiply(Width);
                            gemm.CheckAccumulate(Width);
                        }
                    }
                }
            }
        }
    }

    private sealed record Parts(SimdWidth Width) : ILaw
    {
        public void Check<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var random = new Random(7);
            for (int i = 0; i < 500; i++)
            {
                (bool transposeA, bool transposeB) = s_forms[random.Next(4)];
                var gemm = new GemmCase<T>(transposeA, transposeB, random.Next(1, 41), random.Next(1, 41), random.Next(1, 41), gap: random.Next(1, 6));
                gemm.CheckMultiply(Width);
                gemm.CheckAccumulate(Width);
            }
        }
    }

    private sealed record Layers(SimdWidth Width) : ILaw
    {
        public void Check<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            foreach ((bool transposeA, bool transposeB) in s_forms)
            {
                (int, int, int)[] sizes =
                [
                    (1, 16, 2), (1, 2, 16), (20, 50, 2), (20, 2, 50), (50, 2, 20), (3, 4, 5),
                    (33, 65, 17), (2, 1, 40), (40, 3, 1), (131, 2, 37), (70, 1, 9), (9, 140, 515),
                ];
                foreach ((int m, int n, int k) in sizes)
                {
                    var gemm = new GemmCase<T>(transposeA, transposeB, m, n, k);
                    gemm.CheckBias(Width);
                    gemm.CheckBiasTanh(Width);
                    gemm.CheckTanhGradient(Width);
                }
            }
        }
    }

    private sealed record LargeShapes(SimdWidth Width) : ILaw
    {
        public void Check<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            foreach ((bool transposeA, bool transposeB) in s_forms)
            {
                foreach ((int m, int n, int k) in new[] { (200, 129, 513), (5, 2051, 33), (1030, 2, 37), (1030, 3, 5), (4, 300, 300), (70, 257, 300) })
                {
                    var gemm = new GemmCase<T>(transposeA, transposeB, m, n, k, gap: 3);
                    if (transposeA)
                    {
                        gemm.CheckAccumulate(Width);
                    }
                    else
                    {
                        gemm.CheckMultiply(Width);
                    }
                }
            }
        }
    }

    private sealed record EmptyShapes(SimdWidth Width) : ILaw
    {
        public void Check<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            foreach ((bool transposeA, bool transposeB) in s_forms)
            {
                foreach ((int m, int n, int k) in new[] { (0, 0, 0), (0, 5, 3), (5, 0, 3), (1, 1, 0), (5, 3, 0), (20, 2, 0), (1, 40, 0), (300, 300, 0) })
                {
                    var gemm = new GemmCase<T>(transposeA, transposeB, m, n, k);
                    gemm.CheckAccumulate(Width);
                    gemm.CheckBiasTanh(Width);
                    gemm.CheckMultiply(Width);
                }
            }
        }
    }

    private sealed record Poison(SimdWidth Width) : ILaw
    {
        public void Check<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            foreach ((bool transposeA, bool transposeB) in s_forms)
            {
                foreach ((int m, int n, int k) in new[] { (1, 17, 5), (7, 2, 19), (9, 20, 33), (5, 300, 300) })
                {
                    var gemm = new GemmCase<T>(transposeA, transposeB, m, n, k);
                    int row = m / 2;
                    int column = n - 1;
                    int term = k - 1;
                    gemm.B.Fill(T.Zero);
                    gemm.A[transposeA ? (term * m) + row : (row * k) + term] = T.NaN;
                    gemm.B[transposeB ? (column * k) + 1 : n + column] = T.NaN;
                    gemm.Multiply(Width);
                    for (int i = 0; i < m; i++)
                    {
                        for (int j = 0; j < n; j++)
                        {
                            Assert.True(T.IsNaN(gemm.C[(i * n) + j]) == (i == row || j == column), $"{gemm}, ({i}, {j})");
                        }
                    }
                }
            }
        }
    }

    /// <summary>Any share of more rows than the kernels for few rows take, so that a product can be split over threads.</summary>
    private sealed record SharedRows(SimdWidth Width) : ILaw
    {
        public void Check<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            foreach ((bool transposeA, bool transposeB) in s_forms)
            {
                foreach ((int n, int k) in new[] { (1, 40), (2, 50), (3, 7), (4, 20), (16, 16), (50, 20), (70, 300), (300, 300) })
                {
                    const int M = 41;
                    var gemm = new GemmCase<T>(transposeA, transposeB, M, n, k);
                    gemm.Multiply(Width);
                    var shared = new T[M * n];
                    int lda = transposeA ? M : k;
                    foreach ((int row, int rows) in new[] { (0, 5), (5, 16), (21, 20) })
                    {
                        Span<T> a = gemm.A[(transposeA ? row : row * k)..];
                        Gemm.Multiply<T>(new(transposeA, transposeB, rows, n, k), new(lda, transposeB ? k : n, n), a, gemm.B, shared.AsSpan(row * n), accumulate: false, Width);
                    }

                    Assert.True(gemm.C.SequenceEqual(shared), gemm.ToString());
                }
            }
        }
    }
}
