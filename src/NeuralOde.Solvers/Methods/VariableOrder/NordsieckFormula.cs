using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>
/// The coefficients of a multistep formula in Nordsieck form on uneven steps: what a correction of the state does to the scaled derivatives <c>z_j = h^j y^(j) / j!</c>,
/// and what it says of the error.
/// </summary>
/// <remarks>
/// P. N. Brown, G. D. Byrne, A. C. Hindmarsh, "VODE: a variable-coefficient ODE solver", <i>SIAM J. Sci. Stat. Comput.</i> 10 (1989); G. D. Byrne, A. C. Hindmarsh,
/// <i>ACM TOMS</i> 1 (1975);
/// A. C. Hindmarsh et al., "SUNDIALS", <i>ACM TOMS</i> 31 (2005). With ξ_i = (t_n − t_(n−i)) / h, a step adds <c>e Λ(x)</c>, x = (t − t_n) / h, to the predicted
/// polynomial; e is the correction of the state.
/// </remarks>
/// <param name="maxOrder">Largest order q of the formulas, the degree of the polynomials.</param>
/// <param name="denseDegrees">Degrees that dense output within a step has beyond q.</param>
internal abstract class NordsieckFormula(int maxOrder, int denseDegrees)
{
    public int MaxOrder { get; } = maxOrder;

    /// <summary>Another one of the same kind, with coefficients of its own.</summary>
    public abstract NordsieckFormula Copy();

    /// <summary>Whether stiff components rule the iterations, so that corrections with the factorization of another γ are scaled.</summary>
    public abstract bool IsForStiffProblems { get; }

    /// <summary>Degrees that dense output within a step has beyond q.</summary>
    public int DenseDegrees { get; } = denseDegrees;

    /// <summary>Coefficients of Λ, from that of x⁰, which is 1.</summary>
    public double[] Correction { get; } = new double[maxOrder + 1];

    /// <summary>Coefficients from x¹ of what e adds within the step, which starts from 0 at its start and is 1 at its end: Λ itself for BDF.</summary>
    public abstract double[] DenseCorrection { get; }

    /// <summary>The local error is this times e.</summary>
    public double ErrorFactor { get; protected set; }

    /// <summary>The error that the order below would have made is this times <c>z_q</c>.</summary>
    public double ErrorFactorBelow { get; protected set; }

    /// <summary>The error that the order above would have made is this times the difference of e and the last step's e, scaled to this step.</summary>
    public double ErrorFactorAbove { get; protected set; }

    /// <summary><c>h^(q+1) y^(q+1)</c> is e divided by this, up to a factor that depends on the order only.</summary>
    public double DerivativeFactor { get; protected set; }

    /// <summary>Carries the coefficients, which equal steps go on using.</summary>
    public void Transfer<T>(ref StepperSnapshot<T> snapshot)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double error = ErrorFactor, below = ErrorFactorBelow, above = ErrorFactorAbove, derivative = DerivativeFactor;
        snapshot.Values(Correction);
        snapshot.Values(DenseCorrection);
        snapshot.Value(ref error);
        snapshot.Value(ref below);
        snapshot.Value(ref above);
        snapshot.Value(ref derivative);
        (ErrorFactor, ErrorFactorBelow, ErrorFactorAbove, DerivativeFactor) = (error, below, above, derivative);
    }

    /// <summary>Computes the coefficients for a step.</summary>
    /// <param name="order">Order q.</param>
    /// <param name="h">Length of the step.</param>
    /// <param name="past">Lengths of the steps before it, the last one first; at least q.</param>
    /// <param name="withNeighbors">Whether the factors of the orders below and above are wanted.</param>
    public abstract void Compute(int order, double h, ReadOnlySpan<double> past, bool withNeighbors);

    /// <summary>Weights w_2, …, w_(q−1) by which <c>z_j −= w_j z_q</c> makes the polynomial one of a degree less.</summary>
    /// <param name="order">Order q, before.</param>
    /// <param name="past">Lengths of the steps behind the polynomial's time, the last one first.</param>
    /// <param name="weights">Receives the weights, at their indices.</param>
    public abstract void Lower(int order, ReadOnlySpan<double> past, Span<double> weights);

    /// <summary>Weights w_2, …, w_q by which <c>z_j += w_j z_(q+1)</c> fits the others to a new scaled derivative.</summary>
    /// <param name="order">Order q, before.</param>
    /// <param name="past">Lengths of the steps behind the polynomial's time, the last one first.</param>
    /// <param name="weights">Receives the weights, at their indices.</param>
    /// <returns>The new derivative is this times the last step's e.</returns>
    public abstract double Raise(int order, ReadOnlySpan<double> past, Span<double> weights);

    /// <summary>Multiplies a polynomial of a degree by <c>1 + x c</c>.</summary>
    protected static void MultiplyByOnePlus(Span<double> polynomial, int degree, double c)
    {
        for (int i = degree + 1; i >= 1; i--)
        {
            polynomial[i] += c * polynomial[i - 1];
        }
    }

    /// <summary>Multiplies a polynomial of a degree by <c>x + c</c>.</summary>
    protected static void MultiplyByXPlus(Span<double> polynomial, int degree, double c)
    {
        for (int i = degree + 1; i >= 1; i--)
        {
            polynomial[i] = (c * polynomial[i]) + polynomial[i - 1];
        }

        polynomial[0] *= c;
    }
}
