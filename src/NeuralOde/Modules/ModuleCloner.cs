namespace NeuralOde.Modules;

/// <summary>Clones the modules within a module that is cloned; see <see cref="Module.CreateCopy"/>.</summary>
public sealed class ModuleCloner
{
    private readonly Dictionary<Module, Module> _clones = new(ReferenceEqualityComparer.Instance);

    internal ModuleCloner()
    {
    }

    /// <summary>Clones a module; the same module gives the same clone each time.</summary>
    /// <typeparam name="TModule">Its type.</typeparam>
    /// <param name="module">The module.</param>
    /// <returns>Its clone.</returns>
    /// <exception cref="NotSupportedException">The module cannot be cloned.</exception>
    public TModule Clone<TModule>(TModule module) where TModule : Module
    {
        ArgumentNullException.ThrowIfNull(module);
        if (!_clones.TryGetValue(module, out Module? clone))
        {
            _clones[module] = clone = module.Copy(this);
        }

        return (TModule)clone;
    }
}
