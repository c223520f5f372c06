namespace NeuralOde.Solvers;

/// <summary>
/// Backward differentiation formulas of variable order, from 1 to 5, with variable steps: the method for stiff problems at moderate tolerances, and for problems whose
/// evaluations are expensive.
/// </summary>
/// <remarks>
/// Order 1 to <see cref="Order"/>, chosen as the steps are · error estimate from the predictor · 1 stage · orders 1 and 2 A-stable, 3 to 5 A(α)-stable with α = 86°, 73°
/// and 52°, all stable at infinity ·
/// dense output: the Nordsieck polynomial, of the order of the step · fixed leading coefficient, G. D. Byrne, A. C. Hindmarsh (1975), K. R. Jackson, R. Sacks-Davis (1980),
/// P. N. Brown, G. D. Byrne, A. C. Hindmarsh, "VODE", <i>SIAM J. Sci. Stat. Comput.</i> 10 (1989); strategies of CVODE, A. C. Hindmarsh et al., <i>ACM TOMS</i> 31 (2005).
/// <para>
/// The nonlinear equations are solved by a modified Newton iteration with the problem's Jacobian, or one by finite differences. It is evaluated after 50 steps or where the
/// iteration fails,
/// and factorized after 20 steps or where <c>h / Λ′(0)</c> has changed by more than 30 %. Constant mass matrices may be singular, if the problem is of index 1; its initial
/// state must then fulfill the algebraic equations.
/// </para>
/// <para>
/// The transpose is that of the map with the orders and lengths of the steps as constants, by the implicit function theorem at each corrected state. The corrector leaves up
/// to a third of the tolerance in each step, so the gradient is exact to about that; it converges as the tolerance falls. Mass matrices have none.
/// </para>
/// <para>
/// Needs steps chosen by their error. The step is kept until one 1.5 times as long would do, so of <see cref="AdaptiveSteps"/> the integral and proportional coefficients
/// are not used; its safety factor is relative to 0.9.
/// Solutions that oscillate fast and hardly damped are better solved by an implicit Runge-Kutta method, or with <c>new Bdf(2)</c>.
/// </para>
/// </remarks>
public sealed class Bdf : OdeSolver
{
    /// <summary>Makes the method.</summary>
    /// <param name="maxOrder">Largest order, from 1 to 5; 5 by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another order.</exception>
    public Bdf(int maxOrder = BdfFormula.HighestOrder)
        : base("bdf")
    {
        if (maxOrder is < 1 or > BdfFormula.HighestOrder)
        {
            throw new ArgumentOutOfRangeException(nameof(maxOrder), maxOrder, $"The order of a backward differentiation formula here is from 1 to {BdfFormula.HighestOrder}.");
        }

        Order = maxOrder;
    }

    /// <summary>Largest order.</summary>
    public override int Order { get; }

    /// <inheritdoc/>
    public override int? EmbeddedOrder => null;

    /// <summary>Largest order of the dense output: that of the step.</summary>
    public override int DenseOrder => Order;

    /// <inheritdoc/>
    public override int StageCount => 1;

    /// <inheritdoc/>
    public override bool IsAdaptive => true;

    /// <inheritdoc/>
    public override bool TakesFixedSteps => false;

    /// <inheritdoc/>
    public override ProblemParts SupportedParts => ProblemParts.MassMatrix;

    internal override int StartOrder => 1;

    internal override StepController CreateController(StepSizeControl control, string parameter) => OrderController.Create(control, parameter, Order);

    internal override Stepper<T> CreateStepper<T>(int stateLength, int quadratureLength)
        => new NordsieckStepper<T>(new BdfFormula(Order), false, stateLength, quadratureLength);
}
