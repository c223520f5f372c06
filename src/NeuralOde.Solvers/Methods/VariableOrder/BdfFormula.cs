using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// Backward differentiation with a fixed leading coefficient: <c>Λ(x) = (1 + x/ξ*) Π_(i&lt;q) (1 + x/ξ_i)</c>, ξ* such that <c>Λ′(0) = 1 + 1/2 + … + 1/q</c> whatever the
/// steps.
/// </summary>
/// <remarks>K. R. Jackson, R. Sacks-Davis, <i>ACM TOMS</i> 6 (1980); error factors as in VODE and CVODE.</remarks>
internal sealed class BdfFormula(int maxOrder) : NordsieckFormula(maxOrder, 0)
{
    /// <summary>Largest order: the formulas of order 6 are hardly stable, those above not at all.</summary>
    public const int HighestOrder = 5;

    public override NordsieckFormula Copy() => new BdfFormula(MaxOrder);

    public override bool IsForStiffProblems => true;

    public override double[] DenseCorrection => Correction;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Compute(int order, double h, ReadOnlySpan<double> past, bool withNeighbors)
    {
        Span<double> l = Correction;
        l.Clear();
        l[0] = 1;
        double alpha = 0, sum = h, inverseStar = 1, inverseLast = 1, alphaHat = -1;
        for (int i = 1; i < order; i++)
        {
            MultiplyByOnePlus(l, i - 1, h / sum);
            alpha -= 1.0 / i;
            sum += past[i - 1];
        }

        alpha -= 1.0 / order;
        if (order > 1)
        {
            inverseLast = h / sum;
            inverseStar = -l[1] - alpha;
            alphaHat = -l[1] - inverseLast;
        }

        MultiplyByOnePlus(l, order - 1, inverseStar);
        double difference = 1 - alphaHat + alpha, scale = 1 + (order * difference);
        ErrorFactor = Math.Abs(difference / (alpha * scale));
        DerivativeFactor = Math.Abs(scale * inverseStar / (l[order] * inverseLast));
        if (!withNeighbors)
        {
            return;
        }

        if (order > 1)
        {
            double alphaBelow = alpha + (1.0 / order), alphaHatBelow = alphaHat + inverseLast;
            ErrorFactorBelow = Math.Abs(inverseStar / l[order] * (1 - alphaHatBelow + alphaBelow) / alphaBelow);
        }
        else
        {
            ErrorFactorBelow = 1;
        }

        double inverseNext = h / (sum + past[order - 1]);
        double alphaAbove = alpha - (1.0 / (order + 1)), alphaHatAbove = alphaHat - inverseNext;
        ErrorFactorAbove = Math.Abs((1 - alphaHatAbove + alphaAbove) / (scale * inverseNext * (order + 2) * alphaAbove));
    }

    /// <summary>By <c>x² Π_(i ≤ q−2) (x + ξ_i)</c>: the polynomial keeps its value and slope at t_n, and its values at the times before.</summary>
    public override void Lower(int order, ReadOnlySpan<double> past, Span<double> weights)
    {
        double h = past[0], sum = 0;
        weights.Clear();
        weights[2] = 1;
        for (int i = 1; i <= order - 2; i++)
        {
            sum += past[i - 1];
            MultiplyByXPlus(weights, i + 1, sum / h);
        }
    }

    /// <summary>By <c>x² Π_(i &lt; q) (x + ξ_i)</c>.</summary>
    public override double Raise(int order, ReadOnlySpan<double> past, Span<double> weights)
    {
        double h = past[0], sum = h, alpha = -1, alphaUneven = 1, product = 1, before = 1;
        weights.Clear();
        weights[2] = 1;
        for (int i = 1; i < order; i++)
        {
            sum += past[i];
            double xi = sum / h;
            product *= xi;
            alpha -= 1.0 / (i + 1);
            alphaUneven += 1 / xi;
            MultiplyByXPlus(weights, i + 1, before);
            before = xi;
        }

        return (-alpha - alphaUneven) / product;
    }
}
