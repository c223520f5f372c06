namespace NeuralOde.Solvers;

/// <summary>
/// A method that moves positions and velocities in turn, for problems <c>dq/dt = g(t, v)</c>, <c>dv/dt = a(t, q)</c>: symplectic, so that energy errors of conservative
/// problems stay bounded however long they are followed.
/// </summary>
/// <remarks>
/// The problem says what its positions are: <see cref="OdeProblem{T}.PositionCount"/>, or <see cref="OdeProblem{T}.SecondOrder"/>. Where the derivative of
/// a position depends on positions, or that of a velocity on velocities, the methods converge with order 1 only, and are not symplectic.
/// Steps must be equal for long-time behavior: <see cref="FixedSteps"/>.
/// </remarks>
public abstract class SymplecticMethod : OdeSolver
{
    /// <param name="name">Short name.</param>
    /// <param name="order">Order.</param>
    /// <param name="moves">Alternating moves of a step: of velocities and of positions, by shares of the step that sum to 1 each.</param>
    private protected SymplecticMethod(string name, int order, params IReadOnlyList<Move> moves)
        : base(name)
    {
        Order = order;
        Moves = [.. moves];
    }

    /// <inheritdoc/>
    public override int Order { get; }

    /// <inheritdoc/>
    public override int? EmbeddedOrder => null;

    /// <summary>Order of the dense output, a cubic through states and slopes at both ends, which costs one evaluation per step.</summary>
    public override int DenseOrder => Math.Min(3, Order);

    /// <inheritdoc/>
    public override int StageCount => Moves.Length;

    /// <inheritdoc/>
    public override bool TransposesAtEvaluations => true;

    /// <inheritdoc/>
    public override bool NeedsPositions => true;

    internal Move[] Moves { get; }

    /// <summary>The composition of Verlet steps by shares of the step; moves of velocities that follow each other are one.</summary>
    private protected static Move[] Compose(params ReadOnlySpan<double> shares)
    {
        var moves = new Move[(2 * shares.Length) + 1];
        double before = 0;
        for (int i = 0; i < shares.Length; i++)
        {
            moves[2 * i] = new Move(true, (before + shares[i]) / 2);
            moves[(2 * i) + 1] = new Move(false, shares[i]);
            before = shares[i];
        }

        moves[^1] = new Move(true, before / 2);
        return moves;
    }

    internal override Stepper<T> CreateStepper<T>(int stateLength, int quadratureLength)
        => quadratureLength == 0
            ? new SymplecticStepper<T>(Moves, stateLength)
            : throw new ArgumentException($"{Name} has no quadratures: put them among the positions.", nameof(quadratureLength));

    /// <param name="OfVelocities">Whether velocities move, by the derivative at the positions; otherwise positions do.</param>
    /// <param name="Share">Share of the step.</param>
    internal readonly record struct Move(bool OfVelocities, double Share);
}
