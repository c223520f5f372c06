using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// The implicit Adams formulas with local extrapolation: the slope's polynomial of degree q − 1 predicts, the correction is by the formula of order q + 1, and the error is
/// that of the formula of order q.
/// </summary>
/// <remarks>
/// L. F. Shampine, M. K. Gordon, <i>Computer Solution of Ordinary Differential Equations</i> (1975), in Nordsieck form with error factors as in VODE and CVODE.
/// With p = Π_(i ≤ q) (1 + u/ξ_i), which is 0 where the predictor is right already, the state changes by <c>δ ∫ p</c> from −1 to 0, δ the change of the scaled slope;
/// the polynomial that is kept forgets the oldest slope: its correction is the integral of Π_(i &lt; q) (1 + u/ξ_i), but for the state itself.
/// </remarks>
/// <param name="maxOrder">Largest order q.</param>
internal sealed class AdamsFormula(int maxOrder) : NordsieckFormula(maxOrder, 1)
{
    public const int HighestOrder = 12;

    private readonly double[] _product = new double[maxOrder + 2];

    public override NordsieckFormula Copy() => new AdamsFormula(MaxOrder);

    public override bool IsForStiffProblems => false;

    public override double[] DenseCorrection { get; } = new double[maxOrder + 2];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Compute(int order, double h, ReadOnlySpan<double> past, bool withNeighbors)
    {
        Span<double> l = Correction, product = _product, dense = DenseCorrection;
        product.Clear();
        product[0] = 1;
        double sum = h, below = 1;
        for (int i = 1; i < order; i++)
        {
            if (withNeighbors && i == order - 1)
            {
                below = Math.Abs(order * Integral(product, order - 2, 2) / product[order - 2]);
            }

            MultiplyByOnePlus(product, i - 1, h / sum);
            sum += past[i - 1];
        }

        double xi = sum / h, whole = Integral(product, order - 1, 1), error = Math.Abs(Integral(product, order - 1, 2) / xi);
        l.Clear();
        for (int i = 1; i <= order; i++)
        {
            l[i] = product[i - 1] / i;
        }

        MultiplyByOnePlus(product, order - 1, 1 / xi);

        // All of it per unit of the change of the state.
        double change = Integral(product, order, 1), inverse = 1 / change;
        for (int i = 1; i <= order; i++)
        {
            l[i] *= inverse;
        }

        l[0] = 1;
        dense.Clear();
        for (int i = 1; i <= order + 1; i++)
        {
            dense[i] = product[i - 1] / i * inverse;
        }

        ErrorFactor = error * inverse;
        DerivativeFactor = Math.Abs(xi / l[order]);
        if (withNeighbors)
        {
            ErrorFactorBelow = below;
            ErrorFactorAbove = Math.Abs(Integral(product, order, 2) * inverse / (order + 1));
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
