namespace NeuralOde.Solvers;

/// <summary>The explicit Adams–Bashforth methods of order 1 to 5, with variable coefficients: one evaluation per step.</summary>
/// <remarks>
/// Order as given · no error estimate: needs <see cref="FixedSteps"/> · 1 stage · dense output: the integral of the same polynomial, of the same order ·
/// J. C. Adams, F. Bashforth (1883); Hairer, Nørsett, Wanner I, III.1 and III.5.
/// <para>
/// The formula integrates the polynomial through the derivatives at the last steps' starts, wherever those lie, so a change of step between output
/// times costs no order and no restart,
/// and its dependence on all those times is part of the transpose. Where there is no history yet, or some of its steps is shorter than half the step to take
/// (a formula that extrapolates far magnifies errors), a step of the classic Runge–Kutta method of order 4 is taken instead.
/// Where a step is exactly at that threshold the discrete map jumps as the times move; the transpose is then that of the formula that was taken.
/// </para>
/// </remarks>
public sealed class AdamsBashforth : OdeSolver
{
    /// <summary>Makes the method of an order.</summary>
    /// <param name="order">1 to 5. Order 1 is <see cref="Euler"/> with the dense output of this family.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another order.</exception>
    public AdamsBashforth(int order)
        : base(Named(order)) => Order = order;

    /// <inheritdoc/>
    public override int Order { get; }

    /// <inheritdoc/>
    public override int? EmbeddedOrder => null;

    /// <summary>Order of the dense output, uniformly over a step; on the Runge–Kutta steps at the start it is at most 3.</summary>
    public override int DenseOrder => Order;

    /// <inheritdoc/>
    public override int StageCount => 1;

    /// <inheritdoc/>
    public override bool TransposesAtEvaluations => true;

    internal override Stepper<T> CreateStepper<T>(int stateLength, int quadratureLength)
        => new AdamsBashforthStepper<T>(Order, stateLength, quadratureLength, corrects: false);

    private static string Named(int order)
        => order is >= 1 and <= AdamsWeights.MaxOrder
            ? $"ab{order}"
            : throw new ArgumentOutOfRangeException(nameof(order), order, "The order of an Adams–Bashforth method here is 1 to 5.");
}
