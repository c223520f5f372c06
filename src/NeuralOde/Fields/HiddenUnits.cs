namespace NeuralOde.Fields;

/// <summary>A sum of hidden units as a field, <c>f(z) = Σ u_n h(w_n·z + b_n)</c>, with its divergence <c>Σ h'(w_n·z + b_n) w_n·u_n</c> (Chen et al. 2018, section 4).</summary>
internal static class HiddenUnits
{
    /// <param name="z"><c>[batch, dimension]</c>.</param>
    /// <param name="weight">w, <c>[units, dimension]</c>.</param>
    /// <param name="bias">b, <c>[units]</c>.</param>
    /// <param name="scale">u, <c>[units, dimension]</c>.</param>
    /// <param name="activation">h.</param>
    /// <returns><c>[batch, dimension]</c>.</returns>
    public static Tensor Value(Tensor z, Tensor weight, Tensor bias, Tensor scale, Activation activation) => activation.Apply(Arguments(z, weight, bias)).MatMul(scale);

    /// <returns>The value, <c>[batch, dimension]</c>, and the divergence, <c>[batch]</c>.</returns>
    /// <inheritdoc cref="Value"/>
    public static (Tensor Derivative, Tensor Divergence) WithDivergence(Tensor z, Tensor weight, Tensor bias, Tensor scale, Activation activation)
    {
        Tensor arguments = Arguments(z, weight, bias);
        Tensor hidden = activation.Apply(arguments);
        Tensor products = (weight * scale).Sum([1], keepAxes: true);
        return (hidden.MatMul(scale), activation.Derivative(arguments, hidden).MatMul(products).Reshape([z.Shape[0]]));
    }

    private static Tensor Arguments(Tensor z, Tensor weight, Tensor bias) => z.MatMul(weight.Transpose()) + bias;
}
