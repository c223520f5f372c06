namespace NeuralOde.Solvers;

/// <summary>What tableaus of diagonally implicit methods have in common.</summary>
internal static class DiagonallyImplicitTableaus
{
    /// <summary>
    /// Cubic Hermite dense output of a method whose first stage is the derivative at the step's start and whose last is that at its end:
    /// <c>b_i (3θ² − 2θ³)</c>, and the slopes <c>θ(1 − θ)²</c> and <c>θ²(θ − 1)</c>. Of order 3, or of the method's where that is lower.
    /// </summary>
    public static double[][] Hermite(double[] b)
    {
        double[][] dense = [.. b.Select(weight => new[] { 0, 3 * weight, -2 * weight })];
        dense[0][0] += 1;
        dense[0][1] -= 2;
        dense[0][2] += 1;
        dense[^1][1] -= 1;
        dense[^1][2] += 1;
        return dense;
    }

    /// <summary>
    /// Dense output of order 4, once continuously differentiable, of a method whose stages are of order 2:
    /// <c>e_1 θ + (3b − 2e_1 − e_s + x) θ² + (e_s + e_1 − 2b − 2x) θ³ + x θ⁴</c>, where x is the smallest solution of
    /// <c>Σx = Σxc = Σxc² = 0</c>, <c>Σxc³ = 1/4</c>, <c>Σx Ac² = 1/12</c>. The conditions of the other powers follow from those of b.
    /// </summary>
    public static double[][] Quartic(double[][] a, double[] b, double[] c)
    {
        int stages = b.Length;
        double[][] rows =
        [
            [.. c.Select(_ => 1.0)], c, [.. c.Select(x => x * x)], [.. c.Select(x => x * x * x)], [.. a.Select(row => row.Select((x, j) => x * c[j] * c[j]).Sum())],
        ];
        var normal = new DenseLu<double>(rows.Length);
        for (int i = 0; i < rows.Length * rows.Length; i++)
        {
            normal.Matrix[i] = rows[i / rows.Length].Zip(rows[i % rows.Length], (x, y) => x * y).Sum();
        }

        normal.Factor();
        double[] right = [0, 0, 0, 1.0 / 4, 1.0 / 12], x = new double[stages];
        normal.Solve(right);
        for (int i = 0; i < stages; i++)
        {
            x[i] = rows.Select((row, j) => row[i] * right[j]).Sum();
        }

        return [.. x.Select((value, i) =>
        {
            double first = i == 0 ? 1 : 0, last = i == stages - 1 ? 1 : 0;
            return new[] { first, (3 * b[i]) - (2 * first) - last + value, last + first - (2 * b[i]) - (2 * value), value };
        })];
    }

    /// <summary>Guesses of the stages' derivatives by the line of least weights through those before: exact for a derivative that is linear in time.</summary>
    public static double[][] LinearPredictor(double[] c)
    {
        double[][] rows = new double[c.Length][];
        rows[0] = [];
        for (int i = 1; i < c.Length; i++)
        {
            double n = i, sum = c.Take(i).Sum(), squares = c.Take(i).Sum(x => x * x), determinant = (n * squares) - (sum * sum);
            int count = i;
            rows[i] = determinant <= 1e-12
                ? [.. Enumerable.Repeat(1.0 / count, count)]
                : [.. c.Take(i).Select(x => (squares - (sum * x) + (c[count] * ((n * x) - sum))) / determinant)];
        }

        return rows;
    }
}
