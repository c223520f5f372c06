using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// Weights of Adams formulas on unevenly spaced nodes: the polynomial through the derivatives at the nodes is integrated.
/// Nodes are in units of the step, <c>x_j = (t_{n−j} − t_n) / h</c>; those of a Moulton formula begin with the end of the step, 1.
/// </summary>
/// <remarks>Hairer, Nørsett, Wanner, <i>Solving Ordinary Differential Equations I</i>, III.5, in Lagrange's form rather than Newton's, which is what the transpose needs.</remarks>
internal static class AdamsWeights
{
    public const int MaxOrder = 5;

    /// <summary>Writes ∫_0^θ ℓ_j(x) dx, or ℓ_j(θ) where the derivative is asked for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compute(ReadOnlySpan<double> nodes, double theta, bool derivative, Span<double> weights)
    {
        int order = nodes.Length;
        Span<double> coefficients = stackalloc double[MaxOrder];
        for (int j = 0; j < order; j++)
        {
            // The product of (x − x_m) over m ≠ j, by powers of x.
            coefficients.Clear();
            coefficients[0] = 1;
            int degree = 0;
            double denominator = 1;
            for (int m = 0; m < order; m++)
            {
                if (m == j)
                {
                    continue;
                }

                for (int power = ++degree; power > 0; power--)
                {
                    coefficients[power] = coefficients[power - 1] - (nodes[m] * coefficients[power]);
                }

                coefficients[0] *= -nodes[m];
                denominator *= nodes[j] - nodes[m];
            }

            double sum = 0;
            for (int power = order - 1; power >= 0; power--)
            {
                sum = derivative ? (sum * theta) + coefficients[power] : (sum + (coefficients[power] / (power + 1))) * theta;
            }

            weights[j] = sum / denominator;
        }
    }

    /// <summary>Σ_i d_i ℓ_i′(x_j): the derivative at node j of the polynomial with values d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SlopeAtNode(ReadOnlySpan<double> nodes, ReadOnlySpan<double> values, int j)
    {
        double slope = 0;
        for (int i = 0; i < nodes.Length; i++)
        {
            if (i == j)
            {
                continue;
            }

            slope += values[j] / (nodes[j] - nodes[i]);
            double basis = 1 / (nodes[i] - nodes[j]);
            for (int m = 0; m < nodes.Length; m++)
            {
                if (m != i && m != j)
                {
                    basis *= (nodes[j] - nodes[m]) / (nodes[i] - nodes[m]);
                }
            }

            slope += values[i] * basis;
        }

        return slope;
    }
}
