using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>The implicit Adams formulas: <c>Λ(x)</c> is the integral of <c>Π_(i&lt;q) (1 + u/ξ_i)</c> from −1 to x, divided by that from −1 to 0.</summary>
/// <remarks>Error factors as in VODE and CVODE. Order 1 is implicit Euler, order 2 the trapezoidal rule.</remarks>
internal sealed class AdamsFormula(int maxOrder) : NordsieckFormula(maxOrder)
{
    public const int HighestOrder = 12;

    private readonly double[] _product = new double[maxOrder + 2];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Compute(int order, double h, ReadOnlySpan<double> past, bool withNeighbors)
    {
        Span<double> l = Correction, product = _product;
        if (order == 1)
        {
            l.Clear();
            (l[0], l[1]) = (1, 1);
            (ErrorFactor, DerivativeFactor, ErrorFactorBelow, ErrorFactorAbove) = (0.5, 1, 1, 1.0 / 12);
            return;
        }

        product.Clear();
        product[0] = 1;
        double sum = h;
        for (int i = 1; i < order; i++)
        {
            if (withNeighbors && i == order - 1)
            {
                ErrorFactorBelow = Math.Abs(order * Integral(product, order - 2, 2) / product[order - 2]);
            }

            MultiplyByOnePlus(product, i - 1, h / sum);
            sum += past[i - 1];
        }

        double whole = Integral(product, order - 1, 1), xi = sum / h;
        l.Clear();
        l[0] = 1;
        for (int i = 1; i <= order; i++)
        {
            l[i] = product[i - 1] / (i * whole);
        }

        ErrorFactor = Math.Abs(Integral(product, order - 1, 2) / (whole * xi));
        DerivativeFactor = Math.Abs(xi / l[order]);
        if (withNeighbors)
        {
            MultiplyByOnePlus(product, order - 1, 1 / xi);
            ErrorFactorAbove = Math.Abs(Integral(product, order, 2) / (whole * (order + 1)));
        }
    }

    /// <summary>By <c>q ∫ u Π_(i ≤ q−2) (u + ξ_i) du</c>: the polynomial keeps its value at t_n, and its slopes there and at the times before.</summary>
    public override void Lower(int order, ReadOnlySpan<double> past, Span<double> weights)
    {
        double h = past[0], sum = 0;
        weights.Clear();
        weights[1] = 1;
        for (int i = 1; i <= order - 2; i++)
        {
            sum += past[i - 1];
            MultiplyByXPlus(weights, i, sum / h);
        }

        for (int i = order; i >= 2; i--)
        {
            weights[i] = order * weights[i - 1] / i;
        }

        weights[1] = 0;
    }

    public override double Raise(int order, ReadOnlySpan<double> past, Span<double> weights)
    {
        weights.Clear();
        return 0;
    }

    /// <summary>The integral of <c>x^(k−1) p(x)</c> from −1 to 0, but for its sign.</summary>
    private static double Integral(ReadOnlySpan<double> polynomial, int degree, int k)
    {
        double sum = 0;
        for (int i = degree; i >= 0; i--)
        {
            double term = polynomial[i] / (i + k);
            sum += (i & 1) == 0 ? term : -term;
        }

        return sum;
    }
}
