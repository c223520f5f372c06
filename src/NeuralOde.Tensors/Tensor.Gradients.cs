namespace NeuralOde.Tensors;

/// <content>Reverse-mode differentiation from a scalar.</content>
public partial class Tensor
{
    /// <summary>
    /// Adds the gradient of this scalar to the <see cref="Gradient"/> of every leaf that requires one and that it depends on.
    /// </summary>
    /// <exception cref="InvalidOperationException">This is no scalar, is symbolic, or depends on nothing that requires a gradient.</exception>
    public void Backward()
    {
        InvalidOperationException.ThrowIf(IsSymbolic, $"Inside a compiled function, use {nameof(Gradients)}.{nameof(Gradients.Of)} and return the gradients.");
        InvalidOperationException.ThrowIf(
            !RequiresGradient, "This tensor depends on nothing that requires a gradient: on no parameter, and on no tensor made with requiresGradient.");
        InvalidOperationException.ThrowIf(ElementCount != 1, $"Backward starts from a scalar; this tensor has shape {Shape}. Sum or average it first.");
        Gradients.Accumulate(this);
    }

    internal void AddToGradient(Tensor gradient)
    {
        if (this is not Parameter parameter)
        {
            using IDisposable scope = GradientMode.Disable();

            // Kept outside any scope's pool: the leaf may outlive the scope.
            Gradient = TensorScope.Keep(Gradient is null ? gradient : Gradient + gradient);
        }
        else if (DType == DType.Float32)
        {
            parameter.AddToGradient(gradient.AsSpan<float>());
        }
        else
        {
            parameter.AddToGradient(gradient.AsSpan<double>());
        }
    }
}
