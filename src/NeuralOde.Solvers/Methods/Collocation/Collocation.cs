namespace NeuralOde.Solvers;

/// <summary>A fully implicit Runge–Kutta method of collocation type, with all its stages in one system.</summary>
/// <remarks>
/// The system is solved by a simplified Newton iteration in transformed variables: a complex system of the state's length, and a real one. Error estimate,
/// starting values and stopping rule are those of RADAU5 (E. Hairer, G. Wanner, <i>Solving Ordinary Differential Equations II</i>, IV.8).
/// With fixed steps the equations are solved to rounding. The step's transpose is exact up to that; there is none with a mass matrix.
/// The linear systems are the method's own: a problem's <see cref="OdeProblem{T}.LinearSolver"/> is refused.
/// </remarks>
public abstract class Collocation : OdeSolver
{
    private readonly ProblemParts _parts;

    private protected Collocation(string name, CollocationTableau tableau, ProblemParts parts)
        : base(name) => (Tableau, _parts) = (tableau, parts);

    /// <inheritdoc/>
    public sealed override int Order => Tableau.Order;

    /// <inheritdoc/>
    public sealed override int? EmbeddedOrder => Tableau.StageCount;

    /// <inheritdoc/>
    public sealed override int DenseOrder => Tableau.DenseOrder;

    /// <inheritdoc/>
    public sealed override int StageCount => Tableau.StageCount;

    /// <inheritdoc/>
    public sealed override ProblemParts SupportedParts => _parts;

    internal CollocationTableau Tableau { get; }

    internal sealed override Stepper<T> CreateStepper<T>(int stateLength, int quadratureLength) => new CollocationStepper<T>(Tableau, stateLength, quadratureLength);
}
