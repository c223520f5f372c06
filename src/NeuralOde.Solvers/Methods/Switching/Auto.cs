namespace NeuralOde.Solvers;

/// <summary>
/// Two methods in one: an explicit one while the problem is not stiff, an implicit one while it is. The method for problems of which nobody knows.
/// </summary>
/// <remarks>
/// Order, embedded order, stages and dense output are those of the half that makes a step; the properties say what all of them reach · starts explicit.
/// <para>
/// To the stiff half: of two stages at one time, <c>|k_i − k_j| / |z_i − z_j|</c> estimates the largest eigenvalue ρ of the field's Jacobian. Where <c>h ρ</c> is at the end of
/// the stability interval for <c>z' = λ z</c>, λ &lt; 0, in 15 steps with fewer than 6 others in a row between them, the problem is stiff (E. Hairer, G. Wanner,
/// <i>Solving Ordinary Differential Equations II</i>, IV.2, the test of DOPRI5). Where it is far beyond what a mode with that eigenvalue could be resolved with, in 50 steps,
/// the stiff half is tried for 10 steps; if they are not three times as long, the next trial is put off for twice as long.
/// Back to the explicit half: 5 steps in a row are so short that it could make them, by a norm of the Jacobian, which bounds ρ (after L. R. Petzold, <i>SIAM J. Sci. Stat.
/// Comput.</i> 4 (1983)). Between the limits each half stays at work. After a jump the half that worked goes on.
/// </para>
/// A problem's Jacobian, its band and its linear solver serve the stiff half. <see cref="OdeSolution{T}.Switches"/> says where the method changed.
/// It has a transpose, each step by the half that made it.
/// Problems with a mass matrix or a split field are for implicit methods from the start. Needs steps chosen by their error.
/// </remarks>
public sealed class Auto : OdeSolver
{
    /// <summary>States up to this length are solved by <see cref="Rodas5P"/> where nothing is said.</summary>
    private const int LargestForRosenbrock = 50;

    /// <summary>Relative tolerances from this on are served by <see cref="Tsit5"/> where nothing is said.</summary>
    private const double SmallestForOrder5 = 1e-6;

    private readonly ExplicitRungeKutta? _explicit;
    private readonly OdeSolver? _stiff;

    /// <summary>Makes the method of two others.</summary>
    /// <param name="explicitMethod">
    /// For what is not stiff: an explicit Runge-Kutta method with an error estimate and two stages at the step's end, such as <see cref="Dopri5"/> or <see cref="Vern9"/>;
    /// by default <see cref="Tsit5"/> for relative tolerances from 1e-6 on, and <see cref="Vern7"/> for tighter ones.
    /// </param>
    /// <param name="stiffMethod">
    /// For what is stiff: an implicit Runge-Kutta or Rosenbrock method with an error estimate; by default <see cref="Rodas5P"/> for up to 50 components, and
    /// <see cref="KenCarp4"/>, whose Jacobians serve many steps, for more.
    /// </param>
    /// <exception cref="ArgumentException">A method is not of that kind.</exception>
    public Auto(ExplicitRungeKutta? explicitMethod = null, OdeSolver? stiffMethod = null)
        : base("auto")
    {
        if (explicitMethod is { IsAdaptive: false } or { Tableau.StagePair: null })
        {
            throw new ArgumentException(
                $"{explicitMethod.Name} has no error estimate, or no two stages at the step's end by which stiffness is noticed. Take Tsit5, Dopri5, Dopri8, Vern7 or Vern9.",
                nameof(explicitMethod));
        }

        if (stiffMethod is not (null or Rosenbrock or Collocation or DiagonallyImplicitRungeKutta) || stiffMethod is { IsAdaptive: false })
        {
            throw new ArgumentException(
                $"{stiffMethod.Name} is not an implicit method of one step that estimates its error. Take Rodas5P, RadauIIA5, or one of KenCarp3-5 and Kvaerno3-5.",
                nameof(stiffMethod));
        }

        _explicit = explicitMethod;
        _stiff = stiffMethod;
        OdeSolver[] halves = [ExplicitFor(1), ExplicitFor(0), StiffFor(1), StiffFor(int.MaxValue)];
        Order = halves.Min(static x => x.Order);
        EmbeddedOrder = halves.Min(static x => x.EmbeddedOrder);
        DenseOrder = halves.Min(static x => x.DenseOrder);
        StageCount = halves.Min(static x => x.StageCount);
        StartOrder = halves[0].Order;
    }

    /// <summary>Order of the half that has the lowest; the other numbers likewise.</summary>
    public override int Order { get; }

    /// <inheritdoc/>
    public override int? EmbeddedOrder { get; }

    /// <inheritdoc/>
    public override int DenseOrder { get; }

    /// <inheritdoc/>
    public override int StageCount { get; }

    /// <inheritdoc/>
    public override bool TakesFixedSteps => false;

    internal override int StartOrder { get; }

    /// <summary>Only gradients need bounds at rest, and those of stability: shorter steps would hide from the monitor that the stiff half is wanted.</summary>
    internal override RestLimits? RestLimits(double tolerance)
        => ExplicitFor(tolerance).RestLimits(tolerance) is { } x ? x with { Precise = Math.Min(x.Decay, x.Oscillation) } : null;

    /// <summary>The method for what is not stiff.</summary>
    /// <param name="relativeTolerance">Relative tolerance of the solve.</param>
    /// <returns>The method.</returns>
    public ExplicitRungeKutta ExplicitFor(double relativeTolerance) => _explicit ?? (relativeTolerance >= SmallestForOrder5 ? new Tsit5() : new Vern7());

    /// <summary>The method for what is stiff.</summary>
    /// <param name="stateLength">Number of components of the state.</param>
    /// <returns>The method.</returns>
    public OdeSolver StiffFor(int stateLength) => _stiff ?? (stateLength <= LargestForRosenbrock ? new Rodas5P() : new KenCarp4());

    internal override Stepper<T> CreateStepper<T>(int stateLength, int quadratureLength) => new SwitchingStepper<T>(this, stateLength, quadratureLength);
}
