using System.Numerics;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Tests.Kernels;

public class LayoutTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 9)]
    [InlineData(9, 1)]
    [InlineData(16, 16)]
    [InlineData(17, 33)]
    [InlineData(50, 2)]
    [InlineData(100, 65)]
    [InlineData(0, 4)]
    public void Transpose_swaps_indices(int rows, int columns)
    {
        Check<float>();
        Check<double>();

        void Check<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T[] x = TestValues.Spread<T>(rows * columns, 1);
            var transposed = new T[x.Length];
            Layout.Transpose<T>(x, rows, columns, transposed);
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < columns; j++)
                {
                    Assert.Equal(x[(i * columns) + j], transposed[(j * rows) + i]);
                }
            }
        }
    }

    [Theory]
    [InlineData(new int[0], new int[0])]
    [InlineData(new[] { 20 }, new[] { 0 })]
    [InlineData(new[] { 20 }, new[] { 3 })]
    [InlineData(new[] { 30, 40 }, new[] { 1, 30 })]
    [InlineData(new[] { 30, 2 }, new[] { 2, 1 })]
    [InlineData(new[] { 30, 3 }, new[] { 0, 5 })]
    [InlineData(new[] { 30, 4 }, new[] { 1, 30 })]
    [InlineData(new[] { 4, 3, 5 }, new[] { 5, 20, 1 })]
    [InlineData(new[] { 4, 3, 5 }, new[] { 1, 4, 12 })]
    [InlineData(new[] { 2, 17, 19, 3 }, new[] { 969, 1, 17, 323 })]
    [InlineData(new[] { 2, 0, 3 }, new[] { 1, 1, 1 })]
    public void Strided_copy_equals_indexing(int[] lengths, int[] strides)
    {
        int reach = lengths.Zip(strides, (n, s) => Math.Max(n - 1, 0) * s).Sum() + 1;
        double[] x = TestValues.Spread<double>(reach, 1);
        int count = lengths.Aggregate(1, (a, b) => a * b);
        double[] copy = new double[count];
        Layout.StridedCopy<double>(x, strides, lengths, copy);
        for (int i = 0; i < count; i++)
        {
            (int rest, int offset) = (i, 0);
            for (int axis = lengths.Length - 1; axis >= 0; axis--)
            {
                offset += rest % lengths[axis] * strides[axis];
                rest /= lengths[axis];
            }

            Assert.Equal(x[offset], copy[i]);
        }
    }
}
