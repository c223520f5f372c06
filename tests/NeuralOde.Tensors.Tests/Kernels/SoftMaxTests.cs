using System.Numerics;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Tests.Kernels;

public class SoftMaxTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(1000)]
    public void Rows_equal_the_definition(int columns)
    {
        Check<float>(Math.Pow(2, -24));
        Check<double>(Math.Pow(2, -53));

        void Check<T>(double roundoff)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            const int Rows = 5;
            T[] x = TestValues.Spread<T>(Rows * columns, 3, 2);
            var softmax = new T[x.Length];
            var log = new T[x.Length];
            var sums = new T[Rows];
            SoftMaxKernels.Invoke<T>(x, Rows, columns, softmax);
            SoftMaxKernels.Log<T>(x, Rows, columns, log);
            SoftMaxKernels.LogSumExp<T>(x, Rows, columns, sums);
            for (int row = 0; row < Rows; row++)
            {
                double[] values = x.Skip(row * columns).Take(columns).Select(v => double.CreateTruncating(v)).ToArray();
                double sum = Math.Log(values.Sum(Math.Exp));

                // The exponents are at most 8 apart, so their roundings weigh up to 8; the rest is a few operations and the sum.
                Assert.Equal(sum, double.CreateTruncating(sums[row]), 64 * roundoff * (1 + Math.Abs(sum)));
                for (int i = 0; i < columns; i++)
                {
                    double expected = Math.Exp(values[i] - sum);
                    Assert.Equal(expected, double.CreateTruncating(softmax[(row * columns) + i]), 64 * roundoff * expected);
                    Assert.Equal(values[i] - sum, double.CreateTruncating(log[(row * columns) + i]), 64 * roundoff * (1 + Math.Abs(sum) + Math.Abs(values[i])));
                }
            }
        }
    }

    [Fact]
    public void Large_inputs_do_not_overflow()
    {
        float[] x = [1000, 1000, -1000, 1000];
        float[] y = new float[4];
        SoftMaxKernels.Invoke<float>(x, 1, 4, y);
        Assert.Equal([1 / 3f, 1 / 3f, 0, 1 / 3f], y);
        SoftMaxKernels.LogSumExp<float>(x, 1, 4, y);
        Assert.Equal((float)(1000 + Math.Log(3)), y[0]);
    }

    [Fact]
    public void Infinite_inputs_have_their_limits()
    {
        float infinity = float.PositiveInfinity;
        float[] x = [-infinity, -infinity, 0, -infinity, 0, infinity, float.NaN, 0];
        float[] y = new float[4];
        SoftMaxKernels.LogSumExp<float>(x, 4, 2, y);
        Assert.Equal([-infinity, 0, infinity, float.NaN], y);
        SoftMaxKernels.Invoke<float>(x.AsSpan(2, 2), 1, 2, y);
        Assert.Equal([1, 0], y[..2]);
        SoftMaxKernels.Invoke<float>(x.AsSpan(0, 2), 1, 2, y);
        Assert.All(y[..2], value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void Rows_without_elements_are_refused()
        => Assert.Throws<ArgumentException>(() => SoftMaxKernels.Invoke<float>([], 2, 0, []));
}
