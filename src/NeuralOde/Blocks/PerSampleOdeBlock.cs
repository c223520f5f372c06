using NeuralOde.Fields;
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
/// The field is compiled once for each shape and element type; programs of the <see cref="ComputeSettings.MaxCachedPrograms"/> combinations used last are kept. Calls from several
/// threads are right, and wait for one another.
/// </para>
/// </remarks>
public sealed class PerSampleOdeBlock : Module
{
    private static readonly OdeSolver s_equalSteps = new RungeKutta4();

    private readonly Lock _oneAtATime = new();
    private readonly ProgramCache<(Shape State, Shape Span, bool HasStart, bool AllStates), OdeBlock> _blocks = new();

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
    /// <value>Default <see cref="RungeKutta4"/> for equal steps, and <see cref="SolverDefaults.Solver"/> with <see cref="AdaptiveSteps"/>.</value>
    public OdeSolver Solver
    {
        get => field ?? (AdaptiveSteps is null ? s_equalSteps : SolverDefaults.Solver);
        init;
    }

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
    /// <value>Default as that of an <see cref="OdeBlock"/>.</value>
    public GradientMethod GradientMethod
    {
        get => field ?? GradientMethod.For(Solver);
        init;
    }

    /// <summary>Solves each sample over its span.</summary>
    /// <param name="z0">The initial states, <c>[batch, …state]</c>.</param>
    /// <param name="dt">The spans, <c>[batch, 1]</c>, or one per component, of the shape of <paramref name="z0"/>.</param>
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
    /// <param name="dt">The spans, <c>[batch, 1]</c>, or one per component, <c>[batch, sum of sizes]</c>.</param>
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
            throw new ArgumentException(
                $"States of shape {z0.Shape} take time spans of shape [batch, 1], one per sample, or of their own shape, one per component; got {dt.Shape}.", nameof(dt));
        }

        if (t0 is not null && t0.Shape != dt.Shape)
        {
            throw new ArgumentException($"The initial times have the shape of the time spans, {dt.Shape}; got {t0.Shape}.", nameof(t0));
        }

        OdeBlock block = BlockFor(z0.Shape, dt.Shape, t0 is not null, allStates);
        Tensor[] parts = [z0.Flatten(), dt.Flatten(), .. t0 is null ? (Tensor[])[] : [t0.Flatten()]];
        Tensor states = block.Solve(Tensor.Concatenate(parts), allStates ? Times() : [0, 1], null, Describe).States;
        return allStates ? states.Slice(1, 0, z0.ElementCount) : states.Select(0, 1).Slice(0, 0, z0.ElementCount);

        string Describe(int index) => index < z0.ElementCount
            ? NotFinite.Element("initial states", z0.Shape, index)
            : index < z0.ElementCount + dt.ElementCount
                ? NotFinite.Element("time spans", dt.Shape, index - z0.ElementCount)
                : NotFinite.Element("initial times", dt.Shape, index - z0.ElementCount - dt.ElementCount);
    }

    private OdeBlock BlockFor(Shape state, Shape span, bool hasStart, bool allStates)
    {
        lock (_oneAtATime)
        {
            if (_blocks.TryGet((state, span, hasStart, allStates), out OdeBlock known))
            {
                return known;
            }

            var block = new OdeBlock(new CommonSpanField(Field, state, span, hasStart))
            {
                Solver = Solver,
                Steps = AdaptiveSteps is not null ? AdaptiveSteps : FixedSteps.PerInterval(allStates ? 1 : StepCount),
                GradientMethod = GradientMethod,
            };
            _blocks.Add((state, span, hasStart, allStates), block);
            return block;
        }
    }

    private double[] Times() => [.. Enumerable.Range(0, StepCount + 1).Select(k => (double)k / StepCount)];

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) =>
        new PerSampleOdeBlock(cloner.Clone(Field)) { Solver = Solver, StepCount = StepCount, AdaptiveSteps = AdaptiveSteps, GradientMethod = GradientMethod };
}
