namespace NeuralOde.Sensitivities;

/// <summary>Finds where products stop being finite, while the transpose of a solve runs once more.</summary>
/// <param name="product">The product.</param>
internal sealed class WatchedProduct<T>(CompiledVectorJacobianProduct<T> product) : ISecondDerivative<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Time and component of the first product that is not finite; none while all are.</summary>
    public (double Time, int Component)? Found { get; private set; }

    public double Evaluate(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> zGradient)
    {
        double time = product.Evaluate(t, z, a, zGradient);
        Look(t, zGradient);
        return time;
    }

    public double EvaluateSecond(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> a, ReadOnlySpan<T> v, Span<T> zGradient)
    {
        double time = product.EvaluateSecond(t, z, a, v, zGradient);
        Look(t, zGradient);
        return time;
    }

    private void Look(double t, ReadOnlySpan<T> gradient)
    {
        if (Found is null && NotFiniteGradient.IndexIn(gradient) is >= 0 and int component)
        {
            Found = (t, component);
        }
    }
}
