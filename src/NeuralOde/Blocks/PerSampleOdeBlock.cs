using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Modules;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Blocks;

/// <summary>
/// An ODE layer in which every sample has a time span of its own: <c>layer.Forward(z0, dt)</c>, with gradients of the initial states, the spans and the parameters
/// that are exact for the steps that were made.
/// </summary>
/// <remarks>
/// <para>
/// Time is rescaled so that all samples share one solve: with <c>t = t₀ + s·dt</c>, <c>dz/ds = dt·f(t₀ + s·dt, z)</c> from s = 0 to 1, in which the spans are constant
/// components of the state. Their gradient, <c>Σ_k (k/n)·g_k·f(z_k)</c> for an autonomous field and states returned at s = k/n, and the parameters', each sample's own
/// quadrature, come out of the reverse of that solve.
/// </para>
/// <para>
/// A span of 0 keeps the state to the bit, and a negative one goes back in time. A field that depends on time gets <c>t</c> as a column <c>[batch, 1]</c>
/// instead of a scalar, or of the state's shape where each component has its span.
/// The field is compiled once for each shape and element type. Not for use on two threads at once.
/// </para>
/// </remarks>
public sealed class PerSampleOdeBlock : Module
{
    private readonly Dictionary<(Shape State, Shape Span, bool HasStart, bool AllStates), OdeBlock> _blocks = [];

    /// <summary>Makes the layer.</summary>
    /// <param name="field">The dynamics; a <see cref="TupleField"/> where the state is several tensors.</param>
    public PerSampleOdeBlock(VectorField field)
    {
        ArgumentNullException.ThrowIfNull(field);
        Field = AddModule("field", field);
    }

    /// <summary>The dynamics.</summary>
    public VectorField Field { get; }

    /// <summary>The method that integrates.</summary>
    /// <value>Default <see cref="RungeKutta4"/>.</value>
    public OdeSolver Solver { get; init; } = new RungeKutta4();

    /// <summary>The number of equal steps of each sample's span, and of intermediate states.</summary>
    /// <value>At least 1; default 10.</value>
    public int StepCount
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A span takes at least one step.");
    }
    = 10;

    /// <summary>Steps chosen by the error instead, for all samples of the batch together; null for <see cref="StepCount"/> equal steps.</summary>
    /// <value>Default null.</value>
    public AdaptiveSteps? AdaptiveSteps { get; init; }

    /// <summary>How gradients are taken through the solve.</summary>
    /// <value>Default <see cref="GradientMethod.Direct"/>.</value>
    public GradientMethod Gradient { get; init; } = GradientMethod.Direct;

    /// <summary>Solves each sample over its span.</summary>
    /// <param name="z0">The initial states, <c>[batch, …state]</c>.</param>
    /// <param name="dt">The spans, <c>[batch, 1]</c>, or one a component, of the shape of <paramref name="z0"/>.</param>
    /// <param name="t0">The times at the start, of the shape of <paramref name="dt"/>; zeros if not given.</param>
    /// <returns>The states at the ends of the spans, of the shape of <paramref name="z0"/>.</returns>
    /// <exception cref="ArgumentException">A shape or an element type does not fit.</exception>
    /// <exception cref="OdeSolveException">The solve failed; the message says where (on the scale from 0 to 1) and why.</exception>
    public Tensor Forward(Tensor z0, Tensor dt, Tensor? t0 = null) => Solve(z0, dt, t0, allStates: false).Reshape(z0.Shape);

    /// <summary>Solves each sample over its span and returns the states at <c>k/n</c> of it, n being <see cref="StepCount"/>.</summary>
    /// <inheritdoc cref="Forward(Tensor, Tensor, Tensor?)"/>
    /// <returns>The states, the first included: <c>[n + 1, batch, …state]</c>.</returns>
    public Tensor ForwardAll(Tensor z0, Tensor dt, Tensor? t0 = null)
    {
        Tensor states = Solve(z0, dt, t0, allStates: true);
        return states.Reshape(new Shape([StepCount + 1, .. z0.Shape]));
    }

    /// <summary>Solves each sample over its span, where the state is several tensors and the field a <see cref="TupleField"/>.</summary>
    /// <param name="z0">The parts of the initial states, each <c>[batch, size]</c>.</param>
    /// <param name="dt">The spans, <c>[batch, 1]</c>, or one a component, <c>[batch, sum of sizes]</c>.</param>
    /// <param name="t0">The times at the start, of the shape of <paramref name="dt"/>; zeros if not given.</param>
    /// <returns>The parts of the states at the ends of the spans.</returns>
    /// <exception cref="ArgumentException">A shape or an element type does not fit.</exception>
    /// <exception cref="InvalidOperationException">The field is no <see cref="TupleField"/>.</exception>
    public IReadOnlyList<Tensor> Forward(IReadOnlyList<Tensor> z0, Tensor dt, Tensor? t0 = null) => Tuple.Unpack(Forward(Tuple.Pack(z0), dt, t0));

    /// <summary>The same with the states at <c>k/n</c> of the span, n being <see cref="StepCount"/>.</summary>
    /// <inheritdoc cref="Forward(IReadOnlyList{Tensor}, Tensor, Tensor?)"/>
    /// <returns>The parts of the states, the first included, each <c>[n + 1, batch, size]</c>.</returns>
    public IReadOnlyList<Tensor> ForwardAll(IReadOnlyList<Tensor> z0, Tensor dt, Tensor? t0 = null) => Tuple.Unpack(ForwardAll(Tuple.Pack(z0), dt, t0));

    private TupleField Tuple => Field as TupleField
        ?? throw new InvalidOperationException($"A state of several tensors takes a {nameof(TupleField)} as the dynamics; this layer's is {Field.GetType().Name}.");

    private Tensor Solve(Tensor z0, Tensor dt, Tensor? t0, bool allStates)
    {
        ArgumentNullException.ThrowIfNull(z0);
        ArgumentNullException.ThrowIfNull(dt);
        if (z0.Rank == 0 || !(dt.Shape == z0.Shape || dt.Shape == new Shape([z0.Shape[0], 1])))
        {
            throw new ArgumentException($"States of shape {z0.Shape} take time spans of shape [batch, 1], one a sample, or of their own shape, one a component; got {dt.Shape}.", nameof(dt));
        }

        if (t0 is not null && t0.Shape != dt.Shape)
        {
            throw new ArgumentException($"The initial times have the shape of the time spans, {dt.Shape}; got {t0.Shape}.", nameof(t0));
        }

        if (!_blocks.TryGetValue((z0.Shape, dt.Shape, t0 is not null, allStates), out OdeBlock? block))
        {
            block = new OdeBlock(new RescaledField(Field, z0.Shape, dt.Shape, t0 is not null))
            {
                Solver = Solver,
                Steps = AdaptiveSteps is not null ? AdaptiveSteps : FixedSteps.Count(allStates ? 1 : StepCount),
                Gradient = Gradient,
            };
            _blocks[(z0.Shape, dt.Shape, t0 is not null, allStates)] = block;
        }

        Tensor[] parts = [z0.Flatten(), dt.Flatten(), .. t0 is null ? (Tensor[])[] : [t0.Flatten()]];
        Tensor states = block.Forward(Tensor.Concatenate(parts), allStates ? Times() : [0, 1]);
        return allStates ? states.Slice(1, 0, z0.ElementCount) : states.Select(0, 1).Slice(0, 0, z0.ElementCount);
    }

    private double[] Times() => [.. Enumerable.Range(0, StepCount + 1).Select(k => (double)k / StepCount)];

    /// <summary>The dynamics on the common scale. The state is flat: all samples' states, then their spans, then their initial times if there are any.</summary>
    private sealed class RescaledField : VectorField
    {
        private readonly VectorField _field;
        private readonly Shape _state;
        private readonly Shape _span;
        private readonly int _spanLength;
        private readonly bool _hasStart;

        public RescaledField(VectorField field, Shape state, Shape span, bool hasStart)
        {
            _field = field;
            _state = state;

            // Further axes of the state: the one span of a sample holds for all of them.
            _span = span == state ? span : new Shape([state[0], .. Enumerable.Repeat(1, state.Rank - 1)]);
            _spanLength = span.ElementCount;
            _hasStart = hasStart;
        }

        internal override bool KnowsItsParameters => _field.KnowsItsParameters;

        internal override string? NameByOrder => _field.NameByOrder;

        public override Tensor Forward(Tensor t, Tensor z)
        {
            int length = _state.ElementCount;
            Tensor span = z.Slice(0, length, _spanLength).Reshape(_span);
            Tensor time = t * span;
            if (_hasStart)
            {
                time = z.Slice(0, length + _spanLength, _spanLength).Reshape(_span) + time;
            }

            Tensor state = z.Slice(0, 0, length).Reshape(_state);
            Tensor derivative = _field.Forward(time, state);
            return derivative.Shape == _state
                ? Tensor.Concatenate([(span * derivative).Flatten(), Tensor.Zeros([z.ElementCount - length], z.DType)])
                : throw new ArgumentException($"The vector field returns shape {derivative.Shape} for a state of shape {_state}; dz/dt has the state's shape.");
        }

        // Constant components make no error, and must not dilute the mean of the others'.
        internal override ErrorNorm? NormOf(Shape state) => new(0, _state.ElementCount);

        internal override void Discover(IEnumerable<Parameter> parameters) => _field.Discover(parameters);

        internal override void Discover(IReadOnlyCollection<Module> modeReaders) => _field.Discover(modeReaders);

        // Not a module of its own: parameters keep the names that the layer gave them.
        internal override IEnumerable<Module> SelfAndWithin() => _field.SelfAndWithin().Prepend(this);
    }
}
