using NeuralOde.Tensors;

namespace NeuralOde.Nn;

/// <summary>Something with parameters that are learned, possibly made of other modules.</summary>
public abstract partial class Module
{
    private readonly List<(string Name, Parameter Parameter)> _own = [];
    private readonly List<(string Name, Module Module)> _modules = [];

    /// <summary>All parameters, those of the modules within included. A live list.</summary>
    public ParameterList Parameters { get; } = new();

    /// <summary>Whether the parameters are all known, those of the modules within included: a field given as code finds its own when it is first solved.</summary>
    internal virtual bool KnowsItsParameters => _modules.TrueForAll(static x => x.Module.KnowsItsParameters);

    /// <summary>The parameters with their names within this module: the path of modules and the parameter, joined by dots.</summary>
    /// <returns>Names and parameters in the order of <see cref="Parameters"/>.</returns>
    public IEnumerable<(string Name, Parameter Parameter)> NamedParameters()
    {
        foreach ((string name, Parameter parameter) in _own)
        {
            yield return (name, parameter);
        }

        foreach ((string prefix, Module module) in _modules)
        {
            foreach ((string name, Parameter parameter) in module.NamedParameters())
            {
                yield return ($"{prefix}.{name}", parameter);
            }
        }
    }

    /// <summary>Registers a parameter of this module.</summary>
    /// <param name="name">Its name, unique in the module, without dots.</param>
    /// <param name="initial">Its first values.</param>
    /// <returns>The parameter.</returns>
    protected Parameter AddParameter(string name, Tensor initial)
    {
        var parameter = new Parameter(initial, name);
        AddParameter(name, parameter);
        return parameter;
    }

    /// <summary>Registers a parameter that exists already.</summary>
    /// <param name="name">Its name, unique in the module, without dots.</param>
    /// <param name="parameter">The parameter.</param>
    protected void AddParameter(string name, Parameter parameter)
    {
        CheckName(name);
        _own.Add((name, parameter));
        Parameters.Add(parameter);
    }

    /// <summary>Registers a module within this one.</summary>
    /// <typeparam name="TModule">Its type.</typeparam>
    /// <param name="name">Its name, unique in the module, without dots.</param>
    /// <param name="module">The module.</param>
    /// <returns>The module.</returns>
    protected TModule AddModule<TModule>(string name, TModule module)
        where TModule : Module
    {
        ArgumentNullException.ThrowIfNull(module);
        CheckName(name);
        _modules.Add((name, module));
        Parameters.Add(module.Parameters);
        foreach ((string path, Parameter parameter) in module.NamedParameters())
        {
            parameter.Name = $"{name}.{path}";
        }

        return module;
    }

    private void CheckName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Contains('.', StringComparison.Ordinal) || _own.Exists(x => x.Name == name) || _modules.Exists(x => x.Name == name))
        {
            throw new ArgumentException($"The name '{name}' is taken in this module, or holds a dot (dots join the names of nested modules).", nameof(name));
        }
    }
}
