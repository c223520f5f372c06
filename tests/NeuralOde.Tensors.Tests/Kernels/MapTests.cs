using System.Numerics;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Tests.Kernels;

public class MapTests
{
    private const int Guard = 3;

    public static TheoryData<string> UnaryNames => [.. Operators<float>.Unary.Keys];

    public static TheoryData<string> BinaryNames => [.. Operators<float>.Binary.Keys];

    public static TheoryData<string> ExactUnaryNames => ["negate", "abs", "sign", "square", "cube", "sqrt", "reciprocal", "relu", "step"];

    public static TheoryData<string> ExactBinaryNames =>
        [.. Operators<float>.Binary.Keys.Where(name => name is not ("softplusGradient" or "siluGradient" or "geluGradient" or "geluTanhGradient"))];

    [Theory]
    [MemberData(nameof(UnaryNames))]
    public void Every_width_length_and_alignment_gives_the_same_bits(string name)
    {
        Check<float>(name);
        Check<double>(name);

        static void Check<T>(string name)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            global::NeuralOde.Tensors.Tests.Kernels.UnaryKernel<T> kernel = Operators<T>.Unary[name];
            foreach (int length in TestValues.Lengths)
            {
                T[] x = TestValues.Mixed<T>(length, length);
                var expected = new T[length];
                for (int i = 0; i < length; i++)
                {
                    kernel(x.AsSpan(i, 1), expected.AsSpan(i, 1), SimdWidth.Scalar);
                }

                foreach (SimdWidth width in TestValues.AllWidths)
                {
                    AssertOnlyDestinationIsWritten(x, expected, (from, to) => kernel(from, to, width), $"{name}, {width}, length {length}");
                    var inPlace = (T[])x.Clone();
                    kernel(inPlace, inPlace, width);
                    TestValues.AssertSameBits<T>(expected, inPlace, $"{name} in place, {width}, length {length}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(BinaryNames))]
    public void Every_width_gives_the_same_bits_with_two_operands(string name)
    {
        Check<float>(name);
        Check<double>(name);

        static void Check<T>(string name)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            global::NeuralOde.Tensors.Tests.Kernels.BinaryKernel<T> kernel = Operators<T>.Binary[name];
            foreach (int length in TestValues.Lengths)
            {
                T[] x = TestValues.Mixed<T>(length, length);
                T[] y = TestValues.Mixed<T>(length, length + 1000);
                var expected = new T[length];
                for (int i = 0; i < length; i++)
                {
                    kernel(x.AsSpan(i, 1), y.AsSpan(i, 1), expected.AsSpan(i, 1), SimdWidth.Scalar);
                }

                foreach (SimdWidth width in TestValues.AllWidths)
                {
                    AssertOnlyDestinationIsWritten(x, expected, (from, to) => kernel(from, y, to, width), $"{name}, {width}, length {length}");
                    var inPlace = (T[])y.Clone();
                    kernel(x, inPlace, inPlace, width);
                    TestValues.AssertSameBits<T>(expected, inPlace, $"{name} into y, {width}, length {length}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(ExactUnaryNames))]
    public void Single_operations_are_exactly_those_of_the_language(string name)
    {
        Check<float>(name);
        Check<double>(name);

        static void Check<T>(string name)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T[] x = TestValues.Mixed<T>(500, 1);
            var y = new T[x.Length];
            Operators<T>.Unary[name](x, y, SimdWidths.Best);
            TestValues.AssertSameBits<T>([.. x.Select(value => Operators<T>.Exact(name, value))], y, name);
        }
    }

    [Theory]
    [MemberData(nameof(ExactBinaryNames))]
    public void Operations_of_two_operands_are_exactly_those_of_the_language(string name)
    {
        Check<float>(name);
        Check<double>(name);

        static void Check<T>(string name)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T[] x = TestValues.Mixed<T>(2000, 1);
            T[] y = TestValues.Mixed<T>(2000, 2);
            for (int i = 0; i < 50; i++)
            {
                y[i] = x[i];
            }

            var z = new T[x.Length];
            Operators<T>.Binary[name](x, y, z, SimdWidths.Best);
            TestValues.AssertSameBits<T>([.. x.Zip(y, (a, b) => Operators<T>.Exact(name, a, b))], z, name);
        }
    }

    [Fact]
    public void A_scalar_operand_is_one_repeated_element()
    {
        Check<float>();
        Check<double>();

        static void Check<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            foreach (int length in TestValues.Lengths)
            {
                T[] x = TestValues.Mixed<T>(length, length);
                T scalar = T.CreateTruncating(-2.7);
                T[] right = x.Select(value => value - scalar).ToArray();
                T[] left = x.Select(value => scalar - value).ToArray();
                foreach (SimdWidth width in TestValues.AllWidths)
                {
                    string context = $"{width}, length {length}";
                    AssertOnlyDestinationIsWritten(x, right, (from, to) => Map.BinaryScalarRight<T, SubtractOperator<T>>(from, scalar, to, width), context);
                    AssertOnlyDestinationIsWritten(x, left, (from, to) => Map.BinaryScalarLeft<T, SubtractOperator<T>>(scalar, from, to, width), context);
                }
            }
        }
    }

    [Fact]
    public void Operators_of_three_operands_choose_and_fuse()
    {
        Check<float>();
        Check<double>();

        static void Check<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            foreach (int length in TestValues.Lengths)
            {
                T[] x = TestValues.Mixed<T>(length, length);
                T[] y = TestValues.Mixed<T>(length, length + 1);
                T[] z = TestValues.Mixed<T>(length, length + 2);
                T[] where = x.Select((c, i) => c != T.Zero ? y[i] : z[i]).ToArray();
                T[] fused = x.Select((a, i) => FusedArithmetic.MultiplyAdd(a, y[i], z[i])).ToArray();
                foreach (SimdWidth width in TestValues.AllWidths)
                {
                    string context = $"{width}, length {length}";
                    AssertOnlyDestinationIsWritten(x, where, (from, to) => Map.Ternary<T, WhereOperator<T>>(from, y, z, to, width), context);
                    AssertOnlyDestinationIsWritten(x, fused, (from, to) => Map.Ternary<T, MultiplyAddOperator<T>>(from, y, z, to, width), context);
                }
            }
        }
    }

    [Fact]
    public void Any_of_three_operands_may_be_a_single_element()
    {
        Check<float, PairOperator<float, MultiplyOperator<float>, AddOperator<float>>>(static (x, y, z) => (x * y) + z);
        Check<double, PairOperator<double, MultiplyOperator<double>, SubtractOperator<double>>>(static (x, y, z) => (x * y) - z);
        Check<float, PairOperator<float, SubtractOperator<float>, ReverseSubtractOperator<float>>>(static (x, y, z) => z - (x - y));
        Check<double, PairOperator<double, AddOperator<double>, MultiplyOperator<double>>>(static (x, y, z) => (x + y) * z);
        Check<float, WhereOperator<float>>(static (x, y, z) => x != 0 ? y : z);
        Check<double, WhereOperator<double>>(static (x, y, z) => x != 0 ? y : z);

        static void Check<T, TOperator>(Func<T, T, T, T> function)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TOperator : struct, ITernaryOperator<T>
        {
            foreach (int length in TestValues.Lengths)
            {
                for (int streams = 1; streams < 8; streams++)
                {
                    T[][] operands = [.. Enumerable.Range(0, 3).Select(i => (streams >> i & 1) != 0 ? TestValues.Mixed<T>(length, length + i) : [T.CreateTruncating(0.3 + i)])];
                    T At(int operand, int i) => operands[operand][operands[operand].Length == 1 ? 0 : i];
                    T[] expected = [.. Enumerable.Range(0, length).Select(i => function(At(0, i), At(1, i), At(2, i)))];
                    foreach (SimdWidth width in TestValues.AllWidths)
                    {
                        for (int written = -1; written < 3; written++)
                        {
                            // Into memory of its own, or over an operand of the same length.
                            if (written < 0 || (streams >> written & 1) != 0)
                            {
                                TestValues.AssertSameBits<T>(
                                    expected, Run<T, TOperator>(operands, streams, written, length, width),
                                    $"{typeof(TOperator)}, {width}, length {length}, streams {streams}, over {written}");
                            }
                        }
                    }
                }
            }
        }

        static unsafe T[] Run<T, TOperator>(T[][] operands, int streams, int written, int length, SimdWidth width)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TOperator : struct, ITernaryOperator<T>
        {
            T mark = T.CreateTruncating(-12345);
            T[][] memory = [.. operands.Append(new T[length]).Select(x => (T[])[mark, .. x, mark])];
            T[] destination = memory[written < 0 ? 3 : written];
            fixed (T* x = memory[0], y = memory[1], z = memory[2], to = destination)
            {
                Map.Ternary<T, TOperator>(x + 1, y + 1, z + 1, streams, to + 1, length, width);
            }

            Assert.All(memory, x => Assert.Equal((mark, mark), (x[0], x[^1])));
            return destination[1..^1];
        }
    }

    [Fact]
    public void An_input_shorter_than_the_destination_is_named()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Map.Unary<float, AbsOperator<float>>(new float[3], new float[4]));
        Assert.Equal("x", error.ParamName);
        Assert.Contains("3", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(() => Map.Binary<float, AddOperator<float>>(new float[4], new float[3], new float[4]));
        Assert.Equal("y", error.ParamName);
    }

    private delegate void SpanAction<T>(ReadOnlySpan<T> x, Span<T> destination);

    /// <summary>Runs on slices at odd offsets, with guards on both sides of the destination.</summary>
    private static void AssertOnlyDestinationIsWritten<T>(T[] x, T[] expected, SpanAction<T> kernel, string context)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T mark = T.CreateTruncating(-12345);
        var source = new T[x.Length + 1];
        x.CopyTo(source, 1);
        var destination = new T[x.Length + (2 * Guard)];
        Array.Fill(destination, mark);
        kernel(source.AsSpan(1), destination.AsSpan(Guard, x.Length));
        TestValues.AssertSameBits<T>(expected, destination.AsSpan(Guard, x.Length), context);
        Assert.All(destination[..Guard].Concat(destination[^Guard..]), value => Assert.Equal(mark, value));
    }
}
