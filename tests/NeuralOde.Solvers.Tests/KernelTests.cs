using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using NeuralOde.Vectors;

namespace NeuralOde.Solvers.Tests;

public class KernelTests
{
    // Each width against the scalar loop: the vectors run in software where the hardware lacks them, so all are tested everywhere.
    [Fact]
    public void Every_width_combines_rows_as_the_scalar_loop_does_in_double() => Check_combine<double>(1e-15);

    [Fact]
    public void Every_width_combines_rows_as_the_scalar_loop_does_in_float() => Check_combine<float>(1e-6);

    [Fact]
    public void Every_width_sums_the_scaled_error_as_the_scalar_loop_does_in_double() => Check_error<double>(1e-13);

    [Fact]
    public void Every_width_sums_the_scaled_error_as_the_scalar_loop_does_in_float() => Check_error<float>(1e-4);

    [Fact]
    public void Dot_equals_a_plain_sum_for_every_length()
        => Assert.All(Enumerable.Range(0, 70), length =>
        {
            double[] x = [.. Enumerable.Range(0, length).Select(i => Math.Sin(i))], y = [.. x.Select(v => (2 * v) + 0.5)];
            Assert.Equal(x.Zip(y, (a, b) => a * b).Sum(), Reductions.Dot<double>(x, y), 1e-13);
        });

    [Fact]
    public void Combination_of_any_number_of_rows_equals_plain_loops_and_writes_nothing_beyond()
        => Prop.ForAll(Gen.Choose(0, 19).ToArbitrary(), Gen.Choose(0, 90).ToArbitrary(), (terms, length) =>
        {
            RowMemory<double> rows = Rows<double>(terms + 2, Math.Max(1, length));
            double[] weights = [.. Enumerable.Range(0, terms).Select(j => Math.Cos(j))];
            int[] indices = [.. Enumerable.Range(0, terms)];
            double[] destination = new double[length + 1];
            destination[length] = 42;
            bool finite = CombineKernel.Run(ref rows.Start, rows.Offsets, indices, weights, 0.7, ref rows[terms], ref destination[0], length);
            Assert.True(finite);
            Assert.Equal(42, destination[length]);
            for (int i = 0; i < length; i++)
            {
                double expected = rows.Row(terms, length)[i];
                for (int j = 0; j < terms; j++)
                {
                    expected += 0.7 * weights[j] * rows.Row(j, length)[i];
                }

                Assert.Equal(expected, destination[i], 1e-13);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_value_that_is_not_finite_is_found_in_any_place()
    {
        foreach (double bad in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity })
        {
            for (int place = 0; place < 29; place++)
            {
                RowMemory<double> rows = Rows<double>(12, 29);
                rows.Row(2, 29)[place] = bad;
                Assert.Equal(place, Reductions.FirstNotFinite<double>(rows.Row(2, 29)));
                Assert.Equal(-1, Reductions.FirstNotFinite<double>(rows.Row(1, 29)));
                Assert.False(CombineKernel.Run(ref rows.Start, rows.Offsets, [0, 1, 2], [1, 1, 1], 1, ref rows[10], ref rows[11], 29));

                // More rows than one pass takes: the bad one is in the first pass.
                Assert.False(CombineKernel.Run(ref rows.Start, rows.Offsets, [0, 1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 1, 1, 1, 1, 1, 1, 1], 1, ref rows[10], ref rows[11], 29));
            }
        }
    }

    private static void Check_combine<T>(double relative)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Length = 50;
        RowMemory<T> rows = Rows<T>(6, Length);
        int[] indices = [3, 0, 1, 2];
        double[] weights = [0.3, -0.7, 1.1, 0.2];
        T[] expected = Combine<SimdScalar<T>>();
        Compare(Combine<Simd128<T>>());
        Compare(Combine<Simd256<T>>());
        Compare(Combine<Simd512<T>>());

        unsafe T[] Combine<TVector>()
            where TVector : struct, ISimdVector<TVector, T>
        {
            var destination = new T[Length];
            T[] scaled = [.. weights.Select(w => T.CreateTruncating(0.9 * w))];
            fixed (int* index = indices)
            fixed (T* weight = scaled, to = destination)
            {
                Assert.True(CombineKernel.Loop<TVector, T, Terms4>(
                    new BoundTerms<T>(rows.Address, rows.OffsetsAddress, index, weight, 4), rows.AddressOf(4), to, 0, Length));
            }

            return destination[..(Length / TVector.Count * TVector.Count)];
        }

        void Compare(T[] actual)
        {
            Assert.InRange(actual.Length, Length - (64 / System.Runtime.CompilerServices.Unsafe.SizeOf<T>()) + 1, Length);
            for (int i = 0; i < actual.Length; i++)
            {
                Assert.Equal(double.CreateTruncating(expected[i]), double.CreateTruncating(actual[i]), 4 * relative);
            }
        }
    }

    private static void Check_error<T>(double relative)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int length = 1; length < 40; length++)
        {
            RowMemory<T> rows = Rows<T>(9, 40);
            foreach (int terms in new[] { 1, 2, 6, 7 })
            {
                int[] indices = [.. Enumerable.Range(0, terms)];
                double[] weights = [.. indices.Select(j => Math.Cos(j))];
                double expected = Error<SimdScalar<T>>();
                Assert.Equal(expected, Error<Simd128<T>>(), relative * expected);
                Assert.Equal(expected, Error<Simd256<T>>(), relative * expected);
                Assert.Equal(expected, Error<Simd512<T>>(), relative * expected);

                unsafe double Error<TVector>()
                    where TVector : struct, ISimdVector<TVector, T>
                {
                    T[] scaled = [.. weights.Select(w => T.CreateTruncating(0.1 * w))];
                    fixed (int* index = indices)
                    fixed (T* weight = scaled)
                    {
                        return ErrorKernel.Loop<TVector, T>(
                            new BoundTerms<T>(rows.Address, rows.OffsetsAddress, index, weight, terms),
                            rows.AddressOf(7),
                            rows.AddressOf(8),
                            T.CreateTruncating(1e-2),
                            T.CreateTruncating(1e-1),
                            length);
                    }
                }
            }
        }
    }

    private static RowMemory<T> Rows<T>(int count, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var rows = new RowMemory<T>(count, length);
        for (int j = 0; j < count; j++)
        {
            for (int i = 0; i < length; i++)
            {
                rows.Row(j, length)[i] = T.CreateTruncating(Math.Sin(1 + i + (7 * j)));
            }
        }

        return rows;
    }
}
