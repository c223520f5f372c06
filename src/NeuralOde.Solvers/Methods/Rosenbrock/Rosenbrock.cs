namespace NeuralOde.Solvers;

/// <summary>
/// A linearly implicit Runge–Kutta method, which solves one linear system per stage with one matrix per step and iterates nowhere: the fastest for
/// small stiff problems.
/// </summary>
/// <remarks>
/// The Jacobian enters the formula, so it is evaluated at every step. Where the problem has none, it and the derivative by time are one-sided
/// differences: of second order at relative tolerances below 1e-5, so that they do not limit the accuracy.
/// A mass matrix may be singular (index 1).
/// The Jacobian enters the formula, so the transpose of a step holds second derivatives of the field: where the problem gives its Jacobian, the vector-Jacobian product must be
/// an <see cref="ISecondDerivative{T}"/>, as that of a compiled field is; where it does not, the differences are differentiated, in as many products as they take evaluations.
/// Forward sensitivities (<see cref="ForwardSensitivity{T}"/>) are exact as the tolerance falls, not those of the map.
/// </remarks>
public abstract class Rosenbrock : OdeSolver
{
    private protected Rosenbrock(string name, RosenbrockTableau tableau)
        : base(name) => Tableau = tableau;

    /// <inheritdoc/>
    public sealed override int Order => Tableau.Order;

    /// <inheritdoc/>
    public sealed override int? EmbeddedOrder => Tableau.EmbeddedOrder;

    /// <inheritdoc/>
    public sealed override int DenseOrder => Tableau.DenseOrder;

    /// <inheritdoc/>
    public sealed override int StageCount => Tableau.StageCount;

    /// <inheritdoc/>
    /// <value>A mass matrix.</value>
    public sealed override ProblemParts SupportedParts => ProblemParts.MassMatrix;

    internal RosenbrockTableau Tableau { get; }

    internal sealed override Stepper<T> CreateStepper<T>(int stateLength, int quadratureLength) => new RosenbrockStepper<T>(Tableau, stateLength, quadratureLength);
}
