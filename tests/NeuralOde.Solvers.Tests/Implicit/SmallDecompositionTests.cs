using System.Numerics;

namespace NeuralOde.Solvers.Tests;

public class SmallDecompositionTests
{
    public static TheoryData<int> Lengths => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Lengths))]
    public unsafe void Small_real_systems_are_solved_as_large_ones_are(int n)
    {
        var random = new Random(n);
        for (int trial = 0; trial < 50; trial++)
        {
            var jacobian = new SquareMatrix<double>(n);
            var reference = new DenseLu<double>(n);
            for (int i = 0; i < n * n; i++)
            {
                // Zeros force exchanges.
                jacobian.Values[i] = random.Next(3) == 0 ? 0 : random.NextDouble() - 0.5;
                reference.Matrix[i] = (i % (n + 1) == 0 ? 1 : 0) - (0.8 * jacobian.Values[i]);
            }

            double[] b = [.. Enumerable.Range(0, n).Select(_ => random.NextDouble())], expected = [.. b], transposed = [.. b], actual = [.. b], other = [.. b];
            var small = new SmallLu<double>(n);
            Assert.True(reference.Factor() && small.Prepare(jacobian, null, 0.8));
            reference.Solve(expected);
            reference.SolveTransposed(transposed);
            fixed (double* x = actual, y = other)
            {
                small.Solve(x);
                small.SolveTransposed(y);
            }

            FiniteDifference.AssertClose(expected, actual, 1e-11);
            FiniteDifference.AssertClose(transposed, other, 1e-11);
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Small_complex_systems_are_solved_as_large_ones_are(int n)
    {
        var random = new Random(n);
        for (int trial = 0; trial < 50; trial++)
        {
            var small = new SmallComplexLu(n);
            var reference = new DenseLu<Complex>(n);
            for (int i = 0; i < n * n; i++)
            {
                Complex entry = random.Next(3) == 0 && n > 3 ? 0 : new Complex(random.NextDouble() - 0.5, random.NextDouble() - 0.5);
                small.Matrix[i] = reference.Matrix[i] = entry + (i % (n + 1) == 0 ? 2 : 0);
            }

            Complex[] b = [.. Enumerable.Range(0, n).Select(_ => new Complex(random.NextDouble(), random.NextDouble()))];
            Complex[] expected = [.. b], transposed = [.. b], actual = [.. b], other = [.. b];
            Assert.True(reference.Factor() && small.Factor());
            reference.Solve(expected);
            reference.SolveTransposed(transposed);
            small.Solve(actual);
            small.SolveTransposed(other);
            Assert.All(expected.Zip(actual), pair => Assert.InRange((pair.First - pair.Second).Magnitude, 0, 1e-11));
            Assert.All(transposed.Zip(other), pair => Assert.InRange((pair.First - pair.Second).Magnitude, 0, 1e-11));
        }
    }

    [Fact]
    public void Singular_and_not_finite_matrices_are_refused()
    {
        var jacobian = new SquareMatrix<double>(2) { [0, 0] = 1, [1, 1] = double.NaN };
        Assert.False(new SmallLu<double>(2).Prepare(jacobian, null, 0.5));
        jacobian[1, 1] = 0.5;
        Assert.False(new SmallLu<double>(2).Prepare(jacobian, null, 1));
        Assert.False(new SmallComplexLu(2).Factor());
    }
}
