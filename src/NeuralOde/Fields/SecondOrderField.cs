namespace NeuralOde.Fields;

/// <summary>An equation of second order, <c>q″ = a(t, q)</c> or <c>q″ = a(t, q, q′)</c>, as a field: <c>dq/dt = v</c>, <c>dv/dt = a</c>.</summary>
/// <remarks>
/// The state is <c>[…, 2n]</c>: n positions, then their n velocities. Where the acceleration does not depend on velocities, symplectic methods solve it
/// (<see cref="VelocityVerlet"/>, <see cref="Yoshida4"/>, <see cref="Yoshida6"/>, with <see cref="FixedSteps"/>), and evaluate only the acceleration. A force with an
/// energy, which these methods then keep, is a <see cref="HamiltonianField"/>; a network that gives the force itself need not have one.
/// </remarks>
/// <example>
/// <code>
/// var field = new SecondOrderField(new Mlp(inputs: 1, hidden: [32], outputs: 1).AsField());
/// var damped = new SecondOrderField(new Mlp(inputs: 2, hidden: [32], outputs: 1).AsField(), takesVelocities: true);
/// </code>
/// </example>
public sealed class SecondOrderField : VectorField
{
    /// <summary>Makes the field.</summary>
    /// <param name="acceleration">
    /// Gives the acceleration <c>[…, n]</c> at the positions <c>[…, n]</c>, or at positions and velocities <c>[…, 2n]</c>. It may read inputs as any field.
    /// </param>
    /// <param name="takesVelocities">Whether the acceleration depends on velocities too, such as by friction.</param>
    public SecondOrderField(VectorField acceleration, bool takesVelocities = false)
    {
        ArgumentNullException.ThrowIfNull(acceleration);
        Acceleration = AddModule("acceleration", acceleration);
        TakesVelocities = takesVelocities;
    }

    /// <summary>Gives the acceleration.</summary>
    public VectorField Acceleration { get; }

    /// <summary>Whether the acceleration depends on velocities too.</summary>
    public bool TakesVelocities { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor t, Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        ArgumentException.ThrowIf(
            z.Rank == 0 || z.Shape[-1] % 2 != 0, $"The state of an equation of second order is [..., 2n]: n positions, then their n velocities; got shape {z.Shape}.", nameof(z));
        int n = z.Shape[-1] / 2;
        Tensor acceleration = Acceleration.Forward(t, TakesVelocities ? z : z.Slice(-1, 0, n));
        return acceleration.Shape == z.Shape.With(-1, n)
            ? Tensor.Concatenate([z.Slice(-1, n, n), acceleration], -1)
            : throw new ArgumentException($"A state {z.Shape} of positions and velocities takes an acceleration of shape {z.Shape.With(-1, n)}; got {acceleration.Shape}.");
    }

    /// <inheritdoc/>
    /// <remarks>None where the acceleration takes velocities: symplectic methods do not solve that.</remarks>
    public override PositionLayout? PositionsOf(Shape state) => TakesVelocities ? null : new PositionLayout(state[-1] / 2, state[-1], IsSecondOrder: true);

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new SecondOrderField(cloner.Clone(Acceleration), TakesVelocities);
}
