namespace NeuralOde.Layers;

/// <summary>An affine layer that another one of the same input gates: <c>(x Wᵀ + b)·σ(x Gᵀ + g)</c> (gated linear units, Dauphin et al. 2017; FFJORD's "gated" layer).</summary>
public sealed class GatedLinear : Layer
{
    /// <summary>Makes the layer, with first values as in <see cref="Linear"/>.</summary>
    /// <param name="inputs">The length of the last axis of what goes in, at least 1.</param>
    /// <param name="outputs">The length of the last axis of what comes out, at least 1.</param>
    /// <param name="random">Where the first values come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public GatedLinear(int inputs, int outputs, RandomSource? random = null, DType dtype = DType.Float32)
    {
        Linear = AddModule("linear", new Linear(inputs, outputs, bias: true, random, dtype));
        Gate = AddModule("gate", new Linear(inputs, outputs, bias: true, random, dtype));
    }

    /// <summary>The affine map that is gated.</summary>
    public Linear Linear { get; }

    /// <summary>The affine map within the gate's logistic function.</summary>
    public Linear Gate { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The last axis has another length.</exception>
    public override Tensor Forward(Tensor x) => Linear.Forward(x) * Gate.Forward(x).Sigmoid();

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) =>
        new GatedLinear(Linear.Weight.Shape[1], Linear.Weight.Shape[0], new RandomSource(0), Linear.Weight.DType);
}
