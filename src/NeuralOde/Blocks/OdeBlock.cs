using NeuralOde.Fields;
using NeuralOde.Sensitivities;
using NeuralOde.Tensors.Operations;

namespace NeuralOde.Blocks;

/// <summary>
/// A layer whose output is the solution of an ordinary differential equation: <c>dz/dt = f(t, z, θ)</c> from an initial state to any
/// list of times, differentiable in the initial state, the parameters, the times and the field's inputs (Chen et al. 2018, arXiv 1806.07366).
/// </summary>
/// <remarks>
/// <para>
/// The field is compiled once for each shape of the state and the inputs, each element type, and for training and evaluation where its modules differ in them. Programs of the
/// <see cref="ComputeSettings.MaxCachedPrograms"/> combinations used last are kept; an older one is compiled again when it is needed.
/// </para>
/// <para>
/// A block solves one problem at a time: calls from several threads are right, and wait for one another. To solve at the same time, give each thread a block of its
/// own over the same field, and let no thread change parameters or modes meanwhile.
/// </para>
/// </remarks>
public sealed partial class OdeBlock : Module
{
    private readonly Lock _oneAtATime = new();
    private readonly ProgramCache<(Shape Shape, DType DType, string Modes, InputShapes Inputs), object> _compiled = new();

    /// <summary>Makes the layer.</summary>
    /// <param name="field">The dynamics.</param>
    public OdeBlock(VectorField field)
    {
        ArgumentNullException.ThrowIfNull(field);
        Field = AddModule("field", field);
    }

    /// <summary>The dynamics.</summary>
    public VectorField Field { get; }

    /// <summary>The method that integrates.</summary>
    /// <value>Default <see cref="SolverDefaults.Solver"/>.</value>
    public OdeSolver Solver { get; init; } = SolverDefaults.Solver;

    /// <summary>How the steps are chosen.</summary>
    /// <value>
    /// Default <see cref="SolverDefaults.Steps"/>. A method without an error estimate needs <see cref="FixedSteps"/>.
    /// </value>
    public StepSizeControl Steps { get; init; } = SolverDefaults.Steps;

    /// <summary>How gradients are taken through the solve.</summary>
    /// <value>Default <see cref="GradientMethod.Direct"/>, and <see cref="GradientMethod.InterpolatedAdjoint"/> for a solver whose steps have no transpose.</value>
    public GradientMethod GradientMethod
    {
        get => field ?? GradientMethod.For(Solver);
        init;
    }

    /// <summary>How many compiled fields are kept now.</summary>
    internal int ProgramCount => _compiled.Count;

    /// <summary>Solves to a list of times.</summary>
    /// <param name="z0">The state at the first time, of any shape with at least one element; by convention <c>[batch, state]</c>.</param>
    /// <param name="times">At least two times, strictly rising or strictly falling. The first is where <paramref name="z0"/> holds.</param>
    /// <returns>The states at all times, the first included: <c>[times, …shape of z0]</c>.</returns>
    /// <exception cref="ArgumentException">
    /// The state is empty, the times are not strictly monotone, the field returns another shape than the state's, or its parameters have another
    /// element type.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The method has no error estimate and no <see cref="FixedSteps"/> were given, or the field reads values while it is compiled.
    /// </exception>
    /// <exception cref="OdeSolveException">The solve failed; the message says where and why.</exception>
    public Tensor Forward(Tensor z0, params ReadOnlySpan<double> times) => Solve(z0, times).States;

    /// <summary>Solves to a list of times with a field that takes inputs.</summary>
    /// <param name="z0">The state at the first time, of any shape with at least one element; by convention <c>[batch, state]</c>.</param>
    /// <param name="times">At least two times, strictly rising or strictly falling. The first is where <paramref name="z0"/> holds.</param>
    /// <param name="inputs">
    /// What the field takes beside time and state, of the state's element type. The gradient reaches those that require one. Their values are those of now: what is set
    /// in <paramref name="inputs"/> afterwards changes neither the solve nor its gradient.
    /// </param>
    /// <returns>The states at all times, the first included: <c>[times, …shape of z0]</c>.</returns>
    /// <exception cref="ArgumentException">
    /// The state is empty, the times are not strictly monotone, the field returns another shape than the state's, its parameters or an input have another
    /// element type, the field reads an input that was not given, or one was given that it does not read.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The method has no error estimate and no <see cref="FixedSteps"/> were given, or the field reads values while it is compiled.
    /// </exception>
    /// <exception cref="OdeSolveException">The solve failed; the message says where and why.</exception>
    public Tensor Forward(Tensor z0, ReadOnlySpan<double> times, FieldInputs inputs) => Solve(z0, times, inputs).States;

    /// <summary>Solves to a list of times that may require a gradient themselves.</summary>
    /// <param name="z0">The state at the first time.</param>
    /// <param name="times">A vector of at least two times, strictly rising or strictly falling, of either element type.</param>
    /// <param name="inputs">What the field takes beside time and state; nothing if not given.</param>
    /// <inheritdoc cref="Forward(Tensor, ReadOnlySpan{double}, FieldInputs)"/>
    public Tensor Forward(Tensor z0, Tensor times, FieldInputs? inputs = null) => Solve(z0, times, inputs).States;

    /// <summary>Solves to a list of times, and says what it cost.</summary>
    /// <returns>The states at all times, the first included, and the statistics of this solve.</returns>
    /// <inheritdoc cref="Forward(Tensor, ReadOnlySpan{double})"/>
    public OdeBlockSolution Solve(Tensor z0, params ReadOnlySpan<double> times) => Solve(z0, times.ToArray(), null, null);

    /// <summary>Solves to a list of times with a field that takes inputs, and says what it cost.</summary>
    /// <returns>The states at all times, the first included, and the statistics of this solve.</returns>
    /// <inheritdoc cref="Forward(Tensor, ReadOnlySpan{double}, FieldInputs)"/>
    public OdeBlockSolution Solve(Tensor z0, ReadOnlySpan<double> times, FieldInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return Solve(z0, times.ToArray(), null, inputs);
    }

    /// <summary>Solves to a list of times that may require a gradient themselves, and says what it cost.</summary>
    /// <returns>The states at all times, the first included, and the statistics of this solve.</returns>
    /// <inheritdoc cref="Forward(Tensor, Tensor, FieldInputs)"/>
    public OdeBlockSolution Solve(Tensor z0, Tensor times, FieldInputs? inputs = null)
    {
        ArgumentNullException.ThrowIfNull(times);
        return times.Rank == 1
            ? Solve(z0, times.ToDoubles(), times, inputs)
            : throw new ArgumentException($"Times are a vector; got shape {times.Shape}.", nameof(times));
    }

    /// <summary>The solve and its gradient over spans, without a tape, for code that repeats many of them. Compiles the field where that was not done yet.</summary>
    /// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="shape">The shape of the state.</param>
    /// <param name="inputs">What the field takes beside time and state.</param>
    /// <returns>An object that the block itself solves with: use both on one thread. It is that of the modes which the field's modules have now.</returns>
    /// <exception cref="ArgumentException">
    /// The field returns another shape than the state's, its parameters have another element type, or it reads other inputs than these.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The method has no error estimate and no <see cref="FixedSteps"/> were given, the gradient method cannot be used with it, or the field reads values while it is compiled.
    /// </exception>
    public Sensitivity<T> Compile<T>(Shape shape, params IReadOnlyList<FieldInput> inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(inputs);
        lock (_oneAtATime)
        {
            if (_compiled.TryGet((shape, DTypes.Of<T>(), Field.Modes, new InputShapes(inputs)), out object compiled))
            {
                var known = (Sensitivity<T>)compiled;
                if (InputShapes.HasGradients(known.Field.Inputs, inputs))
                {
                    return known;
                }

                inputs = InputShapes.WithGradients(known.Field.Inputs, inputs);
            }

            if (!Solver.IsAdaptive && Steps is AdaptiveSteps)
            {
                throw new InvalidOperationException(
                    $"'{Solver.Name}' has no error estimate to choose steps by. Give the steps: "
                        + "new OdeBlock(field) { Solver = …, Steps = FixedSteps.OfLength(0.05) }, or take a method that has one, such as Dopri5.");
            }

            if (GradientMethod.Unfit(Solver, Steps) is { } unfit)
            {
                throw new InvalidOperationException(unfit);
            }

            Sensitivity<T> sensitivity = GradientMethod.Create(new CompiledField<T>(Field, shape, inputs), Solver, Steps);

            // The modes are asked for again: compiling shows which modules have any.
            _compiled.Add((shape, DTypes.Of<T>(), Field.Modes, new InputShapes(sensitivity.Field.Inputs)), sensitivity);
            return sensitivity;
        }
    }

    private OdeBlockSolution Solve(Tensor z0, double[] times, Tensor? timesTensor, FieldInputs? inputs)
    {
        ArgumentNullException.ThrowIfNull(z0);
        if (z0.IsSymbolic)
        {
            throw new InvalidOperationException(
                "An ODE solve cannot run inside a compiled function: how many steps it takes depends on values. Solve outside, or extend the state and let one solve do both.");
        }

        if (z0.ElementCount == 0)
        {
            throw new ArgumentException($"There is nothing to solve for a state of shape {z0.Shape}: it has no elements.", nameof(z0));
        }

        lock (_oneAtATime)
        {
            (string, Tensor)[] given = inputs is null ? [] : [.. inputs.Select(static x => (x.Key, x.Value))];
            CheckInputs(z0, given);
            return z0.DType == DType.Float32 ? Solve<float>(z0, times, timesTensor, given) : Solve<double>(z0, times, timesTensor, given);
        }
    }

    private static void CheckInputs(Tensor z0, (string Name, Tensor Tensor)[] inputs)
    {
        foreach ((string name, Tensor tensor) in inputs)
        {
            if (tensor.IsSymbolic)
            {
                throw new InvalidOperationException($"The input '{name}' is symbolic: a function is being compiled, and a solve needs values.");
            }

            if (tensor.DType == DType.Float32 && z0.DType == DType.Float64)
            {
                throw new ArgumentException($"The input '{name}' is float and the state double; convert it with ToDouble().", nameof(inputs));
            }
        }
    }

    private OdeBlockSolution Solve<T>(Tensor z0, double[] times, Tensor? timesTensor, (string Name, Tensor Tensor)[] inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Sensitivity<T> sensitivity = Compile<T>(
            z0.Shape,
            Array.ConvertAll(inputs, x => new FieldInput(x.Name, x.Tensor.Shape, GradientMode.IsEnabled && x.Tensor.RequiresGradient) { IsTime = x.Tensor.DType != z0.DType }));
        IReadOnlyList<Parameter> parameters = sensitivity.Field.Parameters;
        bool wantsGradient = GradientMode.IsEnabled
            && (z0.RequiresGradient || parameters.Count > 0 || timesTensor is { RequiresGradient: true } || Array.Exists(inputs, static x => x.Tensor.RequiresGradient));
        SolveMemory<T> memory = sensitivity.Rent();
        T[] values = Values<T>(inputs.Where(x => x.Tensor.DType == z0.DType));
        double[] timeValues = Values<double>(inputs.Where(x => x.Tensor.DType != z0.DType));
        SolveResult result = sensitivity.Forward(memory, z0.AsSpan<T>(), times, wantsGradient, values, timeValues);
        SolveMeter.AddForward(result.Statistics);
        if (!result.IsSuccess)
        {
            sensitivity.Return(memory);
            throw new OdeSolveException(
                result,
                NotFinite.Culprit([("initial state", z0), .. inputs.Select(static x => (CommonSpanField.Describe(x.Name), x.Tensor))], NamedParameters().Concat(NamedBuffers())));
        }

        var solution = new OdeBlockSolution(Tensor.From(memory.States, new Shape([times.Length, .. z0.Shape])), result.Statistics);
        if (!wantsGradient)
        {
            sensitivity.Return(memory);
            return solution;
        }

        var recorded = new RecordedSolve<T>(this, sensitivity, memory, solution, timesTensor);

        // Buffers get no gradient, but are inputs nevertheless: the tape then sees it where one changes before the gradient is taken.
        recorded.Leaves = [z0, .. parameters, .. sensitivity.BackwardBuffers, .. timesTensor is null ? (Tensor[])[] : [timesTensor], .. inputs.Select(static x => x.Tensor)];
        solution.States = Recorded.Apply("ode_solve", solution.States, recorded.Leaves, recorded.Backward);
        return solution;
    }

    private static TValue[] Values<TValue>(IEnumerable<(string Name, Tensor Tensor)> inputs)
        where TValue : unmanaged, IBinaryFloatingPointIeee754<TValue> => [.. inputs.SelectMany(static x => x.Tensor.ToArray<TValue>())];

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new OdeBlock(cloner.Clone(Field)) { Solver = Solver, Steps = Steps, GradientMethod = GradientMethod };
}
