using System.Numerics;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Tests.Kernels;

public class BroadcastTests
{
    /// <summary>Shape; and for each operand, which axes it has.</summary>
    public static TheoryData<int[], bool[], bool[], bool[]> Shapes => new()
    {
        { [], [], [], [] },
        { [1], [true], [false], [true] },
        { [7], [true], [false], [false] },
        { [700], [false], [true], [true] },
        { [512, 2], [true, true], [false, true], [true, true] },
        { [512, 2], [true, true], [true, false], [false, true] },
        { [513, 3], [true, false], [false, true], [true, false] },
        { [300, 4], [false, true], [true, true], [false, false] },
        { [37, 5], [true, true], [false, false], [true, true] },
        { [9, 15], [true, true], [false, true], [true, false] },
        { [9, 16], [true, true], [false, true], [true, false] },
        { [5, 65], [true, true], [true, false], [false, true] },
        { [3, 1, 5], [true, true, true], [false, true, true], [true, true, false] },
        { [3, 4, 5], [true, false, true], [false, true, true], [true, true, false] },
        { [2, 3, 2, 2], [true, true, false, true], [false, true, true, false], [true, false, false, true] },
        { [2, 3, 40, 33], [true, false, true, true], [false, true, true, true], [true, false, false, false] },
        { [4, 0, 3], [true, true, true], [true, true, true], [true, true, true] },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Broadcasting_equals_indexing(int[] lengths, bool[] xAxes, bool[] yAxes, bool[] zAxes)
    {
        Check<float>();
        Check<double>();

        void Check<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            foreach (int spacing in new[] { 1, 3 })
            {
                (T[] x, int[] xStrides) = Operand<T>(lengths, xAxes, spacing, 1);
                (T[] y, int[] yStrides) = Operand<T>(lengths, yAxes, spacing, 2);
                (T[] z, int[] zStrides) = Operand<T>(lengths, zAxes, 1, 3);
                int count = lengths.Aggregate(1, (a, b) => a * b);
                var expected = new T[count];
                var expectedFused = new T[count];
                for (int i = 0; i < count; i++)
                {
                    (T a, T b, T c) = (x[Offset(i, lengths, xStrides)], y[Offset(i, lengths, yStrides)], z[Offset(i, lengths, zStrides)]);
                    expected[i] = a - b;
                    expectedFused[i] = FusedArithmetic.MultiplyAdd(a, b, c);
                }

                var actual = new T[count];
                Map.BroadcastBinary<T, SubtractOperator<T>>(x, xStrides, y, yStrides, lengths, actual);
                TestValues.AssertSameBits<T>(expected, actual, "x − y");
                Map.BroadcastTernary<T, MultiplyAddOperator<T>>(x, xStrides, y, yStrides, z, zStrides, lengths, actual);
                TestValues.AssertSameBits<T>(expectedFused, actual, "x·y + z");
            }
        }
    }

    [Fact]
    public void A_dense_operand_may_be_the_destination()
    {
        float[] x = TestValues.Spread<float>(1024, 1);
        float[] expected = x.Select((value, i) => value + (i % 2)).ToArray();
        Map.BroadcastBinary<float, AddOperator<float>>(x, [2, 1], [0, 1], [0, 1], [512, 2], x);
        TestValues.AssertSameBits<float>(expected, x, "in place");
    }

    [Fact]
    public void Strides_beyond_the_operand_are_refused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => Map.BroadcastBinary<float, AddOperator<float>>(new float[5], [2, 1], new float[2], [0, 1], [3, 2], new float[6]));
        Assert.Equal("x", error.ParamName);
        error = Assert.Throws<ArgumentException>(
            () => Map.BroadcastBinary<float, AddOperator<float>>(new float[6], [2, 1], new float[2], [1], [3, 2], new float[6]));
        Assert.Equal("y", error.ParamName);
        error = Assert.Throws<ArgumentException>(
            () => Map.BroadcastBinary<float, AddOperator<float>>(new float[6], [2, 1], new float[2], [0, 1], [3, 2], new float[5]));
        Assert.Equal("destination", error.ParamName);
    }

    private static (T[] Values, int[] Strides) Operand<T>(int[] lengths, bool[] axes, int spacing, int seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] strides = new int[lengths.Length];
        int step = spacing;
        for (int axis = lengths.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = axes[axis] ? step : 0;
            step *= axes[axis] ? lengths[axis] : 1;
        }

        return (TestValues.Spread<T>(Math.Max(step, 1), seed), strides);
    }

    private static int Offset(int index, int[] lengths, int[] strides)
    {
        int offset = 0;
        for (int axis = lengths.Length - 1; axis >= 0; axis--)
        {
            offset += index % lengths[axis] * strides[axis];
            index /= lengths[axis];
        }

        return offset;
    }
}
