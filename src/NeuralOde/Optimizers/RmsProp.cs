namespace NeuralOde.Optimizers;

/// <summary>RMSprop (Tieleman, Hinton 2012): steps scaled by the root of the squared gradient's running mean.</summary>
/// <param name="parameters">What is learned.</param>
/// <param name="learningRate">The step's size.</param>
/// <param name="decay">The decay of the running mean, in [0, 1).</param>
/// <param name="epsilon">Added to the root, above 0.</param>
public sealed class RmsProp(IReadOnlyList<Parameter> parameters, double learningRate = 0.01, double decay = 0.99, double epsilon = 1e-8)
    : Optimizer(parameters, learningRate)
{
    private readonly double _decay = Adam.Fraction(decay, nameof(decay));
    private readonly double _epsilon = Adam.Positive(epsilon, nameof(epsilon));

    /// <inheritdoc/>
    protected override int MemoryCount => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Update<T>(Span<T> values, ReadOnlySpan<T> gradient, Span<T> memory)
    {
        T step = T.CreateTruncating(LearningRate);
        T decay = T.CreateTruncating(_decay);
        T rest = T.CreateTruncating(1 - _decay);
        T epsilon = T.CreateTruncating(_epsilon);
        for (int i = 0; i < values.Length; i++)
        {
            T g = gradient[i];
            memory[i] = (decay * memory[i]) + (rest * (g * g));
            values[i] -= step * g / (T.Sqrt(memory[i]) + epsilon);
        }
    }
}
