using NeuralOde.Layers;

namespace NeuralOde.Fields;

/// <summary>
/// Hamilton's equations of a learned energy: <c>dq/dt = ∂H/∂p</c>, <c>dp/dt = −∂H/∂q</c>, where a network gives the scalar H (Greydanus, Dzamba, Yosinski 2019,
/// arXiv 1906.01563). The energy is constant along every exact solution, whatever the network's parameters.
/// </summary>
/// <remarks>
/// <para>
/// The state is <c>[…, 2n]</c>: n positions q, then their n momenta p. Each row of a batch has an energy of its own, so the energy must not mix rows. The gradient is
/// made of operations, so that the field is compiled, solved and differentiated as any other; an activation with a smooth derivative, such as tanh, suits it.
/// </para>
/// <para>
/// A solver keeps the energy within a bound over any number of steps if it is symplectic. For a separable energy, <c>H = T(p) + V(q)</c>
/// (<see cref="Separable(Layer, Layer?)"/>), these are <see cref="VelocityVerlet"/>, <see cref="Yoshida4"/> and <see cref="Yoshida6"/>; for any energy the implicit
/// <see cref="GaussLegendre4"/> and <see cref="GaussLegendre6"/>; all with <see cref="FixedSteps"/>.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// var field = new HamiltonianField(new Mlp(inputs: 2, hidden: [200, 200], outputs: 1));
/// Tensor path = new OdeBlock(field) { Solver = new GaussLegendre4(), Steps = FixedSteps.OfLength(0.1) }.Forward(z0, times);
/// Tensor energy = field.Energy(path);
/// </code>
/// </example>
public sealed class HamiltonianField : VectorField
{
    private readonly VectorField? _total;
    private readonly VectorField? _kinetic;
    private readonly VectorField? _potential;

    /// <summary>Makes the field of an energy of positions and momenta.</summary>
    /// <param name="energy">The energy H: from <c>[…, 2n]</c> to <c>[…, 1]</c>. Its parameters are the field's, under <c>energy.network.</c></param>
    public HamiltonianField(Layer energy)
        : this(energy.AsField(), null, null)
    {
    }

    private HamiltonianField(VectorField? total, VectorField? kinetic, VectorField? potential)
    {
        _total = total is null ? null : AddModule("energy", total);
        _kinetic = kinetic is null ? null : AddModule("kinetic", kinetic);
        _potential = potential is null ? null : AddModule("potential", potential);
    }

    /// <summary>Makes the field of a separable energy, <c>H = T(p) + V(q)</c>, which explicit symplectic methods solve.</summary>
    /// <param name="potential">The potential energy V: from <c>[…, n]</c> to <c>[…, 1]</c>. Its parameters are the field's, under <c>potential.network.</c></param>
    /// <param name="kinetic">
    /// The kinetic energy T, of the same shapes; <c>|p|²/2</c> if not given. Then the momenta are velocities, and the problem is one of second order,
    /// <c>q″ = −∂V/∂q</c>. Its parameters are the field's, under <c>kinetic.network.</c>
    /// </param>
    /// <returns>The field.</returns>
    public static HamiltonianField Separable(Layer potential, Layer? kinetic = null)
    {
        ArgumentNullException.ThrowIfNull(potential);
        return new HamiltonianField(null, kinetic?.AsField(), potential.AsField());
    }

    /// <summary>Makes the field of an energy given as code.</summary>
    /// <param name="energy">
    /// From positions and momenta, both <c>[…, n]</c>, to the energy <c>[…, 1]</c>, made of tensor operations. It may capture parameters and modules.
    /// </param>
    /// <param name="modules">Modules whose parameters the function uses.</param>
    /// <returns>The field.</returns>
    public static HamiltonianField FromEnergy(Func<Tensor, Tensor, Tensor> energy, params Module[] modules)
    {
        ArgumentNullException.ThrowIfNull(energy);
        return new HamiltonianField(Define((_, z) => energy(Half(z, 0), Half(z, 1)), modules), null, null);
    }

    /// <summary>Makes the field of a separable energy given as code, <c>H = T(p) + V(q)</c>.</summary>
    /// <param name="potential">From positions <c>[…, n]</c> to the potential energy <c>[…, 1]</c>, made of tensor operations. It may capture parameters and modules.</param>
    /// <param name="kinetic">From momenta <c>[…, n]</c> to the kinetic energy <c>[…, 1]</c>; <c>|p|²/2</c> if not given.</param>
    /// <returns>The field.</returns>
    public static HamiltonianField FromSeparableEnergy(Func<Tensor, Tensor> potential, Func<Tensor, Tensor>? kinetic = null)
    {
        ArgumentNullException.ThrowIfNull(potential);
        return new HamiltonianField(null, kinetic is null ? null : Define((_, p) => kinetic(p)), Define((_, q) => potential(q)));
    }

    /// <summary>Whether the energy is a sum of a function of the momenta and one of the positions, as explicit symplectic methods need it.</summary>
    public bool IsSeparable => _potential is not null;

    /// <summary>The energy of states.</summary>
    /// <param name="z">States, <c>[…, 2n]</c>.</param>
    /// <returns>A tensor <c>[…, 1]</c>.</returns>
    /// <exception cref="ArgumentException">The last axis is not even, or the energy has another shape than <c>[…, 1]</c>.</exception>
    public Tensor Energy(Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        CheckState(z.Shape);
        return _total is not null ? EnergyOf(_total, z) : KineticEnergy(Half(z, 1)) + EnergyOf(_potential!, Half(z, 0));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor t, Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        CheckState(z.Shape);
        if (_total is not null)
        {
            Tensor slope = Gradients.OfFunction(x => EnergyOf(_total, x), z);
            return Tensor.Concatenate([Half(slope, 1), -Half(slope, 0)], -1);
        }

        Tensor force = -Gradients.OfFunction(x => EnergyOf(_potential!, x), Half(z, 0));
        Tensor velocity = _kinetic is null ? Half(z, 1) : Gradients.OfFunction(x => EnergyOf(_kinetic, x), Half(z, 1));
        return Tensor.Concatenate([velocity, force], -1);
    }

    /// <inheritdoc/>
    /// <remarks>None for an energy that is not separable: explicit symplectic methods do not solve it.</remarks>
    public override PositionLayout? PositionsOf(Shape state) =>
        IsSeparable ? new PositionLayout(state[-1] / 2, state[-1], IsSecondOrder: _kinetic is null) : null;

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner)
    {
        return new HamiltonianField(Copy(_total), Copy(_kinetic), Copy(_potential));

        VectorField? Copy(VectorField? part) => part is null ? null : cloner.Clone(part);
    }

    private static Tensor Half(Tensor z, int half) => z.Slice(-1, half * (z.Shape[-1] / 2), z.Shape[-1] / 2);

    private static Tensor EnergyOf(VectorField part, Tensor x)
    {
        Tensor energy = part.Forward(Tensor.Scalar(0, x.DType), x);
        return energy.Shape == x.Shape.With(-1, 1)
            ? energy
            : throw new ArgumentException($"An energy of shape {x.Shape.With(-1, 1)}, one number for each row, goes with {x.Shape}; got {energy.Shape}.");
    }

    private static void CheckState(Shape state) => ArgumentException.ThrowIf(
        state.Rank == 0 || state[-1] % 2 != 0, $"The state of Hamilton's equations is [..., 2n]: n positions, then their n momenta; got shape {state}.", nameof(state));

    private Tensor KineticEnergy(Tensor p) => _kinetic is not null ? EnergyOf(_kinetic, p) : 0.5 * p.Square().Sum([-1], keepAxes: true);
}
