using NeuralOde.Fields;
using NeuralOde.Layers;

namespace NeuralOde.Flows.Matching;

/// <summary>
/// A perceptron for flow matching from a standard normal distribution to standardized data, at times from 0 to 1. Time modulates every layer, and what the network must learn
/// has the same scale at all times.
/// </summary>
/// <remarks>
/// <para>
/// With <c>s² = (1 − t)² + t²</c>, the variance of a point on a straight path, the field is <c>(2t − 1)z/s² + F(z/s, t)/s</c>: the linear regression of a path's velocity on
/// its point, and the network F, whose target has unit variance (preconditioning, as in Karras et al. 2022, arXiv 2206.00364, section 5). At first F is 0, and the flow takes the
/// normal distribution to itself.
/// </para>
/// <para>
/// Time scales and shifts the units of each layer (feature-wise linear modulation, Perez et al. 2018, arXiv 1709.07871), by bumps that are spaced evenly in
/// <c>asinh(t/0.01) − asinh((1 − t)/0.01)</c>: near the data, where densities are decided, differences of 0.01 count.
/// </para>
/// </remarks>
public sealed class PreconditionedField : VectorField
{
    private const int BumpCount = 8;
    private const double Resolution = 0.01;
    private readonly ModulatedLinear[] _layers;
    private readonly Parameter _weight;
    private readonly Parameter _bias;
    private readonly Tensor _centers;
    private readonly double _scale;

    /// <summary>Makes the field.</summary>
    /// <param name="size">The number of components of the state, at least 1.</param>
    /// <param name="hidden">The widths of the hidden layers; at least one.</param>
    /// <param name="random">Where the first values come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="ArgumentException">There is no hidden layer.</exception>
    public PreconditionedField(int size, IReadOnlyList<int> hidden, RandomSource? random = null, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentException.ThrowIf(hidden.Count == 0, "This field has at least one hidden layer.", nameof(hidden));
        int[] sizes = [size, .. hidden];
        _layers = new ModulatedLinear[hidden.Count];
        for (int i = 0; i < _layers.Length; i++)
        {
            _layers[i] = AddModule($"layer{i}", new ModulatedLinear(sizes[i], sizes[i + 1], BumpCount, random, dtype));
        }

        _weight = AddParameter("weight", Tensor.Zeros([size, sizes[^1]], dtype));
        _bias = AddParameter("bias", Tensor.Zeros([size], dtype));
        double end = Math.Asinh(1 / Resolution), spacing = 2 * end / (BumpCount - 1);
        _centers = Tensor.Create<double>([.. Enumerable.Range(0, BumpCount).Select(i => (i * spacing) - end)], [1, BumpCount], dtype);
        _scale = 1 / spacing;
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor t, Tensor z)
    {
        ArgumentNullException.ThrowIfNull(t);
        ArgumentNullException.ThrowIfNull(z);
        Tensor time = t.ElementCount == 1 ? t.Reshape([1, 1]) : t, rest = 1.0 - time;
        Tensor variance = rest.Square() + time.Square(), scale = variance.Sqrt().Reciprocal();
        Tensor bumps = (((Asinh(time) - Asinh(rest) - _centers) * _scale).Square() * -0.5).Exp();
        Tensor x = z * scale;
        foreach (ModulatedLinear layer in _layers)
        {
            x = layer.Forward(bumps, x).Silu();
        }

        return (((2.0 * time) - 1.0) / variance * z) + ((x.MatMul(_weight.Transpose()) + _bias) * scale);
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) =>
        new PreconditionedField(_weight.Shape[0], [.. _layers.Select(static x => x.Outputs)], new RandomSource(0), _weight.DType);

    private static Tensor Asinh(Tensor time)
    {
        Tensor x = time * (1 / Resolution);
        return (x + (x.Square() + 1.0).Sqrt()).Log();
    }

    /// <summary>An affine layer whose outputs are scaled and shifted by features of the time.</summary>
    private sealed class ModulatedLinear : Module
    {
        private readonly Linear _linear;
        private readonly Linear _gain;
        private readonly Linear _shift;

        public ModulatedLinear(int inputs, int outputs, int features, RandomSource? random, DType dtype)
        {
            _linear = AddModule("linear", new Linear(inputs, outputs, bias: true, random, dtype));
            _gain = AddModule("gain", new Linear(features, outputs, bias: false, random, dtype));
            _shift = AddModule("shift", new Linear(features, outputs, bias: false, random, dtype));
        }

        public int Outputs => _linear.Weight.Shape[0];

        private int Inputs => _linear.Weight.Shape[1];

        /// <param name="features">The features of the time, one row for all points, or one for each.</param>
        /// <param name="x"><c>[batch, inputs]</c>.</param>
        public Tensor Forward(Tensor features, Tensor x)
        {
            Tensor gain = 1.0 + _gain.Forward(features), shift = _shift.Forward(features);
            if (features.Shape[0] > 1 || x.Shape[0] < Inputs)
            {
                return (_linear.Forward(x) * gain) + shift;
            }

            // With more rows than inputs it is less work to scale the weight. Then product, row and activation are one kernel, forward and back.
            return x.MatMul((_linear.Weight * gain.Reshape([Outputs, 1])).Transpose()) + ((_linear.Bias! * gain) + shift);
        }

        protected override Module CreateCopy(ModuleCloner cloner) =>
            new ModulatedLinear(Inputs, Outputs, _gain.Weight.Shape[1], new RandomSource(0), _linear.Weight.DType);
    }
}
