namespace NeuralOde.Fields;

/// <summary>The right-hand side of an ordinary differential equation, <c>dz/dt = f(t, z)</c>, with parameters that are learned.</summary>
/// <remarks>
/// A field may take further named tensors, which are given with each solve: it reads them from <see cref="Inputs"/>. A field that wraps another one need not know of them:
/// they reach every field within. It may hand on others: <c>_field.Forward(t, z, Inputs.With("force", …))</c>.
/// </remarks>
public abstract class VectorField : Module
{
    /// <summary>What the field takes beside time and state. Good within <see cref="Forward(Tensor, Tensor)"/> only.</summary>
    protected static FieldInputs Inputs => FieldInputs.Current;

    /// <summary>A field given as code, such as known physics plus a network.</summary>
    /// <param name="function">
    /// From time (a scalar) and state (any shape) to the state's derivative (of the state's shape), made of tensor operations. It may
    /// capture parameters and modules; they are found when the field is first compiled, and can be named here to be known before.
    /// </param>
    /// <param name="modules">Modules whose parameters the function uses.</param>
    /// <returns>The field.</returns>
    public static VectorField Define(Func<Tensor, Tensor, Tensor> function, params Module[] modules) => Define(function, [], modules);

    /// <summary>A field given as code that names its parameters, so that it can be saved and loaded before it is first solved.</summary>
    /// <param name="function">From time (a scalar) and state to the state's derivative, made of tensor operations.</param>
    /// <param name="parameters">Parameters that the function captures, other than those of the modules. Their names are those in files.</param>
    /// <param name="modules">Modules whose parameters the function uses.</param>
    /// <returns>The field.</returns>
    public static VectorField Define(Func<Tensor, Tensor, Tensor> function, IReadOnlyList<Parameter> parameters, params Module[] modules)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(modules);
        return new FunctionField(function, parameters, modules);
    }

    /// <summary>A field given as code that takes named inputs beside time and state.</summary>
    /// <param name="function">From time (a scalar), state and inputs to the state's derivative, made of tensor operations.</param>
    /// <param name="modules">Modules whose parameters the function uses.</param>
    /// <returns>The field.</returns>
    public static VectorField Define(Func<Tensor, Tensor, FieldInputs, Tensor> function, params Module[] modules) => Define(function, [], modules);

    /// <summary>A field given as code that takes named inputs beside time and state, and names its parameters.</summary>
    /// <param name="function">From time (a scalar), state and inputs to the state's derivative, made of tensor operations.</param>
    /// <param name="parameters">Parameters that the function captures, other than those of the modules. Their names are those in files.</param>
    /// <param name="modules">Modules whose parameters the function uses.</param>
    /// <returns>The field.</returns>
    public static VectorField Define(Func<Tensor, Tensor, FieldInputs, Tensor> function, IReadOnlyList<Parameter> parameters, params Module[] modules)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Define((t, z) => function(t, z, Inputs), parameters, modules);
    }

    /// <summary>The derivative of the state.</summary>
    /// <param name="t">Time, a scalar.</param>
    /// <param name="z">The state.</param>
    /// <returns>A tensor of the state's shape.</returns>
    public abstract Tensor Forward(Tensor t, Tensor z);

    /// <summary>The derivative of the state, where the field takes inputs.</summary>
    /// <param name="t">Time, a scalar.</param>
    /// <param name="z">The state.</param>
    /// <param name="inputs">The inputs, for this field and those within it.</param>
    /// <returns>A tensor of the state's shape.</returns>
    /// <exception cref="ArgumentException">The field reads an input that was not given.</exception>
    public Tensor Forward(Tensor t, Tensor z, FieldInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        using FieldInputs.Scope scope = inputs.Use();
        return Forward(t, z);
    }

    /// <summary>Which components of a state count in the error norm of an adaptive solve.</summary>
    /// <param name="state">The shape of the state.</param>
    /// <returns>A range of the flat, row-major state; null for all of it, which is the default.</returns>
    /// <remarks>
    /// A field that carries constants in its state leaves them out: they have no error, and would dilute the mean of the others'. A field that wraps another one and
    /// keeps its state hands the question on.
    /// </remarks>
    public virtual ErrorNorm? ErrorNormOf(Shape state) => null;

    /// <summary>The derivative of the state with the field's divergence by the state, where that has a closed form that costs less than differentiating the field.</summary>
    /// <param name="t">Time, a scalar.</param>
    /// <param name="z">The state, <c>[batch, components]</c>.</param>
    /// <returns>
    /// What <see cref="Forward(Tensor, Tensor)"/> returns, and <c>Σ ∂fᵢ/∂zᵢ</c> of each sample, <c>[batch]</c>, made of tensor operations; null where there is no closed form,
    /// which is the default.
    /// </returns>
    /// <remarks>
    /// Both share the tensors of what they have in common: then a gradient goes back through it once. A field that wraps another one returns null unless it knows what its
    /// wrapping does to the divergence.
    /// </remarks>
    public virtual (Tensor Derivative, Tensor Divergence)? ForwardWithDivergence(Tensor t, Tensor z) => null;

    /// <summary>Which components of a state are positions, for symplectic methods, which move positions and velocities (or momenta) in turn.</summary>
    /// <param name="state">The shape of the state.</param>
    /// <returns>Where the positions are; null, the default, where symplectic methods cannot solve the field.</returns>
    /// <remarks>
    /// The derivative of a position must depend on time and velocities alone, and that of a velocity on time and positions alone, as in
    /// <see cref="SecondOrderField"/> and a separable <see cref="HamiltonianField"/>. A field that wraps another one and keeps its state hands the question on.
    /// </remarks>
    public virtual PositionLayout? PositionsOf(Shape state) => null;

    /// <summary>
    /// Takes in what a compiled function was seen to use: parameters and buffers, and modules that asked for their mode. All of them must be within this field, or
    /// within a field given as code that is within it; that one then takes them in.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no such field to take them in: they would be neither learned nor saved.</exception>
    internal void Discover(IEnumerable<Parameter> parameters, IReadOnlyCollection<Module> modeReaders)
    {
        FunctionField[] open = [.. SelfAndWithin().OfType<FunctionField>()];
        Module[] strangers = [.. modeReaders.Except(SelfAndWithin())];
        if (strangers.Length > 0 && open.Length == 0)
        {
            throw new InvalidOperationException(
                $"The field {GetType().Name} uses a module ({strangers[0].GetType().Name}) that is not within it. "
                    + "Register it with AddModule, or it would not follow the field to training and evaluation.");
        }

        foreach (Parameter parameter in parameters)
        {
            if (Knows(parameter))
            {
                continue;
            }

            FunctionField? user = Array.Find(open, x => x.Uses(parameter)) ?? open.FirstOrDefault();
            if (user is null)
            {
                bool learned = parameter.IsTrainable;
                throw new InvalidOperationException(
                    $"The field {GetType().Name} uses {(learned ? "parameter" : "buffer")} '{parameter.Name}' {parameter.Shape}, which is not among its own. "
                        + $"Register it with {(learned ? nameof(AddParameter) : nameof(AddBuffer))} or AddModule, or it would not be {(learned ? "learned" : "saved")}.");
            }

            user.Adopt(parameter, isNamed: false);
        }

        foreach (FunctionField field in open)
        {
            field.FinishDiscovery(field == open[0] ? strangers : []);
        }
    }

    private bool Knows(Parameter parameter) => parameter.IsTrainable ? Parameters.Contains(parameter) : NamedBuffers().Any(x => x.Buffer == parameter);

    private sealed class FunctionField : VectorField
    {
        private readonly Func<Tensor, Tensor, Tensor> _function;
        private readonly HashSet<Parameter> _used = new(ReferenceEqualityComparer.Instance);
        private readonly List<Module> _found = [];
        private bool _isKnown;
        private string? _sharedName;

        public FunctionField(Func<Tensor, Tensor, Tensor> function, IReadOnlyList<Parameter> parameters, Module[] modules)
        {
            _function = function;
            _isKnown = parameters.Count + modules.Length > 0;
            foreach (Parameter parameter in parameters)
            {
                Adopt(parameter, isNamed: true);
            }

            for (int i = 0; i < modules.Length; i++)
            {
                AddModule(modules.Length == 1 ? "network" : $"network{i}", modules[i]);
            }
        }

        protected override Module CreateCopy(ModuleCloner cloner) => throw new NotSupportedException(
            $"A vector field given as code cannot be cloned, because the code would keep using the parameters and modules that it captured. "
                + $"Make another one as this one was made, and call {nameof(CopyFrom)}; or write a class of your own that derives from VectorField.");

        public override Tensor Forward(Tensor t, Tensor z)
        {
            Tensor f = _function(t, z);
            if (f is { IsSymbolic: true })
            {
                Collect(f, t, z);
            }

            return f;
        }

        internal override string? WhyParametersAreUnknown => !_isKnown
            ? "The parameters of a vector field given as code are found when it is first solved, and this one was not. "
                + "Call Forward once before saving or loading, or name them: VectorField.Define(function, parameters) or VectorField.Define(function, modules)."
            : _sharedName is null
                ? base.WhyParametersAreUnknown
                : $"A vector field given as code uses several parameters named '{_sharedName}', and which is which would depend on the order of its operations. "
                    + "Give each a name, new Parameter(values, \"rate\"), or list them in an order of your own: "
                    + "VectorField.Define(function, parameters) or VectorField.Define(function, modules).";

        // A module that the function captured unnamed follows the field like one that was named, once it is known.
        internal override IEnumerable<Module> SelfAndWithin() => base.SelfAndWithin().Concat(_found.SelectMany(static x => x.SelfAndWithin()));

        internal override void AddModes(List<char> modes)
        {
            base.AddModes(modes);
            foreach (Module module in _found)
            {
                module.AddModes(modes);
            }
        }

        /// <summary>Whether this function, of all that a compiled field is made of, used a parameter.</summary>
        public bool Uses(Parameter parameter) => _used.Contains(parameter);

        public void Adopt(Parameter parameter, bool isNamed)
        {
            if (Knows(parameter))
            {
                return;
            }

            // Nested modules join their names by dots, which a name of one's own must not hold.
            string wished = parameter.Name.Replace('.', '_');
            string name = wished;
            for (int i = 2; NamedParameters().Concat(NamedBuffers()).Any(x => x.Name == name); i++)
            {
                name = $"{wished}_{i}";
            }

            if (name != wished && !isNamed)
            {
                _sharedName ??= wished;
            }

            if (parameter.IsTrainable)
            {
                AddParameter(name, parameter);
            }
            else
            {
                AddBuffer(name, parameter);
            }
        }

        public void FinishDiscovery(IReadOnlyCollection<Module> strangers)
        {
            _isKnown = true;
            _used.Clear();
            if (strangers.Count > 0)
            {
                _found.AddRange(strangers);
                MarkModesChanged();
            }
        }

        /// <summary>Notes the parameters between the arguments and the result.</summary>
        private void Collect(Tensor f, Tensor t, Tensor z)
        {
            HashSet<Tensor> seen = new(ReferenceEqualityComparer.Instance) { t, z };
            Stack<Tensor> stack = new([f]);
            while (stack.TryPop(out Tensor? tensor))
            {
                if (seen.Add(tensor))
                {
                    if (tensor is Parameter parameter)
                    {
                        _used.Add(parameter);
                    }

                    Array.ForEach(tensor.Inputs, stack.Push);
                }
            }
        }
    }
}
