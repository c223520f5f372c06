namespace NeuralOde.Solvers;

/// <summary>
/// Implicit Adams methods of variable order, from 2 to 13, with variable steps: the method for smooth problems that are not stiff, at tight tolerances and where
/// evaluations are expensive.
/// </summary>
/// <remarks>
/// Order 2 to <see cref="Order"/>, chosen as the steps are · error estimate of one order less, from the predictor: local extrapolation · 1 stage · stable in a bounded region ·
/// dense output: the corrected polynomial, of the order of the step · J. C. Adams, F. R. Moulton (1926); L. F. Shampine, M. K. Gordon,
/// <i>Computer Solution of Ordinary Differential Equations</i> (1975); P. N. Brown, G. D. Byrne, A. C. Hindmarsh, "VODE", <i>SIAM J. Sci. Stat. Comput.</i> 10 (1989);
/// strategies of CVODE, A. C. Hindmarsh et al., <i>ACM TOMS</i> 31 (2005).
/// <para>
/// The nonlinear equations are solved by functional iteration, at one to three evaluations per step, or by a modified Newton iteration as in <see cref="Bdf"/>.
/// The transpose is that of the map with the orders and lengths of the steps as constants, by the implicit function theorem at each corrected state. The corrector leaves up
/// to a third of the tolerance in each step, so the gradient is exact to about that; it converges as the tolerance falls.
/// </para>
/// <para>
/// Needs steps chosen by their error, and chooses them as <see cref="Bdf"/> does.
/// </para>
/// </remarks>
public sealed class Adams : OdeSolver
{
    // At high orders an error estimate lags behind a solution that turns, as at the close approach of an orbit. Of steps about half as long as the estimate allows
    // a fifth as many are rejected: on DETEST they cost 2.5 to 5 % more evaluations, and leave half of the error.
    private const double StepShare = 5.0 / 9;

    // Where the state rests: within the stability of the high orders, and where functional iteration contracts, the transposed one too.
    private const double LargestAtRest = 0.05;

    private readonly bool _isFunctional;

    /// <summary>Makes the method.</summary>
    /// <param name="maxOrder">Largest order, from 2 to 13; 13 by default.</param>
    /// <param name="corrector">How the nonlinear equations are solved; functional iteration by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another order or corrector.</exception>
    public Adams(int maxOrder = AdamsFormula.HighestOrder + 1, MultistepCorrector corrector = MultistepCorrector.Functional)
        : base("adams")
    {
        if (maxOrder is < 2 or > AdamsFormula.HighestOrder + 1)
        {
            throw new ArgumentOutOfRangeException(nameof(maxOrder), maxOrder, $"The order of an implicit Adams method here is from 2 to {AdamsFormula.HighestOrder + 1}.");
        }

        if (corrector is not (MultistepCorrector.Functional or MultistepCorrector.Newton))
        {
            throw new ArgumentOutOfRangeException(nameof(corrector), corrector, "The corrector is Functional or Newton.");
        }

        Order = maxOrder;
        _isFunctional = corrector == MultistepCorrector.Functional;
    }

    /// <summary>Largest order.</summary>
    public override int Order { get; }

    /// <summary>How the nonlinear equations are solved.</summary>
    public MultistepCorrector Corrector => _isFunctional ? MultistepCorrector.Functional : MultistepCorrector.Newton;

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

    internal override int StartOrder => 1;

    internal override RestLimits? RestLimits(double tolerance) => new(LargestAtRest, LargestAtRest, LargestAtRest);

    internal override StepController CreateController(StepSizeControl control, string parameter) => OrderController.Create(control, parameter, Order - 1, StepShare);

    internal override Stepper<T> CreateStepper<T>(int stateLength, int quadratureLength)
        => new NordsieckStepper<T>(new AdamsFormula(Order - 1), _isFunctional, stateLength, quadratureLength);
}
