namespace NeuralOde.Modules;

/// <summary>Something with parameters that are learned, possibly made of other modules.</summary>
public abstract partial class Module
{
    private readonly List<(string Name, Parameter Parameter)> _own = [];
    private readonly List<(string Name, Parameter Parameter)> _ownBuffers = [];
    private readonly List<(string Name, Module Module)> _modules = [];

    /// <summary>All parameters, those of the modules within included. A live list.</summary>
    public ParameterList Parameters { get; } = new();

    /// <summary>
    /// Why the names of all parameters, those of the modules within included, cannot be told; null where they can. A field given as code finds its
    /// own when it is first solved.
    /// </summary>
    internal virtual string? WhyParametersAreUnknown => _modules.Select(static x => x.Module.WhyParametersAreUnknown).FirstOrDefault(static x => x is not null);

    /// <summary>The parameters with their names within this module: the path of modules and the parameter, joined by dots.</summary>
    /// <returns>Names and parameters in the order of <see cref="Parameters"/>.</returns>
    public IEnumerable<(string Name, Parameter Parameter)> NamedParameters() => Named(static x => x._own);

    /// <summary>
    /// The buffers with their names within this module: tensors that are saved and loaded like parameters but not learned, such as the
    /// running statistics of a normalization.
    /// </summary>
    /// <returns>Names and buffers, those of the modules within included.</returns>
    public IEnumerable<(string Name, Parameter Buffer)> NamedBuffers() => Named(static x => x._ownBuffers);

    /// <summary>All modules within this one, with their names; this one itself has the empty name and comes first.</summary>
    /// <returns>Names and modules, each before those within it.</returns>
    public IEnumerable<(string Name, Module Module)> NamedModules()
    {
        yield return ("", this);
        foreach ((string prefix, Module module) in _modules)
        {
            foreach ((string name, Module within) in module.NamedModules())
            {
                yield return (name.Length == 0 ? prefix : $"{prefix}.{name}", within);
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
        ArgumentNullException.ThrowIfNull(parameter);
        CheckName(name);
        ArgumentException.ThrowIf(!parameter.IsTrainable, $"'{name}' is not trainable: it is a buffer. Register it with {nameof(AddBuffer)}.", nameof(parameter));
        _own.Add((name, parameter));
        Parameters.Add(name, parameter);
    }

    /// <summary>Registers a tensor that is saved with the module but not learned. Programs read it live, and it moves by <see cref="Parameter.MoveTowards"/>.</summary>
    /// <param name="name">Its name, unique in the module, without dots.</param>
    /// <param name="initial">Its first values.</param>
    /// <returns>The buffer, a parameter that is not trainable.</returns>
    protected Parameter AddBuffer(string name, Tensor initial)
    {
        var buffer = new Parameter(initial, name, isTrainable: false);
        AddBuffer(name, buffer);
        return buffer;
    }

    /// <summary>Registers a buffer that exists already.</summary>
    /// <param name="name">Its name, unique in the module, without dots.</param>
    /// <param name="buffer">A parameter that is not trainable.</param>
    protected void AddBuffer(string name, Parameter buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        CheckName(name);
        ArgumentException.ThrowIf(buffer.IsTrainable, $"'{name}' is trainable: it is a parameter. Register it with {nameof(AddParameter)}.", nameof(buffer));
        _ownBuffers.Add((name, buffer));
    }

    /// <summary>Registers a module within this one.</summary>
    /// <typeparam name="TModule">Its type.</typeparam>
    /// <param name="name">Its name, unique in the module, without dots.</param>
    /// <param name="module">The module.</param>
    /// <returns>The module.</returns>
    protected TModule AddModule<TModule>(string name, TModule module) where TModule : Module
    {
        ArgumentNullException.ThrowIfNull(module);
        CheckName(name);
        _modules.Add((name, module));
        Parameters.Add(name, module.Parameters);
        MarkModesChanged();
        return module;
    }

    private IEnumerable<(string Name, Parameter Parameter)> Named(Func<Module, List<(string Name, Parameter Parameter)>> own)
    {
        foreach ((string name, Parameter parameter) in own(this))
        {
            yield return (name, parameter);
        }

        foreach ((string prefix, Module module) in _modules)
        {
            foreach ((string name, Parameter parameter) in module.Named(own))
            {
                yield return ($"{prefix}.{name}", parameter);
            }
        }
    }

    private void CheckName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIf(
            name.Contains('.', StringComparison.Ordinal) || _own.Exists(x => x.Name == name) || _ownBuffers.Exists(x => x.Name == name) || _modules.Exists(x => x.Name == name),
            $"The name '{name}' is taken in this module, or holds a dot (dots join the names of nested modules).", nameof(name));
    }
}
