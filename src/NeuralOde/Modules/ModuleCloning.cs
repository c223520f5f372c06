namespace NeuralOde.Modules;

/// <summary>Cloning of modules.</summary>
public static class ModuleCloning
{
    /// <summary>A deep copy: a module of the same structure, with copies of all parameters and buffers and the same modes. Neither changes the other.</summary>
    /// <typeparam name="TModule">Its type.</typeparam>
    /// <param name="module">The module.</param>
    /// <returns>The copy. Gradients, and programs that were compiled, are not copied.</returns>
    /// <remarks>
    /// A module of your own says how it is made again: see <see cref="Module.CreateCopy"/>. What is given as code
    /// (<c>VectorField.Define</c>, <c>Layer.Define</c>) cannot be cloned, because the code keeps using what it captured.
    /// </remarks>
    /// <exception cref="NotSupportedException">The module, or one within, cannot be cloned; the message says which and what to do.</exception>
    public static TModule Clone<TModule>(this TModule module) where TModule : Module
    {
        ArgumentNullException.ThrowIfNull(module);
        TModule clone = new ModuleCloner().Clone(module);
        module.CheckCopy(clone);
        try
        {
            clone.CopyFrom(module);
        }
        catch (ArgumentException e)
        {
            throw new InvalidOperationException(
                $"The copy of a {module.GetType().Name} has another structure: its CreateCopy, or that of a module within, makes something else. {e.Message}", e);
        }

        return clone;
    }
}
