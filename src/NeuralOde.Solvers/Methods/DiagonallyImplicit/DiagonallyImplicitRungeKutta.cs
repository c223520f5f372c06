namespace NeuralOde.Solvers;

/// <summary>A diagonally implicit Runge–Kutta method: each stage solves one nonlinear system with one matrix for all stages.</summary>
/// <remarks>
/// Of the kind whose first stage is explicit and whose last is the step's end, so that it is the next step's first (ESDIRK, FSAL).
/// A method that begins implicitly has an explicit first stage of weight 0 in front, which costs nothing, because the last stage of the step before is its value.
/// The equations are solved by a modified Newton iteration to a few hundredths of the tolerance; with fixed steps, to rounding.
/// The step's transpose is exact up to that: it solves with the transposed matrices.
/// </remarks>
public abstract class DiagonallyImplicitRungeKutta : OdeSolver
{
    private protected DiagonallyImplicitRungeKutta(string name, ButcherTableau tableau, bool filtersError = false, double[][]? explicitRows = null, double[][]? splitDense = null)
        : base(name)
    {
        double gamma = tableau.A(tableau.StageCount - 1)[^1];
        bool isOfTheKind = tableau.IsDiagonallyImplicit && tableau.IsStifflyAccurate && tableau.A(0).Length == 0;
        for (int i = 1; i < tableau.StageCount; i++)
        {
            isOfTheKind &= tableau.A(i).Length == i + 1 && tableau.A(i)[i] == gamma;
        }

        if (!isOfTheKind)
        {
            throw new ArgumentException("The first stage must be explicit, the others implicit with one number on the diagonal, and the last row the weights.", nameof(tableau));
        }

        Tableau = tableau;
        FiltersError = filtersError;
        ExplicitRows = explicitRows;
        SplitTableau = explicitRows is null
            ? tableau
            : new ButcherTableau(
                tableau.Order,
                [.. Enumerable.Range(0, tableau.StageCount).Select(i => tableau.A(i).ToArray())],
                tableau.B.ToArray(),
                tableau.C.ToArray(),
                tableau.DenseOrder - 1,
                splitDense!,
                tableau.EmbeddedOrder,
                tableau.ErrorWeights.ToArray());
    }

    /// <summary>Coefficients; of an implicit-explicit method, of its implicit part.</summary>
    public ButcherTableau Tableau { get; }

    /// <inheritdoc/>
    public sealed override int Order => Tableau.Order;

    /// <inheritdoc/>
    public sealed override int? EmbeddedOrder => Tableau.EmbeddedOrder;

    /// <inheritdoc/>
    public sealed override int DenseOrder => Tableau.DenseOrder;

    /// <inheritdoc/>
    public sealed override int StageCount => Tableau.StageCount;

    /// <inheritdoc/>
    /// <value>A stiff field, where the method has an explicit part; gradients take the sum of both fields as one.</value>
    public sealed override ProblemParts SupportedParts => ExplicitRows is null ? ProblemParts.None : ProblemParts.StiffField;

    /// <summary>Whether the error estimate is multiplied by <c>(I − γ h J)⁻¹</c>, so that it stays bounded where components are very stiff.</summary>
    internal bool FiltersError { get; }

    /// <summary>Coefficients of the explicit part, row i with i entries; its weights are those of the implicit part.</summary>
    internal double[][]? ExplicitRows { get; }

    /// <summary>The same coefficients with the dense output of a split field, whose last stage is not the step's end.</summary>
    internal ButcherTableau SplitTableau { get; }

    internal sealed override Stepper<T> CreateStepper<T>(int stateLength, int quadratureLength)
        => new DiagonallyImplicitStepper<T>(this, stateLength, quadratureLength);
}
