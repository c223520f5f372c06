namespace NeuralOde.Solvers.Tests;

/// <summary>The order conditions of Rosenbrock methods (Hairer, Wanner II, IV.7): as for Runge–Kutta, with β = α + γ on the edge of an only child.</summary>
public class RosenbrockConditionTests
{
    // Coefficients of magnitude up to about 170 with 16 digits, multiplied through up to five matrices.
    private const double Tolerance = 2e-12;

    private static readonly RosenbrockTableau s_tableau = Rodas5P.Coefficients;

    [Fact]
    public void Step_and_embedded_step_satisfy_the_order_conditions_up_to_their_orders_and_not_beyond()
    {
        double[] embedded = [.. s_tableau.M.Zip(s_tableau.E, (m, e) => m - e)];
        Assert.InRange(Residual(s_tableau.M, 5, 1), 0, Tolerance);
        Assert.InRange(Residual(embedded, 4, 1), 0, Tolerance);
        Assert.True(Residual(s_tableau.M, 6, 1) > 1e-5);
        Assert.True(Residual(embedded, 5, 1) > 1e-5);
    }

    [Fact]
    public void Dense_output_satisfies_the_order_conditions_up_to_its_order_over_the_whole_step()
    {
        for (double theta = 0.125; theta <= 1; theta += 0.125)
        {
            double[] weights = [.. Enumerable.Range(0, 8).Select(i => theta * (s_tableau.M[i] + ((1 - theta)
                * (s_tableau.Dense[0][i] + (theta * (s_tableau.Dense[1][i] + (theta * s_tableau.Dense[2][i])))))))];
            Assert.True(Residual(weights, 4, theta) <= Tolerance, $"θ = {theta}");
        }
    }

    [Fact]
    public void Nodes_and_time_weights_are_the_sums_of_their_rows()
    {
        (double[][] alpha, double[][] gamma) = Plain();
        for (int i = 0; i < 8; i++)
        {
            Assert.Equal(s_tableau.Alpha[i], alpha[i].Sum(), Tolerance);
            Assert.Equal(s_tableau.TimeWeights[i], gamma[i].Sum(), Tolerance);
        }
    }

    [Fact]
    public void Method_is_L_stable()
    {
        // R(z) = 1 + z m·Γ (I − zβ)⁻¹ 1, by the recursion of the stages for z' = λz.
        Assert.InRange(System.Numerics.Complex.Abs(Stability(-1e9)), 0, 1e-6);
        for (double y = 1e-3; y < 1e5; y *= 1.1)
        {
            Assert.InRange(System.Numerics.Complex.Abs(Stability(new System.Numerics.Complex(0, y))), 0, 1 + 1e-12);
        }
    }

    private static double Residual(double[] m, int order, double theta)
    {
        (double[][] alpha, double[][] gamma) = Plain();
        double[][] beta = [.. alpha.Zip(gamma, (a, g) => a.Zip(g, (x, y) => x + y).ToArray())];
        double[] b = Times([m], gamma)[0];
        return RootedTree.UpTo(order).Max(tree => Math.Abs(
            b.Zip(tree.ElementaryWeights(node => node.ChildCount == 1 ? beta : alpha), (x, phi) => x * phi).Sum() - (Math.Pow(theta, tree.Order) / tree.Density)));
    }

    /// <summary>α_ij and γ_ij: a = α Γ⁻¹, c = diag(1/γ) − Γ⁻¹.</summary>
    private static (double[][] Alpha, double[][] Gamma) Plain()
    {
        int n = s_tableau.StageCount;
        double[][] gamma = [.. Enumerable.Range(0, n).Select(_ => new double[n])];
        for (int column = 0; column < n; column++)
        {
            // Γ⁻¹ Γ = I by forward substitution; Γ⁻¹ has 1/γ on its diagonal and −c below.
            for (int i = column; i < n; i++)
            {
                double sum = i == column ? 1 : 0;
                for (int j = column; j < i; j++)
                {
                    sum += s_tableau.C[i][j] * gamma[j][column];
                }

                gamma[i][column] = sum * s_tableau.Gamma;
            }
        }

        return (Times([.. s_tableau.A.Select(row => (double[])[.. row, .. new double[n - row.Length]])], gamma), gamma);
    }

    private static double[][] Times(double[][] x, double[][] y)
        => [.. x.Select(row => Enumerable.Range(0, y.Length).Select(j => row.Select((v, k) => v * y[k][j]).Sum()).ToArray())];

    private static System.Numerics.Complex Stability(System.Numerics.Complex z)
    {
        var u = new System.Numerics.Complex[8];
        System.Numerics.Complex end = 1;
        for (int i = 0; i < 8; i++)
        {
            System.Numerics.Complex input = 1, sum = 0;
            for (int j = 0; j < i; j++)
            {
                input += s_tableau.A[i][j] * u[j];
                sum += s_tableau.C[i][j] * u[j];
            }

            u[i] = ((z * input) + sum) / ((1 / s_tableau.Gamma) - z);
            end += s_tableau.M[i] * u[i];
        }

        return end;
    }
}
