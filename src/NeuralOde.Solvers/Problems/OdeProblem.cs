using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>
/// What is solved: <c>dz/dt = f(t, z)</c>, or with all its parts <c>M dz/dt = f(t, z) + g(t, z)</c>. What is known of the field beyond its values
/// lets implicit methods do with less work.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class OdeProblem<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes the problem of a field.</summary>
    /// <param name="field">Vector field f.</param>
    public OdeProblem(IVectorField<T> field)
    {
        ArgumentNullException.ThrowIfNull(field);
        Field = field;
    }

    /// <summary>Makes the problem of a function.</summary>
    /// <param name="field">Vector field f.</param>
    public OdeProblem(VectorFieldFunction<T> field)
    {
        ArgumentNullException.ThrowIfNull(field);
        Field = new FunctionField(field);
    }

    /// <summary>Vector field f.</summary>
    public IVectorField<T> Field { get; }

    /// <summary>The derivative of <see cref="Field"/> (of <see cref="StiffField"/> where there is one) by the state, for implicit methods.</summary>
    /// <value><see langword="null"/> (the default): from finite differences.</value>
    public IJacobian<T>? Jacobian { get; init; }

    /// <summary>Where the Jacobian may differ from zero. A band makes its finite differences and its factorization cheap.</summary>
    /// <value><see langword="null"/> (the default): everywhere.</value>
    public Bandwidth? JacobianBandwidth { get; init; }

    /// <summary>
    /// Number of components of the blocks on the diagonal outside of which the Jacobian is zero, as where the state is a batch of rows that do not depend on each other. Each
    /// block is factored alone, and one product or difference serves a column of all blocks.
    /// </summary>
    /// <value>A divisor of the state's length, without a <see cref="JacobianBandwidth"/>; or <see langword="null"/> (the default): the Jacobian is one block.</value>
    public int? JacobianBlockLength { get; init; }

    /// <summary>Makes what solves the linear equations of implicit methods.</summary>
    /// <value><see langword="null"/> (the default): LU decomposition with partial pivoting, dense or banded as the Jacobian is.</value>
    public Func<ILinearSolver<T>>? LinearSolver { get; init; }

    /// <summary>Constant matrix M that multiplies the derivative; it may be singular for methods that say so.</summary>
    /// <value><see langword="null"/> (the default): the identity.</value>
    public SquareMatrix<T>? MassMatrix { get; init; }

    /// <summary>Vector field g, the stiff part of a right-hand side <c>f + g</c>, which implicit-explicit methods treat implicitly.</summary>
    /// <value><see langword="null"/> (the default): none.</value>
    public IVectorField<T>? StiffField { get; init; }

    /// <summary>What may happen during a solve: zeros of functions and given times, which end the solve or make the state jump.</summary>
    /// <value>None by default; then they cost nothing.</value>
    public IReadOnlyList<OdeEvent<T>> Events { get; init; } = [];

    /// <summary>
    /// Number of leading components that are positions, of the state or of each of its rows (<see cref="RowLength"/>); the others are velocities (or momenta).
    /// Symplectic methods need to know, others do not care.
    /// The derivative of a position must depend on time and velocities alone, that of a velocity on time and positions alone.
    /// </summary>
    /// <value>From 1 to one less than the length of a row, or <see langword="null"/> (the default): no component is called a position.</value>
    public int? PositionCount { get; init; }

    /// <summary>Length of a row, for a state that is many of them, such as a batch: each row has its positions first, and its velocities behind them.</summary>
    /// <value>A divisor of the state's length, or <see langword="null"/> (the default): the state is one row.</value>
    public int? RowLength { get; init; }

    /// <summary>Whether the derivative of each position is the velocity half a row behind it, so that the field need not be asked for it.</summary>
    /// <value><see langword="false"/> by default. <see langword="true"/> needs a <see cref="PositionCount"/> of half a row.</value>
    public bool IsSecondOrder { get; init; }

    /// <summary>Makes the problem <c>q'' = a(t, q)</c>. Its state is the positions q and the velocities q′ behind them.</summary>
    /// <param name="acceleration">a: receives time and positions, and writes the accelerations.</param>
    /// <param name="positionCount">Number of positions, half the length of the state.</param>
    /// <returns>The problem, for methods of every kind.</returns>
    public static OdeProblem<T> SecondOrder(VectorFieldFunction<T> acceleration, int positionCount)
    {
        ArgumentNullException.ThrowIfNull(acceleration);
        ArgumentOutOfRangeException.ThrowIfLessThan(positionCount, 1);
        return new OdeProblem<T>((t, z, dz) =>
        {
            z[positionCount..].CopyTo(dz);
            acceleration(t, z[..positionCount], dz[positionCount..]);
        })
        {
            PositionCount = positionCount,
            IsSecondOrder = true,
        };
    }

    /// <summary>The parts that a method must know of.</summary>
    public ProblemParts Parts => (MassMatrix is null ? 0 : ProblemParts.MassMatrix) | (StiffField is null ? 0 : ProblemParts.StiffField);

    /// <summary>A matrix for the Jacobian: the last one, where it is of the same kind.</summary>
    internal SquareMatrix<T> JacobianMatrix(SquareMatrix<T>? last, int stateLength)
        => last is not null && last.BlockLength == JacobianBlockLength && (JacobianBlockLength is not null || last.Bandwidth == JacobianBandwidth) ? last
            : JacobianBlockLength is { } block ? SquareMatrix<T>.OfBlocks(stateLength, block)
            : new SquareMatrix<T>(stateLength, JacobianBandwidth);

    /// <summary>Checks the shapes of the parts against the state.</summary>
    internal void Validate(int stateLength, string parameter)
    {
        if (Events is null || Events.Contains(null!))
        {
            throw new ArgumentException("The list of events, or one of them, is null.", parameter);
        }

        if (MassMatrix is not null && MassMatrix.Length != stateLength)
        {
            throw new ArgumentException($"The mass matrix has {MassMatrix.Length} rows; the state has {stateLength} components.", parameter);
        }

        if (MassMatrix is not null && Reductions.FirstNotFinite<T>(MassMatrix.Values) is >= 0 and int entry)
        {
            throw new ArgumentException($"The mass matrix has an entry in row {entry / MassMatrix.Stride} that is not finite.", parameter);
        }

        int rowLength = RowLength ?? stateLength;
        if (rowLength < 1 || stateLength % rowLength != 0)
        {
            throw new ArgumentException($"A state of {stateLength} components is not rows of {rowLength}.", parameter);
        }

        if (PositionCount is { } positions && (positions < 1 || positions >= rowLength))
        {
            throw new ArgumentException($"{positions} of {rowLength} components cannot be positions: there must be at least one, and one velocity.", parameter);
        }

        if (IsSecondOrder && PositionCount * 2 != rowLength)
        {
            throw new ArgumentException(
                $"A problem of second order with {(RowLength is null ? "a state" : "rows")} of {rowLength} components has {rowLength / 2.0} positions, not {PositionCount ?? 0}.",
                parameter);
        }

        if (JacobianBlockLength is { } block && (block < 1 || stateLength % block != 0 || JacobianBandwidth is not null))
        {
            throw new ArgumentException(
                JacobianBandwidth is null
                    ? $"A Jacobian of {stateLength} rows is not blocks of {block}."
                    : "The Jacobian has a band or blocks: give JacobianBandwidth or JacobianBlockLength, not both.",
                parameter);
        }

        if (JacobianBandwidth is { } band && (band.Lower < 0 || band.Upper < 0 || band.Lower >= stateLength || band.Upper >= stateLength))
        {
            throw new ArgumentException(
                $"The Jacobian's band {band} must have from 0 to {stateLength - 1} diagonals on either side: the state has {stateLength} components.",
                parameter);
        }
    }

    private sealed class FunctionField(VectorFieldFunction<T> f) : IVectorField<T>
    {
        public void Evaluate(double t, ReadOnlySpan<T> z, Span<T> dz) => f(t, z, dz);
    }
}
