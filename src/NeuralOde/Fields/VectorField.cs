using NeuralOde.Modules;
using NeuralOde.Persistence;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Fields;

/// <summary>The right-hand side of an ordinary differential equation, <c>dz/dt = f(t, z)</c>, with parameters that are learned.</summary>
public abstract class VectorField : Module
{
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

    /// <summary>The derivative of the state.</summary>
    /// <param name="t">Time, a scalar.</param>
    /// <param name="z">The state.</param>
    /// <returns>A tensor of the state's shape.</returns>
    public abstract Tensor Forward(Tensor t, Tensor z);

    /// <summary>Which components of a state of this shape count in the error norm; all if null.</summary>
    internal virtual ErrorNorm? NormOf(Shape state) => null;

    /// <summary>Takes in modules that a compiled function was seen to ask for their mode.</summary>
    internal virtual void Discover(IReadOnlyCollection<Module> modeReaders)
    {
        foreach (Module module in modeReaders)
        {
            if (!SelfAndWithin().Contains(module))
            {
                throw new InvalidOperationException(
                    $"The field {GetType().Name} uses a module ({module.GetType().Name}) that is not within it. Register it with AddModule, or it would not follow the field to training and evaluation.");
            }
        }
    }

    /// <summary>Takes in parameters and buffers that a compiled function was seen to use.</summary>
    internal virtual void Discover(IEnumerable<Parameter> parameters)
    {
        foreach (Parameter parameter in parameters)
        {
            if (!Knows(parameter))
            {
                string what = parameter.IsTrainable ? "parameter" : "buffer";
                throw new InvalidOperationException(
                    $"The field {GetType().Name} uses {what} '{parameter.Name}' {parameter.Shape}, which is not among its own. Register it with {(parameter.IsTrainable ? nameof(AddParameter) : nameof(AddBuffer))} or AddModule, or it would not be {(parameter.IsTrainable ? "learned" : "saved")}.");
            }
        }
    }

    private bool Knows(Parameter parameter) => parameter.IsTrainable ? Parameters.Contains(parameter) : NamedBuffers().Any(x => x.Buffer == parameter);

    private sealed class FunctionField : VectorField
    {
        private readonly Func<Tensor, Tensor, Tensor> _function;
        private readonly List<Module> _found = [];

        private readonly HashSet<string> _discovered = new(StringComparer.Ordinal);

        private bool _isKnown;
        private string? _nameByOrder;

        public FunctionField(Func<Tensor, Tensor, Tensor> function, IReadOnlyList<Parameter> parameters, Module[] modules)
        {
            _function = function;
            _isKnown = parameters.Count + modules.Length > 0;
            Adopt(parameters);
            for (int i = 0; i < modules.Length; i++)
            {
                AddModule(modules.Length == 1 ? "network" : $"network{i}", modules[i]);
            }
        }

        public override Tensor Forward(Tensor t, Tensor z) => _function(t, z);

        internal override bool KnowsItsParameters => _isKnown;

        internal override string? NameByOrder => _nameByOrder ?? base.NameByOrder;

        internal override void Discover(IEnumerable<Parameter> parameters)
        {
            _isKnown = true;
            Parameter[] found = [.. parameters.Where(x => !Knows(x))];

            // The function's order of use names them, and another function may use them in another order.
            _nameByOrder ??= found.FirstOrDefault(x => !_discovered.Add(x.Name))?.Name;
            Adopt(found);
        }

        internal override void Discover(IReadOnlyCollection<Module> modeReaders)
        {
            _found.AddRange(modeReaders.Except(SelfAndWithin()));
            MarkModesChanged();
        }

        // A module that the function captured unnamed follows the field like one that was named, once it is known.
        internal override IEnumerable<Module> SelfAndWithin() => base.SelfAndWithin().Concat(_found.SelectMany(static x => x.SelfAndWithin()));

        private void Adopt(IEnumerable<Parameter> parameters)
        {
            foreach (Parameter parameter in parameters)
            {
                if (!Knows(parameter))
                {
                    // Nested modules join their names by dots, which a name of one's own must not hold.
                    string wished = parameter.Name.Replace('.', '_');
                    string name = wished;
                    for (int i = 2; NamedParameters().Concat(NamedBuffers()).Any(x => x.Name == name); i++)
                    {
                        name = $"{wished}_{i}";
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
            }
        }
    }
}
