using NeuralOde.Layers;

namespace NeuralOde.Fields;

/// <summary>
/// A sum of hidden units with gates that open and close in time: <c>f(t, z) = Σ σ_n(t) u_n tanh(w_n·z + b_n)</c> (Chen et al. 2018, section 4), the continuous counterpart of a
/// stack of planar flows. Its divergence has a closed form.
/// </summary>
public sealed class GatedUnitsField : VectorField
{
    /// <summary>Makes the field.</summary>
    /// <param name="size">The number of components of the state, at least 1.</param>
    /// <param name="units">The number of hidden units, at least 1.</param>
    /// <param name="gateHidden">The widths of the hidden layers between time and the gates; none gives <c>σ_n(t) = sigmoid(a_n t + c_n)</c>.</param>
    /// <param name="random">Where the first values come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public GatedUnitsField(int size, int units, IReadOnlyList<int>? gateHidden = null, RandomSource? random = null, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(units, 1);
        random ??= RandomSource.Default;
        double bound = 1 / Math.Sqrt(size), scaleBound = 1 / Math.Sqrt(units);
        Weight = AddParameter("weight", random.Uniform([units, size], -bound, bound, dtype));
        Bias = AddParameter("bias", random.Uniform([units], -bound, bound, dtype));
        Scale = AddParameter("scale", random.Uniform([units, size], -scaleBound, scaleBound, dtype));
        Gates = AddModule("gates", new Mlp(1, gateHidden ?? [], units, Activation.Tanh, random, dtype));
    }

    /// <summary>The directions w, <c>[units, size]</c>.</summary>
    public Parameter Weight { get; }

    /// <summary>The offsets b, <c>[units]</c>.</summary>
    public Parameter Bias { get; }

    /// <summary>What each unit adds, u, <c>[units, size]</c>.</summary>
    public Parameter Scale { get; }

    /// <summary>The network from time to the arguments of the gates' logistic functions.</summary>
    public Mlp Gates { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor t, Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        return HiddenUnits.Value(z, Weight, Bias, Gated(t), Activation.Tanh);
    }

    /// <inheritdoc/>
    public override (Tensor Derivative, Tensor Divergence)? ForwardWithDivergence(Tensor t, Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        return HiddenUnits.WithDivergence(z, Weight, Bias, Gated(t), Activation.Tanh);
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new GatedUnitsField(
        Weight.Shape[1], Weight.Shape[0], [.. Gates.Layers.SkipLast(1).Select(static x => x.Weight.Shape[0])], new RandomSource(0), Weight.DType);

    private Tensor Gated(Tensor t)
    {
        ArgumentNullException.ThrowIfNull(t);
        ArgumentException.ThrowIf(t.ElementCount != 1, $"Time is one number for all points; got shape {t.Shape}.", nameof(t));
        return Scale * Gates.Forward(t.Reshape([1, 1])).Sigmoid().Reshape([Weight.Shape[0], 1]);
    }
}
