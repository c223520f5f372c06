using System.Numerics;
using System.Runtime.CompilerServices;
using NeuralOde.Tensors;

namespace NeuralOde.Optimizers;

/// <summary>Adam (Kingma, Ba 2015): steps scaled by running means of the gradient and of its square, corrected for their start at zero.</summary>
/// <param name="parameters">What is learned.</param>
/// <param name="learningRate">The step's size.</param>
/// <param name="beta1">The decay of the gradient's running mean, in [0, 1).</param>
/// <param name="beta2">The decay of the squared gradient's running mean, in [0, 1).</param>
/// <param name="epsilon">Added to the root of the latter, above 0.</param>
public sealed class Adam(IReadOnlyList<Parameter> parameters, double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8)
    : Optimizer(parameters, learningRate)
{
    private readonly double _beta1 = Fraction(beta1, nameof(beta1));
    private readonly double _beta2 = Fraction(beta2, nameof(beta2));
    private readonly double _epsilon = Positive(epsilon, nameof(epsilon));

    /// <inheritdoc/>
    protected override int MemoryCount => 2;

    internal static double Fraction(double value, string name) => value is >= 0 and < 1
        ? value
        : throw new ArgumentOutOfRangeException(name, value, "A decay is at least 0 and below 1.");

    internal static double Positive(double value, string name) => value > 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, "This number is above 0.");

    /// <inheritdoc/>
    protected override void Update<T>(Span<T> values, ReadOnlySpan<T> gradient, Span<T> memory) =>
        Move(values, gradient, memory, LearningRate, StepCount, (_beta1, _beta2, _epsilon), kept: 1);

    /// <summary>One step of Adam on values of which a share was kept before (1 for Adam itself, which changes no bit).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Move<T>(
        Span<T> values, ReadOnlySpan<T> gradient, Span<T> memory, double learningRate, long stepCount, (double Beta1, double Beta2, double Epsilon) settings, double kept)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // As PyTorch arranges it: the corrections are folded into the step and the root, so that epsilon weighs as it does there.
        double correction1 = 1 - Math.Pow(settings.Beta1, stepCount);
        double correction2 = Math.Sqrt(1 - Math.Pow(settings.Beta2, stepCount));
        T step = T.CreateTruncating(learningRate / correction1);
        T root = T.CreateTruncating(1 / correction2);
        T epsilon = T.CreateTruncating(settings.Epsilon);
        T beta1 = T.CreateTruncating(settings.Beta1);
        T beta2 = T.CreateTruncating(settings.Beta2);
        T rest1 = T.CreateTruncating(1 - settings.Beta1);
        T rest2 = T.CreateTruncating(1 - settings.Beta2);
        T keep = T.CreateTruncating(kept);
        Span<T> mean = memory[..values.Length];
        Span<T> square = memory[values.Length..];
        int i = 0;
        for (; i <= values.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            var g = new Vector<T>(gradient[i..]);
            Vector<T> m = (beta1 * new Vector<T>(mean[i..])) + (rest1 * g);
            Vector<T> v = (beta2 * new Vector<T>(square[i..])) + (rest2 * (g * g));
            m.CopyTo(mean[i..]);
            v.CopyTo(square[i..]);
            ((keep * new Vector<T>(values[i..])) - (step * m / ((Vector.SquareRoot(v) * root) + new Vector<T>(epsilon)))).CopyTo(values[i..]);
        }

        for (; i < values.Length; i++)
        {
            T g = gradient[i];
            mean[i] = (beta1 * mean[i]) + (rest1 * g);
            square[i] = (beta2 * square[i]) + (rest2 * (g * g));
            values[i] = (keep * values[i]) - (step * mean[i] / ((T.Sqrt(square[i]) * root) + epsilon));
        }
    }
}
