using NeuralOde.Tensors;

namespace NeuralOde.Nn;

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

    /// <summary>Takes in parameters that a compiled function was seen to use.</summary>
    internal virtual void Discover(IEnumerable<Parameter> parameters)
    {
        foreach (Parameter parameter in parameters)
        {
            if (!Parameters.Contains(parameter))
            {
                throw new InvalidOperationException(
                    $"The field {GetType().Name} uses parameter '{parameter.Name}' {parameter.Shape}, which is not among its own. Register it with AddParameter or AddModule, or it would not be learned.");
            }
        }
    }

    private sealed class FunctionField : VectorField
    {
        private readonly Func<Tensor, Tensor, Tensor> _function;

        private bool _isKnown;

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

        internal override void Discover(IEnumerable<Parameter> parameters)
        {
            _isKnown = true;
            Adopt(parameters);
        }

        private void Adopt(IEnumerable<Parameter> parameters)
        {
            foreach (Parameter parameter in parameters)
            {
                if (!Parameters.Contains(parameter))
                {
                    // Nested modules join their names by dots, which a name of one's own must not hold.
                    string wished = parameter.Name.Replace('.', '_');
                    string name = wished;
                    for (int i = 2; NamedParameters().Any(x => x.Name == name); i++)
                    {
                        name = $"{wished}_{i}";
                    }

                    AddParameter(name, parameter);
                }
            }
        }
    }
}
