using System.Numerics;
using NeuralOde.Vectors;

namespace NeuralOde.Solvers.Tests;

/// <summary>States of up to four components have an attempt of their own: its numbers are those of the general one, to the bit.</summary>
public class FewComponentsTests
{
    private const int Copies = 5;

    public static TheoryData<string> RungeKutta => SolverNames.RungeKutta;

    [Theory]
    [MemberData(nameof(RungeKutta))]
    public void Solve_has_the_bits_of_the_general_attempt(string name)
    {
        for (int length = 1; length <= 9; length++)
        {
            Check_solve<double>(OdeSolver.Parse(name), length);
            Check_solve<float>(OdeSolver.Parse(name), length);
        }
    }

    [Fact]
    public void Combination_and_error_have_the_bits_of_every_width_of_vectors_in_double() => Check_kernels<double>();

    [Fact]
    public void Combination_and_error_have_the_bits_of_every_width_of_vectors_in_float() => Check_kernels<float>();

    [Fact]
    public void A_component_that_is_not_finite_is_found()
    {
        for (int place = 0; place < 4; place++)
        {
            Assert.True(Combine<double, Terms4>(double.MaxValue / 2, place, out double[] finite));
            Assert.Equal(double.MaxValue / 2, finite[place]);
            foreach (double bad in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity })
            {
                Assert.False(Combine<double, Terms4>(bad, place, out double[] sum));
                Assert.All(Enumerable.Range(0, 4), i => Assert.Equal(i != place, double.IsFinite(sum[i])));
            }
        }
    }

    /// <summary>A system five times, of which the norm counts the first: the same solve of a longer state.</summary>
    private static void Check_solve<T>(OdeSolver solver, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var field = new FunctionField<T>((t, z, dz) =>
        {
            for (int i = 0; i < dz.Length; i++)
            {
                int first = i / length * length;
                T next = z[first + ((i - first + 1) % length)];
                dz[i] = (T.CreateTruncating(0.3 + (0.1 * (i - first))) * next) - (z[i] * z[i] * z[i]) + T.CreateTruncating(Math.Sin(3 * t) / 2);
            }
        });
        T[] initial = [.. Enumerable.Range(0, Copies * length).Select(i => T.CreateTruncating(1 + (0.1 * (i % length))))];
        double[] times = [0, 0.7, 3.1];
        StepSizeControl[] controls = solver.IsAdaptive
            ? [FixedSteps.PerInterval(5), new AdaptiveSteps { RelativeTolerance = 1e-4, AbsoluteTolerance = 1e-4, InitialStep = 0.5 }]
            : [FixedSteps.PerInterval(5)];
        foreach (StepSizeControl control in controls)
        {
            T[] states = new T[3 * length], many = new T[3 * Copies * length];
            var few = new Integrator<T>(solver, control, length);
            var general = new Integrator<T>(solver, control, Copies * length, errorNorm: new ErrorNorm(0, length));
            SolveResult result = few.Solve(field, initial[..length], times, states), expected = general.Solve(field, initial, times, many);
            Assert.Equal(SolveStatus.Success, result.Status);
            Assert.Equal(expected.Statistics, result.Statistics);
            for (int i = 0; i < times.Length; i++)
            {
                Assert.Equal(many[(Copies * i * length)..(((Copies * i) + 1) * length)], states[(i * length)..((i + 1) * length)]);
            }
        }
    }

    private static void Check_kernels<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int terms = 0; terms <= 9; terms++)
        {
            Check<T, Terms1>(terms);
            Check<T, Terms2>(terms);
            Check<T, Terms3>(terms);
            Check<T, Terms4>(terms);
        }
    }

    private static unsafe void Check<T, TComponents>(int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TComponents : struct, ITermCount
    {
        int length = TComponents.Count;
        RowMemory<T> rows = Rows<T>(12, length);
        int[] indices = [.. Enumerable.Range(0, count).Select(j => (5 * j) % 9)];
        T[] weights = [.. indices.Select(j => T.CreateTruncating(Math.Cos(j) / 3))];
        T absolute = T.CreateTruncating(1e-2), relative = T.CreateTruncating(1e-1);
        fixed (int* index = indices)
        fixed (T* weight = weights)
        {
            var terms = new BoundTerms<T>(rows.Address, rows.OffsetsAddress, index, weight, count);
            Assert.True(CombineKernel.Run(terms, rows.AddressOf(9), rows.AddressOf(10), rows.PaddedLength));
            Assert.True(FewComponents.Combine<T, TComponents>(terms, rows.Address, rows.OffsetsAddress, rows.AddressOf(9), rows.AddressOf(11)));
            Assert.Equal(rows.Row(10, length).ToArray(), rows.Row(11, length).ToArray());

            double sum = FewComponents.SumOfSquares<T, TComponents>(terms, rows.AddressOf(9), rows.AddressOf(10), absolute, relative);
            Compare<Simd128<T>>(terms, sum);
            Compare<Simd256<T>>(terms, sum);
            Compare<Simd512<T>>(terms, sum);
            Compare<SimdScalar<T>>(terms, sum);
        }

        void Compare<TVector>(in BoundTerms<T> terms, double sum)
            where TVector : struct, ISimdVector<TVector, T>
        {
            if (length <= TVector.Count && terms.Count > 0)
            {
                Assert.Equal(ErrorKernel.Loop<TVector, T>(terms, rows.AddressOf(9), rows.AddressOf(10), absolute, relative, length), sum);
            }
        }
    }

    private static unsafe bool Combine<T, TComponents>(T value, int place, out T[] sum)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TComponents : struct, ITermCount
    {
        RowMemory<T> rows = Rows<T>(3, TComponents.Count);
        rows.Row(0, TComponents.Count)[place] = value;
        rows.Row(1, TComponents.Count).Clear();
        T one = T.One;
        int index = 0;
        bool isFinite = FewComponents.Combine<T, TComponents>(
            new BoundTerms<T>(rows.Address, rows.OffsetsAddress, &index, &one, 1), rows.Address, rows.OffsetsAddress, rows.AddressOf(1), rows.AddressOf(2));
        sum = rows.Row(2, TComponents.Count).ToArray();
        return isFinite;
    }

    private static RowMemory<T> Rows<T>(int count, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var rows = new RowMemory<T>(count, length);
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < length; j++)
            {
                rows.Row(i, length)[j] = T.CreateTruncating(Math.Sin((7 * i) + (3 * j) + 1));
            }
        }

        return rows;
    }
}
