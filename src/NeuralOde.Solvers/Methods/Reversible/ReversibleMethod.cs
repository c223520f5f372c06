namespace NeuralOde.Solvers;

/// <summary>
/// An algebraically reversible method: it carries a second state along, and a step backward from where a step forward ended comes back to where that began, but for round-off.
/// One evaluation per step.
/// </summary>
/// <remarks>
/// Their stability on decays is small or none: of <c>z' = λ z</c> with λ &lt; 0 errors grow slowly. They are for oscillations, and for short intervals.
/// </remarks>
public abstract class ReversibleMethod : OdeSolver
{
    private protected ReversibleMethod(string name)
        : base(name)
    {
    }

    /// <inheritdoc/>
    public override int Order => 2;

    /// <inheritdoc/>
    public override int? EmbeddedOrder => null;

    /// <inheritdoc/>
    public override int DenseOrder => 2;

    /// <inheritdoc/>
    public override int StageCount => 1;

    /// <inheritdoc/>
    public override bool TransposesAtEvaluations => true;
}
