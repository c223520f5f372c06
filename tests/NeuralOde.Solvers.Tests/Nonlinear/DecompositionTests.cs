using System.Numerics;

namespace NeuralOde.Solvers.Tests;

public class DecompositionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(61)]
    public void A_dense_decomposition_solves_both_ways_real_and_complex(int length)
    {
        CheckDense(length, random => (random.NextDouble() * 2) - 1, 1e-10);
        CheckDense(length, random => (float)((random.NextDouble() * 2) - 1), 2e-3f);
        CheckDense(length, random => new Complex((random.NextDouble() * 2) - 1, (random.NextDouble() * 2) - 1), 1e-10);
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(5, 0, 2)]
    [InlineData(5, 3, 0)]
    [InlineData(9, 8, 8)]
    [InlineData(40, 1, 1)]
    [InlineData(40, 3, 7)]
    [InlineData(40, 9, 2)]
    public void A_banded_decomposition_solves_both_ways_real_and_complex(int length, int lower, int upper)
    {
        // Without a dominant diagonal, so that rows are exchanged.
        CheckBanded(length, new Bandwidth(lower, upper), random => (random.NextDouble() * 2) - 1, 1e-9);
        CheckBanded(length, new Bandwidth(lower, upper), random => new Complex((random.NextDouble() * 2) - 1, (random.NextDouble() * 2) - 1), 1e-9);
    }

    [Fact]
    public void A_zero_on_the_diagonal_is_pivoted_and_a_singular_or_not_finite_matrix_is_refused()
    {
        var lu = new DenseLu<double>(2);
        ((ReadOnlySpan<double>)[0, 2, 4, 0]).CopyTo(lu.Matrix);
        Assert.True(lu.Factor());
        double[] b = [6, 8];
        lu.Solve(b);
        Assert.Equal([2, 3], b);
        ((ReadOnlySpan<double>)[1, 2, 2, 4]).CopyTo(lu.Matrix);
        Assert.False(lu.Factor());
        ((ReadOnlySpan<double>)[1, 2, double.NaN, 4]).CopyTo(lu.Matrix);
        Assert.False(lu.Factor());
        Assert.Throws<ArgumentException>(() => lu.Solve(new double[3]));

        var banded = new BandedLu<double>(2, new Bandwidth(1, 1));
        (banded[0, 0], banded[0, 1], banded[1, 0], banded[1, 1]) = (1, 2, 2, 4);
        Assert.False(banded.Factor());
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, null)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void The_solver_of_stages_forms_the_mass_matrix_less_gamma_times_the_Jacobian(bool bandedJacobian, bool? bandedMass)
    {
        const int Length = 11;
        const double Gamma = 0.37;
        var random = new Random(5);
        var jacobian = new SquareMatrix<double>(Length, bandedJacobian ? new Bandwidth(2, 1) : null);
        SquareMatrix<double>? mass = bandedMass is { } banded ? new SquareMatrix<double>(Length, banded ? new Bandwidth(0, 2) : null) : null;
        double[,] whole = new double[Length, Length];
        for (int i = 0; i < Length; i++)
        {
            for (int j = Math.Max(0, i - 2); j <= Math.Min(Length - 1, i + 1); j++)
            {
                jacobian[i, j] = random.NextDouble() - 0.5;
            }

            for (int j = i; mass is not null && j <= Math.Min(Length - 1, i + 2); j++)
            {
                mass[i, j] = random.NextDouble() + (i == j ? 1 : 0);
            }

            for (int j = 0; j < Length; j++)
            {
                whole[i, j] = (mass is null ? (i == j ? 1 : 0) : mass[i, j]) - (Gamma * jacobian[i, j]);
            }
        }

        var solver = new LuSolver<double>();
        Assert.True(solver.Prepare(jacobian, mass, Gamma));
        double[] x = [.. Enumerable.Range(0, Length).Select(i => Math.Sin(i + 1))];
        double[] b = [.. Enumerable.Range(0, Length).Select(i => Enumerable.Range(0, Length).Sum(j => whole[i, j] * x[j]))];
        double[] transposed = [.. Enumerable.Range(0, Length).Select(i => Enumerable.Range(0, Length).Sum(j => whole[j, i] * x[j]))];
        solver.Solve(b);
        solver.SolveTransposed(transposed);
        FiniteDifference.AssertClose(x, b, 1e-12);
        FiniteDifference.AssertClose(x, transposed, 1e-12);
        double[] product = new double[Length];
        jacobian.Multiply(x, product);
        FiniteDifference.AssertClose([.. Enumerable.Range(0, Length).Select(i => Enumerable.Range(0, Length).Sum(j => jacobian[i, j] * x[j]))], product, 1e-14);
    }

    [Fact]
    public void An_element_outside_of_the_band_is_zero_and_cannot_be_set()
    {
        var matrix = new SquareMatrix<double>(4, new Bandwidth(1, 0));
        matrix[2, 1] = 5;
        Assert.Equal((5, 0), (matrix[2, 1], matrix[1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix[1, 2] = 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix[4, 0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SquareMatrix<double>(2, new Bandwidth(2, 0)));
    }

    private static void CheckDense<T>(int length, Func<Random, T> next, T tolerance)
        where T : unmanaged, INumberBase<T>
    {
        var random = new Random(length);
        var lu = new DenseLu<T>(length);
        T[] a = [.. Enumerable.Range(0, length * length).Select(_ => next(random))], x = [.. Enumerable.Range(0, length).Select(_ => next(random))];
        a.CopyTo(lu.Matrix);
        Assert.True(lu.Factor());
        Check(length, (i, j) => a[(i * length) + j], x, b => lu.Solve(b), b => lu.SolveTransposed(b), tolerance);
    }

    private static void CheckBanded<T>(int length, Bandwidth band, Func<Random, T> next, T tolerance)
        where T : unmanaged, INumberBase<T>
    {
        var random = new Random(length + band.Lower);
        var lu = new BandedLu<T>(length, band);
        var a = new T[length, length];
        for (int i = 0; i < length; i++)
        {
            for (int j = Math.Max(0, i - band.Lower); j <= Math.Min(length - 1, i + band.Upper); j++)
            {
                lu[i, j] = a[i, j] = next(random);
            }
        }

        T[] x = [.. Enumerable.Range(0, length).Select(_ => next(random))];
        Assert.True(lu.Factor());
        Check(length, (i, j) => a[i, j], x, b => lu.Solve(b), b => lu.SolveTransposed(b), tolerance);
    }

    private static void Check<T>(int length, Func<int, int, T> a, T[] x, Action<T[]> solve, Action<T[]> solveTransposed, T tolerance)
        where T : unmanaged, INumberBase<T>
    {
        T[] b = new T[length], transposed = new T[length];
        for (int i = 0; i < length; i++)
        {
            for (int j = 0; j < length; j++)
            {
                b[i] += a(i, j) * x[j];
                transposed[i] += a(j, i) * x[j];
            }
        }

        solve(b);
        solveTransposed(transposed);
        for (int i = 0; i < length; i++)
        {
            Assert.InRange(Scalar.Magnitude(b[i] - x[i]), 0, Scalar.Magnitude(tolerance));
            Assert.InRange(Scalar.Magnitude(transposed[i] - x[i]), 0, Scalar.Magnitude(tolerance));
        }
    }
}
