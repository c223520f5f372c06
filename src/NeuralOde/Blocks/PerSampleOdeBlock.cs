using NeuralOde.Fields;
using NeuralOde.Sensitivities;

namespace NeuralOde.Blocks;

/// <summary>
/// An ODE layer in which every sample has a time span of its own: <c>layer.Forward(z0, dt)</c>, with gradients of the initial states, the spans and the parameters
/// that are exact for the steps that were made.
/// </summary>
/// <remarks>
/// <para>
/// Time is rescaled so that all samples share one solve: with <c>t = t₀ + s·dt</c>, <c>dz/ds = dt·f(t₀ + s·dt, z)</c> from s = 0 to 1, in which spans and initial times are
/// inputs of the field (<see cref="FieldInputs"/>). Their gradient, <c>Σ_k (k/n)·g_k·f(z_k)</c> for the spans of an autonomous field and states returned at s = k/n, and the
/// parameters', come out of the reverse of that solve. Where no gradient of spans or times is wanted, none is computed.
/// </para>
/// <para>
/// A span of 0 keeps the state to the bit, and a negative one goes back in time. A field that depends on time gets <c>t</c> as a column <c>[batch, 1]</c>
/// instead of a scalar, or of the state's shape where each component has its span. Spans and initial times have the element type of the states, or are in double precision: then
/// times far from 0 are exact for states in single precision too.
/// The field is compiled once for each shape and element type; programs of the <see cref="ComputeSettings.MaxCachedPrograms"/> combinations used last are kept. Calls from several
/// threads are right, and wait for one another.
/// </para>
/// </remarks>
public sealed class PerSampleOdeBlock : Module
{
    private static readonly OdeSolver s_equalSteps = new RungeKutta4();

    private readonly CommonSpanField _common;

    // Made late, when the settings are known: one makes all steps from start to end, the other one step from each of its times to the next.
    private readonly Lazy<OdeBlock> _lastState;
    private readonly Lazy<OdeBlock> _everyState;

    /// <summary>Makes the layer.</summary>
    /// <param name="field">The dynamics; a <see cref="TupleField"/> where the state is several tensors.</param>
    public PerSampleOdeBlock(VectorField field)
    {
        ArgumentNullException.ThrowIfNull(field);
        Field = AddModule("field", field);
        _common = new CommonSpanField(field);
        _lastState = new(() => Block(StepCount));
        _everyState = new(() => Block(1));
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
    /// <param name="inputs">What the field takes beside time and state; nothing if not given.</param>
    /// <returns>The states at the ends of the spans, of the shape of <paramref name="z0"/>.</returns>
    /// <exception cref="ArgumentException">A shape or an element type does not fit, or the field reads other inputs than those given.</exception>
    /// <exception cref="OdeSolveException">The solve failed; the message says where (on the scale from 0 to 1) and why.</exception>
    public Tensor Forward(Tensor z0, Tensor dt, Tensor? t0 = null, FieldInputs? inputs = null) => Solve(z0, dt, t0, inputs, allStates: false);

    /// <summary>Solves each sample over its span and returns the states at <c>k/n</c> of it, n being <see cref="StepCount"/>.</summary>
    /// <inheritdoc cref="Forward(Tensor, Tensor, Tensor?, FieldInputs?)"/>
    /// <returns>The states, the first included: <c>[n + 1, batch, …state]</c>.</returns>
    public Tensor ForwardAll(Tensor z0, Tensor dt, Tensor? t0 = null, FieldInputs? inputs = null) => Solve(z0, dt, t0, inputs, allStates: true);

    /// <summary>Solves each sample over its span, where the state is several tensors and the field a <see cref="TupleField"/>.</summary>
    /// <param name="z0">The parts of the initial states, each <c>[batch, size]</c>.</param>
    /// <param name="dt">The spans, <c>[batch, 1]</c>, or one per component, <c>[batch, sum of sizes]</c>.</param>
    /// <param name="t0">The times at the start, of the shape of <paramref name="dt"/>; zeros if not given.</param>
    /// <param name="inputs">What the field takes beside time and state; nothing if not given.</param>
    /// <returns>The parts of the states at the ends of the spans.</returns>
    /// <exception cref="ArgumentException">A shape or an element type does not fit, or the field reads other inputs than those given.</exception>
    /// <exception cref="InvalidOperationException">The field is no <see cref="TupleField"/>.</exception>
    public IReadOnlyList<Tensor> Forward(IReadOnlyList<Tensor> z0, Tensor dt, Tensor? t0 = null, FieldInputs? inputs = null) =>
        Tuple.Unpack(Forward(Tuple.Pack(z0), dt, t0, inputs));

    /// <summary>The same with the states at <c>k/n</c> of the span, n being <see cref="StepCount"/>.</summary>
    /// <inheritdoc cref="Forward(IReadOnlyList{Tensor}, Tensor, Tensor?, FieldInputs?)"/>
    /// <returns>The parts of the states, the first included, each <c>[n + 1, batch, size]</c>.</returns>
    public IReadOnlyList<Tensor> ForwardAll(IReadOnlyList<Tensor> z0, Tensor dt, Tensor? t0 = null, FieldInputs? inputs = null) =>
        Tuple.Unpack(ForwardAll(Tuple.Pack(z0), dt, t0, inputs));

    private TupleField Tuple => Field as TupleField
        ?? throw new InvalidOperationException($"A state of several tensors takes a {nameof(TupleField)} as the dynamics; this layer's is {Field.GetType().Name}.");

    private Tensor Solve(Tensor z0, Tensor dt, Tensor? t0, FieldInputs? inputs, bool allStates)
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

        if (t0 is not null && z0.DType == DType.Float32 && t0.DType != dt.DType)
        {
            // A time is exact only where all that it is made of is.
            (dt, t0) = (dt.ToDouble(), t0.ToDouble());
        }

        FieldInputs given = (inputs ?? new FieldInputs()).With(CommonSpanField.Spans, dt);
        if (t0 is not null)
        {
            given = given.With(CommonSpanField.Starts, t0);
        }

        return allStates ? _everyState.Value.Forward(z0, Shares(), given) : _lastState.Value.Forward(z0, [0, 1], given).Select(0, 1);
    }

    private double[] Shares() => [.. Enumerable.Range(0, StepCount + 1).Select(k => (double)k / StepCount)];

    private OdeBlock Block(int stepsPerInterval) => new(_common)
    {
        Solver = Solver,
        Steps = AdaptiveSteps is not null ? AdaptiveSteps : FixedSteps.PerInterval(stepsPerInterval),
        GradientMethod = GradientMethod,
    };

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) =>
        new PerSampleOdeBlock(cloner.Clone(Field)) { Solver = Solver, StepCount = StepCount, AdaptiveSteps = AdaptiveSteps, GradientMethod = GradientMethod };
}
