namespace NeuralOde.Solvers;

/// <summary>The Adams–Bashforth–Moulton methods of order 2 to 5 with variable coefficients: predict, evaluate, correct, evaluate.</summary>
/// <remarks>
/// Order as given, of the predictor and the corrector · no error estimate: needs <see cref="FixedSteps"/> · 1 stage and the one at the predicted state: 2
/// evaluations per step · dense output: the integral of the corrector's polynomial, of the same order ·
/// J. C. Adams, F. R. Moulton, <i>New Methods in Exterior Ballistics</i> (1926); Hairer, Nørsett, Wanner I, III.1 and III.5.
/// More precise than <see cref="AdamsBashforth"/> and stable for longer steps. Starts, and changes of step, are as there.
/// </remarks>
public sealed class AdamsBashforthMoulton : OdeSolver
{
    /// <summary>Makes the method of an order.</summary>
    /// <param name="order">2 to 5.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another order.</exception>
    public AdamsBashforthMoulton(int order)
        : base(Named(order)) => Order = order;

    /// <inheritdoc/>
    public override int Order { get; }

    /// <inheritdoc/>
    public override int? EmbeddedOrder => null;

    /// <summary>Order of the dense output, uniformly over a step; on the Runge–Kutta steps at the start it is at most 3.</summary>
    public override int DenseOrder => Order;

    /// <inheritdoc/>
    public override int StageCount => 2;

    /// <inheritdoc/>
    public override bool TransposesAtEvaluations => true;

    internal override Stepper<T> CreateStepper<T>(int stateLength, int quadratureLength)
        => new AdamsBashforthStepper<T>(Order, stateLength, quadratureLength, corrects: true);

    private static string Named(int order)
        => order is >= 2 and <= AdamsWeights.MaxOrder
            ? $"abm{order}"
            : throw new ArgumentOutOfRangeException(nameof(order), order, "The order of an Adams–Bashforth–Moulton method here is 2 to 5.");
}
