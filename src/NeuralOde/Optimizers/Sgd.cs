namespace NeuralOde.Optimizers;

/// <summary>Gradient descent with momentum: <c>v ← μ v + g</c>, <c>θ ← θ − η v</c> (Sutskever et al. 2013, in PyTorch's form).</summary>
/// <param name="parameters">What is learned.</param>
/// <param name="learningRate">The step's size η.</param>
/// <param name="momentum">The decay μ of the velocity, in [0, 1); 0 is plain gradient descent.</param>
public sealed class Sgd(IReadOnlyList<Parameter> parameters, double learningRate, double momentum = 0) : Optimizer(parameters, learningRate)
{
    private readonly double _momentum = Adam.Fraction(momentum, nameof(momentum));

    /// <inheritdoc/>
    protected override int MemoryCount => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Update<T>(Span<T> values, ReadOnlySpan<T> gradient, Span<T> memory)
    {
        T step = T.CreateTruncating(LearningRate);
        T momentum = T.CreateTruncating(_momentum);
        for (int i = 0; i < values.Length; i++)
        {
            memory[i] = (momentum * memory[i]) + gradient[i];
            values[i] -= step * memory[i];
        }
    }
}
