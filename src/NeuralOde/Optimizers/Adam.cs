using NeuralOde.Vectors;

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
    internal static unsafe void Move<T>(
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
        Span<T> square = memory.Slice(values.Length, values.Length);
        fixed (T* pv = values, pg = gradient[..values.Length], pm = mean, ps = square)
        {
            var move = new Step<T>
            {
                Values = pv,
                Gradient = pg,
                Mean = pm,
                Square = ps,
                Length = values.Length,
                Beta1 = beta1,
                Beta2 = beta2,
                Rest1 = rest1,
                Rest2 = rest2,
                Size = step,
                Root = root,
                Epsilon = epsilon,
                Keep = keep,
            };
            VectorDispatch.Run<T, Step<T>>(move, SimdWidths.Best);
        }
    }

    /// <summary>The arithmetic of a step in one pass over memory, each operation rounded by itself.</summary>
    private unsafe struct Step<T> : IVectorKernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T* Values, Gradient, Mean, Square;
        public int Length;
        public T Beta1, Beta2, Rest1, Rest2, Size, Root, Epsilon, Keep;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<TVector>() where TVector : struct, ISimdVector<TVector, T>
        {
            TVector beta1 = TVector.Create(Beta1), beta2 = TVector.Create(Beta2), rest1 = TVector.Create(Rest1), rest2 = TVector.Create(Rest2);
            TVector size = TVector.Create(Size), root = TVector.Create(Root), epsilon = TVector.Create(Epsilon), keep = TVector.Create(Keep);
            T* values = Values, gradient = Gradient, mean = Mean, square = Square;
            int i = 0;
            for (; i <= Length - TVector.Count; i += TVector.Count)
            {
                TVector g = TVector.Load(gradient + i);
                TVector m = (beta1 * TVector.Load(mean + i)) + (rest1 * g);
                TVector v = (beta2 * TVector.Load(square + i)) + (rest2 * (g * g));
                TVector.Store(m, mean + i);
                TVector.Store(v, square + i);
                TVector.Store((keep * TVector.Load(values + i)) - (size * m / ((TVector.Sqrt(v) * root) + epsilon)), values + i);
            }

            int rest = Length - i;
            if (rest > 0)
            {
                TVector g = TVector.LoadPartial(gradient + i, rest);
                TVector m = (beta1 * TVector.LoadPartial(mean + i, rest)) + (rest1 * g);
                TVector v = (beta2 * TVector.LoadPartial(square + i, rest)) + (rest2 * (g * g));
                TVector.StorePartial(m, mean + i, rest);
                TVector.StorePartial(v, square + i, rest);
                TVector.StorePartial((keep * TVector.LoadPartial(values + i, rest)) - (size * m / ((TVector.Sqrt(v) * root) + epsilon)), values + i, rest);
            }
        }
    }
}
