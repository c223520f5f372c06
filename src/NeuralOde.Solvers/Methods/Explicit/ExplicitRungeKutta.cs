namespace NeuralOde.Solvers;

/// <summary>An explicit Runge–Kutta method: a name and a <see cref="ButcherTableau"/>.</summary>
public class ExplicitRungeKutta : OdeSolver
{
    /// <summary>Makes the method of a tableau.</summary>
    /// <param name="name">Short name, for messages and reports.</param>
    /// <param name="tableau">Coefficients.</param>
    public ExplicitRungeKutta(string name, ButcherTableau tableau)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(tableau);
        if (!tableau.IsExplicit)
        {
            throw new ArgumentException("The tableau has entries on its diagonal or above it; an explicit method has none.", nameof(tableau));
        }

        Tableau = tableau;
    }

    /// <summary>Coefficients.</summary>
    public ButcherTableau Tableau { get; }

    /// <inheritdoc/>
    public override int Order => Tableau.Order;

    /// <inheritdoc/>
    public override int? EmbeddedOrder => Tableau.EmbeddedOrder;

    /// <inheritdoc/>
    public override int DenseOrder => Tableau.DenseOrder;

    /// <inheritdoc/>
    public override int StageCount => Tableau.StageCount;

    /// <inheritdoc/>
    public override bool TransposesAtEvaluations => true;

    internal override RestLimits? RestLimits(double tolerance) => Tableau.RestLimits(tolerance);

    internal override Stepper<T> CreateStepper<T>(int stateLength, int quadratureLength)
        => new RungeKuttaStepper<T>(Tableau, stateLength, quadratureLength);
}
