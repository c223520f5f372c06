namespace NeuralOde.Layers;

/// <summary>A module from one tensor to one tensor: what networks are put together from.</summary>
public abstract class Layer : Module
{
    /// <summary>A layer given as code, such as a reshape or a sum of other layers.</summary>
    /// <param name="function">From the input to the output, made of tensor operations.</param>
    /// <param name="modules">Modules that the function uses: their parameters are the layer's, and they follow it from training to evaluation.</param>
    /// <returns>The layer.</returns>
    public static Layer Define(Func<Tensor, Tensor> function, params Module[] modules)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(modules);
        return new FunctionLayer(function, modules);
    }

    /// <summary>Applies the layer.</summary>
    /// <param name="x">The input.</param>
    /// <returns>The output.</returns>
    public abstract Tensor Forward(Tensor x);

    /// <summary>The layers within with their output shapes and parameters, found by applying this layer to zeros, in evaluation.</summary>
    /// <param name="inputShape">The input's shape, batch included.</param>
    /// <returns>The summary; its text is a table.</returns>
    public ModelSummary Summary(Shape inputShape) => ModelSummary.Of(this, inputShape);

    /// <summary>What a summary calls this layer.</summary>
    internal virtual string Label => GetType().Name;

    /// <summary>Applies a layer within another one, so that a summary sees it.</summary>
    internal Tensor Invoke(Tensor x) => ModelSummary.Watch(this, x);

    private sealed class FunctionLayer : Layer
    {
        private readonly Func<Tensor, Tensor> _function;

        public FunctionLayer(Func<Tensor, Tensor> function, Module[] modules)
        {
            _function = function;
            for (int i = 0; i < modules.Length; i++)
            {
                AddModule(modules.Length == 1 ? "network" : $"network{i}", modules[i]);
            }
        }

        internal override string Label => "Layer";

        public override Tensor Forward(Tensor x)
        {
            ArgumentNullException.ThrowIfNull(x);
            return _function(x);
        }

        protected override Module CreateCopy(ModuleCloner cloner) => throw new NotSupportedException(
            $"A layer given as code cannot be cloned, because the code would keep using the modules that it captured. "
                + $"Make another one as this one was made, and call {nameof(CopyFrom)}; or write a class of your own that derives from Layer.");
    }
}
