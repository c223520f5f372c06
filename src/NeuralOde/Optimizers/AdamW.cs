namespace NeuralOde.Optimizers;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov, Hutter 2019): before each step the values shrink by a share, <c>θ ← (1 − η·λ)·θ</c>, which is not
/// the same as adding λθ to the gradient, that Adam would scale.
/// </summary>
/// <param name="parameters">What is learned. All of it shrinks, biases included, as in PyTorch; use two optimizers where some should not.</param>
/// <param name="learningRate">The step's size η.</param>
/// <param name="beta1">The decay of the gradient's running mean, in [0, 1).</param>
/// <param name="beta2">The decay of the squared gradient's running mean, in [0, 1).</param>
/// <param name="epsilon">Added to the root of the latter, above 0.</param>
/// <param name="weightDecay">The decay λ, at least 0.</param>
public sealed class AdamW(
    IReadOnlyList<Parameter> parameters, double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0.01)
    : Optimizer(parameters, learningRate)
{
    private readonly (double, double, double) _settings = (Adam.Fraction(beta1, nameof(beta1)), Adam.Fraction(beta2, nameof(beta2)), Adam.Positive(epsilon, nameof(epsilon)));
    private readonly double _weightDecay = weightDecay >= 0 && double.IsFinite(weightDecay)
        ? weightDecay
        : throw new ArgumentOutOfRangeException(nameof(weightDecay), weightDecay, "A weight decay is a finite number, at least 0.");

    /// <inheritdoc/>
    protected override int MemoryCount => 2;

    /// <inheritdoc/>
    protected override void Update<T>(Span<T> values, ReadOnlySpan<T> gradient, Span<T> memory) =>
        Adam.Move(values, gradient, memory, LearningRate, StepCount, _settings, kept: 1 - (LearningRate * _weightDecay));
}
