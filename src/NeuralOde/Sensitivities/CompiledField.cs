using NeuralOde.Fields;

namespace NeuralOde.Sensitivities;

/// <summary>
/// A vector field compiled for one shape of the state, as a solver takes it, and with its vector-Jacobian products where a gradient method asks for them.
/// </summary>
/// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
/// <remarks>
/// Parameters are read live: it need not be compiled again when they change. It is compiled for the modes (training or evaluation) that the field's modules have at
/// that moment. Not thread-safe.
/// </remarks>
public sealed class CompiledField<T> : IStatefulField<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly VectorField _field;
    private readonly FieldInput[] _inputs;
    private readonly Parameter[] _parameters;
    private readonly ProgramInput[] _arguments;
    private readonly ProgramInput[] _furtherArguments;
    private readonly T[] _inputValues;
    private readonly double[] _timeValues;

    private readonly CaptureGuard _captures;
    private readonly string _modes;
    private readonly HashSet<string> _read = [];

    // The buffers as the solution left them, one after the other.
    private readonly Parameter[] _moved;
    private readonly T[] _committed;

    // All that was compiled, and which argument is the first input in it.
    private readonly List<(Program<T> Program, int FirstInput)> _programs = [];
    private ProgramField<T>? _forwardOnly;
    private Program<T>? _jacobianVectorProduct;
    private FieldJacobian<T>? _jacobian;

    /// <summary>Compiles a field.</summary>
    /// <param name="field">The dynamics. A field given as code learns here which parameters it uses.</param>
    /// <param name="stateShape">The shape of the state, by convention <c>[batch, state]</c>.</param>
    /// <param name="inputs">What the field takes beside time and state.</param>
    /// <exception cref="ArgumentException">
    /// The field returns another shape than the state's, its parameters have another element type, it reads an input that is not among <paramref name="inputs"/>, or does not
    /// read one that is, or the names of two are the same.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The field reads values, draws random numbers or solves an equation while it is compiled, or uses a parameter, buffer or module that is not within it.
    /// </exception>
    public CompiledField(VectorField field, Shape stateShape, params IReadOnlyList<FieldInput> inputs)
        : this(field, stateShape, inputs, allowsUnread: false)
    {
    }

    /// <summary>Compiles a field that may leave inputs unread, because others read them.</summary>
    internal CompiledField(VectorField field, Shape stateShape, IReadOnlyList<FieldInput> inputs, bool allowsUnread)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(inputs);
        _field = field;
        _inputs = [.. inputs];
        CheckNames(_inputs);
        StateShape = stateShape;
        StateLength = stateShape.ElementCount;
        _arguments = [new("t", Shape.Scalar) { IsWide = true }, new("z", stateShape), new("a", stateShape), new("v", stateShape)];
        _furtherArguments = Array.ConvertAll(_inputs, static x => new ProgramInput(x.Name, x.Shape) { IsWide = x.IsTime });
        InputLength = _inputs.Sum(static x => x.IsTime ? 0 : x.Shape.ElementCount);
        TimeInputLength = _inputs.Sum(static x => x.IsTime ? x.Shape.ElementCount : 0);
        _inputValues = new T[InputLength];
        _timeValues = new double[TimeInputLength];

        // Inputs that were forgotten make results that nobody takes for right.
        Array.Fill(_inputValues, T.NaN);
        Array.Fill(_timeValues, double.NaN);
        ProgramInput[] arguments = [.. _arguments[..2], .. _furtherArguments];
        TracedFunction traced = Module.WatchModes(
            () => TracedFunction.Of<T>(
                x =>
                {
                    Tensor f = Derivative(x, isFirst: !allowsUnread, _read);
                    RefuseForgottenLeaves(f);
                    return [f];
                },
                arguments),
            out IReadOnlyCollection<Module> modeReaders);
        Forward = Added(Program<T>.Compile(traced, arguments), 2);
        int rows = stateShape.Rank == 0 ? 1 : stateShape[0];
        JacobianBlockLength = rows > 1 && traced.KeepsRows(1) ? StateLength / rows : null;
        field.Discover([.. Forward.Parameters, .. Forward.Buffers], modeReaders);
        _modes = field.Modes;
        _captures = new CaptureGuard(
            "vector field",
            "What is to change from solve to solve is an input of the field: inputs[\"name\"], given as new FieldInputs { [\"name\"] = … }; what is learned or set by hand, "
                + "a Parameter.",
            traced,
            () => TracedFunction.Of<T>(x => [Derivative(x)], arguments));
        _parameters = [.. Forward.Parameters];
        _moved = Forward.MovesBuffers ? [.. Forward.Buffers] : [];
        _committed = new T[_moved.Sum(static x => x.ElementCount)];
        ParameterLength = _parameters.Sum(static x => x.ElementCount);
        GradientCount = _parameters.Length + _inputs.Count(static x => x.NeedsGradient);
        GradientLength = ParameterLength + _inputs.Sum(static x => x.NeedsGradient ? x.Shape.ElementCount : 0);
    }

    /// <summary>What was compiled.</summary>
    internal VectorField Source => _field;

    /// <summary>The shape of the state.</summary>
    public Shape StateShape { get; }

    /// <summary>The number of elements of the state.</summary>
    public int StateLength { get; }

    /// <summary>Which components of the flat state count in the error norm; all if null.</summary>
    public ErrorNorm? ErrorNorm => _field.ErrorNormOf(StateShape);

    /// <summary>Which components of the flat state are positions, for symplectic methods; null where these cannot solve the field.</summary>
    public PositionLayout? Positions => _field.PositionsOf(StateShape);

    /// <summary>The parameters that the field uses, in the order in which their gradients stand one after the other.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>The same, to be walked through without garbage.</summary>
    internal ReadOnlySpan<Parameter> ParameterSpan => _parameters;

    /// <summary>The number of values of all parameters.</summary>
    public int ParameterLength { get; }

    /// <summary>What the field takes beside time and state, in the order in which the values and gradients stand one after the other.</summary>
    public IReadOnlyList<FieldInput> Inputs => _inputs;

    /// <summary>The same, to be walked through without garbage.</summary>
    internal ReadOnlySpan<FieldInput> InputSpan => _inputs;

    /// <summary>Whether the field reads an input.</summary>
    internal bool Reads(string input) => _read.Contains(input);

    /// <summary>The number of values of all inputs that are no times.</summary>
    public int InputLength { get; }

    /// <summary>The number of values of all inputs that are times (<see cref="FieldInput.IsTime"/>).</summary>
    public int TimeInputLength { get; }

    /// <summary>How many tensors the field is differentiated by, beside time and state: the parameters, then the inputs that need a gradient.</summary>
    internal int GradientCount { get; }

    /// <summary>The number of values of all those.</summary>
    internal int GradientLength { get; }

    /// <summary>The program <c>(t, z) → f</c>, as the forward solve runs it: a field in training moves its running statistics in it.</summary>
    internal Program<T> Forward { get; }

    /// <summary>The same for evaluations that are not the model's own, such as those of a backward pass: it moves no buffers.</summary>
    internal IVectorField<T> ForwardOnly => Forward.MovesBuffers
        ? _forwardOnly ??= new ProgramField<T>(CompileWithoutUpdates(2, x => [Derivative(x)]))
        : this;

    /// <summary>Sets the values of the inputs, for all evaluations until they are set again. A solve by a <see cref="Sensitivity{T}"/> sets them itself.</summary>
    /// <param name="values">
    /// The values of all inputs that are no times, those of one after those of the other, each row-major. Until they are first set, they are not a number.
    /// </param>
    /// <param name="times">The same of those that are times.</param>
    /// <exception cref="ArgumentException">Their numbers are not <see cref="InputLength"/> and <see cref="TimeInputLength"/>.</exception>
    public void SetInputs(ReadOnlySpan<T> values, ReadOnlySpan<double> times = default)
    {
        if (values.Length != InputLength || times.Length != TimeInputLength)
        {
            throw new ArgumentException(
                _inputs.Length == 0
                    ? $"The field was compiled for no inputs, and got {values.Length + times.Length} values of some."
                    : $"The inputs {string.Join(", ", _inputs.AsEnumerable())} have {InputLength} values, and {TimeInputLength} that are times; "
                        + $"got {values.Length} and {times.Length}.",
                nameof(values));
        }

        if (_inputs.Length > 0)
        {
            values.CopyTo(_inputValues);
            times.CopyTo(_timeValues);
            foreach ((Program<T> program, int first) in _programs)
            {
                LoadInputs(program, first);
            }
        }
    }

    /// <summary>The derivative of the state.</summary>
    /// <param name="t">Time.</param>
    /// <param name="y">The state, flat and row-major.</param>
    /// <param name="dy">Destination of its derivative.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(double t, ReadOnlySpan<T> y, Span<T> dy) => ProgramField<T>.Run(Forward, t, y, dy);

    /// <summary>The derivative of the field by the state, for implicit methods (<see cref="OdeProblem{T}.Jacobian"/>): exact, a product for each column of the state.</summary>
    /// <remarks>
    /// It fills banded and block-diagonal matrices by groups of columns. The rows of a batch <c>[batch, n]</c> that do not meet (<see cref="JacobianBlockLength"/>) take n
    /// products however large the batch.
    /// </remarks>
    public IJacobian<T> Jacobian => _jacobian ??= new FieldJacobian<T>(this);

    /// <summary>
    /// The number of elements of a row along the state's first axis, by convention a sample of a batch, where the derivative of each row is seen to depend on that row alone, as
    /// with layers: then the Jacobian is zero outside of blocks (<see cref="OdeProblem{T}.JacobianBlockLength"/>). Null where rows may depend on each other, as with batch
    /// normalization, or where there is one row.
    /// </summary>
    public int? JacobianBlockLength { get; }

    /// <summary>Writes <c>∂f/∂z · v</c>, the derivative of the field along a direction of the state.</summary>
    /// <param name="t">Time.</param>
    /// <param name="z">The state, flat and row-major.</param>
    /// <param name="v">The direction, of the same length.</param>
    /// <param name="product">Destination, of the same length.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void JacobianVectorProduct(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> v, Span<T> product)
    {
        Program<T> program = _jacobianVectorProduct ??= CompileJacobianVectorProduct();
        program.SetWide(0, t);
        z.CopyTo(program.Input(1));
        v.CopyTo(program.Input(3));
        program.Run();
        program.Output(0).CopyTo(product);
    }

    /// <summary>Whether the field's modules have the modes that it was compiled for.</summary>
    internal bool IsInItsModes => _field.Modes == _modes;

    /// <summary>Counts a solve, and looks whether what the field captured has changed. A field of which modules were switched to another mode is not what was compiled.</summary>
    /// <exception cref="InvalidOperationException">It has.</exception>
    internal void CountSolve()
    {
        if (IsInItsModes)
        {
            _captures.Use();
        }
    }

    /// <summary>Whether evaluations move running statistics.</summary>
    public bool IsStateful => _moved.Length > 0;

    /// <summary>Keeps the running statistics of the evaluations so far; a solver calls it after steps that it accepts.</summary>
    public void Commit()
    {
        int start = 0;
        foreach (Parameter buffer in _moved)
        {
            buffer.AsSpan<T>().CopyTo(_committed.AsSpan(start));
            start += buffer.ElementCount;
        }
    }

    /// <summary>Sets running statistics back to those of the last <see cref="Commit"/>; a solver calls it after steps that it rejects.</summary>
    public void Revert()
    {
        int start = 0;
        foreach (Parameter buffer in _moved)
        {
            buffer.SetValues<T>(_committed.AsSpan(start, buffer.ElementCount));
            start += buffer.ElementCount;
        }
    }

    /// <summary>Compiles <c>(t, z, a, inputs…) → a·∂f/∂z, a·∂f/∂t, a·∂f/∂θ…, a·∂f/∂input…</c>.</summary>
    internal Program<T> CompileVectorJacobianProduct() => CompileWithoutUpdates(
        3,
        x => Gradients.VectorJacobianProduct([Derivative(x)], [x[1], x[0], .. _parameters, .. DifferentiatedInputs(x)], [x[2]]));

    /// <summary>Compiles the same together with the field in two programs: one for forward evaluations, which leaves what the other one, the product, reads.</summary>
    /// <remarks>
    /// Gradients of small layers are summed over many evaluations at once. A field that moves running statistics does not do so: an evaluation that was not kept would have to be
    /// made again for it, and would count twice.
    /// </remarks>
    internal SplitProgram<T> CompileSplit()
    {
        ProgramInput[] arguments = [.. _arguments[..3], .. _furtherArguments];
        var split = SplitProgram<T>.Compile(
            x =>
            {
                Tensor f = Derivative(x);
                return [f, .. Gradients.VectorJacobianProduct([f], [x[1], x[0], .. _parameters, .. DifferentiatedInputs(x)], [x[2]])];
            },
            firstResults: 1,
            late: 2,
            kept: 1,
            arguments,
            firstSum: Forward.MovesBuffers ? null : 2);
        Added(split.First, 2);
        Added(split.Second, 3);
        return split;
    }

    /// <summary>
    /// Compiles <c>(t, z, a, v, inputs…) → ∂f/∂z·v</c>. The product <c>a·∂f/∂z</c> is linear in a, and its derivative by a, times v, is what is asked for: no
    /// operation needs a rule of its own for it, and a itself drops out.
    /// </summary>
    internal Program<T> CompileJacobianVectorProduct() => CompileWithoutUpdates(
        4,
        x => Gradients.VectorJacobianProduct(Gradients.VectorJacobianProduct([Derivative(x)], [x[1]], [x[2]]), [x[2]], [x[3]]));

    /// <summary>
    /// Compiles <c>(t, z, a, v, inputs…) → ∂s/∂z, ∂s/∂t, ∂s/∂θ…, ∂s/∂input…</c> with <c>s = a·∂f/∂z·v</c>, for methods whose formula contains the Jacobian.
    /// </summary>
    internal Program<T> CompileSecondDerivative() => CompileWithoutUpdates(
        4,
        x => Gradients.VectorJacobianProduct(
            Gradients.VectorJacobianProduct([Derivative(x)], [x[1]], [x[2]]), [x[1], x[0], .. _parameters, .. DifferentiatedInputs(x)], [x[3]]));

    /// <summary>
    /// Compiles <c>(t, z, a, inputs…, w…) → ∂f/∂θ·w + ∂f/∂input·w</c>, with a direction w for each parameter and each input that needs a gradient. It is the derivative by a of
    /// what is linear in a, which drops out.
    /// </summary>
    internal Program<T> CompileParameterTangent()
    {
        using IDisposable scope = BufferUpdates.Disable();
        ProgramInput[] own = [.. _arguments[..3], .. _furtherArguments];
        IEnumerable<ProgramInput> directions = _parameters.Select(static (x, i) => new ProgramInput($"w{i}", x.Shape))
            .Concat(_inputs.Where(static x => x.NeedsGradient).Select(static x => new ProgramInput($"w {x.Name}", x.Shape) { IsWide = x.IsTime }));
        var program = Program<T>.Compile(
            x =>
            {
                Tensor[] arguments = x[..own.Length];
                Tensor[] products = Gradients.VectorJacobianProduct([Derivative(arguments)], [.. _parameters, .. DifferentiatedInputs(arguments)], [x[2]]);
                return Gradients.VectorJacobianProduct(products, [x[2]], x[own.Length..]);
            },
            [.. own, .. directions]);
        return Added(program, 3);
    }

    /// <summary>
    /// Compiles the adjoint system's right-hand side <c>(t, z, −a, inputs…) → f, −a·∂f/∂z, −a·∂f/∂θ…, −a·∂f/∂input…</c>, with one forward pass
    /// for all. The products are linear in a, which is negated on its way in.
    /// </summary>
    internal Program<T> CompileAdjoint() => CompileWithoutUpdates(
        3,
        x =>
        {
            Tensor f = Derivative(x);
            return [f, .. Gradients.VectorJacobianProduct([f], [x[1], .. _parameters, .. DifferentiatedInputs(x)], [x[2]])];
        },
        "-a");

    /// <summary>Running statistics are those of forward evaluations: a backward pass sees the same states again, or others, and must not count them.</summary>
    private Program<T> CompileWithoutUpdates(int argumentCount, Func<Tensor[], IReadOnlyList<Tensor>> function, string lastName = "")
    {
        using IDisposable scope = BufferUpdates.Disable();
        return Compile(argumentCount, function, lastName);
    }

    /// <summary>Compiles a function of the first few of t, z and a, then of the inputs.</summary>
    private Program<T> Compile(int argumentCount, Func<Tensor[], IReadOnlyList<Tensor>> function, string lastName = "")
    {
        ProgramInput[] arguments = [.. _arguments[..argumentCount], .. _furtherArguments];
        if (lastName.Length > 0)
        {
            arguments[argumentCount - 1] = arguments[argumentCount - 1] with { Name = lastName };
        }

        return Added(Program<T>.Compile(function, arguments), argumentCount);
    }

    private Program<T> Added(Program<T> program, int firstInput)
    {
        _programs.Add((program, firstInput));
        LoadInputs(program, firstInput);
        return program;
    }

    private void LoadInputs(Program<T> program, int first)
    {
        (int value, int time) = (0, 0);
        for (int i = 0; i < _inputs.Length; i++)
        {
            int length = _inputs[i].Shape.ElementCount;
            if (_inputs[i].IsTime)
            {
                program.SetWide(first + i, _timeValues.AsSpan(time, length));
                time += length;
            }
            else
            {
                _inputValues.AsSpan(value, length).CopyTo(program.Input(first + i));
                value += length;
            }
        }
    }

    private IEnumerable<Tensor> DifferentiatedInputs(Tensor[] x) =>
        _inputs.Zip(x.AsEnumerable().TakeLast(_inputs.Length)).Where(static x => x.First.NeedsGradient).Select(static x => x.Second);

    private static void CheckNames(FieldInput[] inputs)
    {
        HashSet<string> names = [];
        foreach (FieldInput input in inputs)
        {
            if (!names.Add(input.Name))
            {
                throw new ArgumentException($"Two inputs have the name '{input.Name}'; a field reads each by a name of its own.", nameof(inputs));
            }
        }
    }

    /// <summary>A captured leaf that asks for a gradient without being a parameter would silently get none.</summary>
    private static void RefuseForgottenLeaves(Tensor f)
    {
        HashSet<Tensor> seen = new(ReferenceEqualityComparer.Instance);
        Stack<Tensor> stack = new([f]);
        while (stack.TryPop(out Tensor? tensor))
        {
            if (!seen.Add(tensor))
            {
                continue;
            }

            if (tensor is { RequiresGradient: true, Operation: null } and not Parameter)
            {
                throw new InvalidOperationException(
                    $"The vector field captures a tensor ({tensor.DType.Name()} {tensor.Shape}) that requires a gradient but is not a parameter, so it would get none. "
                        + "Make it one, new Parameter(tensor, name), or capture tensor.Detach() if a constant is meant.");
            }

            Array.ForEach(tensor.Inputs, stack.Push);
        }
    }

    /// <summary>The derivative of the state, of the program's arguments: t, z, perhaps a, then the inputs.</summary>
    private Tensor Derivative(Tensor[] x, bool isFirst = false, HashSet<string>? reads = null)
    {
        var inputs = new FieldInputs();
        for (int i = 0; i < _inputs.Length; i++)
        {
            inputs[_inputs[i].Name] = x[x.Length - _inputs.Length + i];
        }

        Tensor f = Derivative(x[0], x[1], inputs);
        reads?.UnionWith(inputs.Read);
        if (isFirst && inputs.Unread.FirstOrDefault() is { } unread)
        {
            string read = string.Join("', '", inputs.Read);
            throw new ArgumentException($"The vector field {_field.GetType().Name} does not read the input '{unread}'; it reads {(read.Length == 0 ? "none" : $"'{read}'")}.");
        }

        return f;
    }

    private Tensor Derivative(Tensor t, Tensor z, FieldInputs inputs)
    {
        try
        {
            Tensor f = _field.Forward(t, z, inputs) ?? throw new InvalidOperationException($"The vector field {_field.GetType().Name} returned null.");
            return f.Shape == StateShape
                ? f
                : throw new ArgumentException($"The vector field returns shape {f.Shape} for a state of shape {StateShape}; dz/dt has the state's shape.");
        }
        catch (ArgumentException e) when (inputs.Count > 0 && e.GetType() == typeof(ArgumentException))
        {
            // Which tensor has the wrong shape is easier to see with the shapes at hand.
            throw new ArgumentException($"{e.Message} It was compiled for a state {StateShape} and the inputs {string.Join(", ", _inputs.AsEnumerable())}.", e);
        }
    }
}
