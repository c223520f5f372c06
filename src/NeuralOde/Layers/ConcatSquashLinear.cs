namespace NeuralOde.Layers;

/// <summary>
/// An affine layer that time gates and shifts, <c>(x Wᵀ + b)·σ(w_g t + b_g) + w_s t</c>: the "concatsquash" layer of FFJORD (Grathwohl et al. 2019, arXiv 1810.01367).
/// </summary>
/// <remarks>Gate and shift depend on time alone, and are computed once for a batch.</remarks>
public sealed class ConcatSquashLinear : Module
{
    /// <summary>Makes the layer, with first values as in <see cref="Linear"/>.</summary>
    /// <param name="inputs">The length of the last axis of what goes in, time not counted; at least 1.</param>
    /// <param name="outputs">The length of the last axis of what comes out, at least 1.</param>
    /// <param name="shift">Whether time also shifts the outputs; without, it is FFJORD's "squash" layer.</param>
    /// <param name="random">Where the first values come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public ConcatSquashLinear(int inputs, int outputs, bool shift = true, RandomSource? random = null, DType dtype = DType.Float32)
    {
        Linear = AddModule("linear", new Linear(inputs, outputs, bias: true, random, dtype));
        Gate = AddModule("gate", new Linear(1, outputs, bias: true, random, dtype));
        Shift = shift ? AddModule("shift", new Linear(1, outputs, bias: false, random, dtype)) : null;
    }

    /// <summary>The affine map of the input.</summary>
    public Linear Linear { get; }

    /// <summary>The affine map of time within the gate's logistic function.</summary>
    public Linear Gate { get; }

    /// <summary>The linear map of time that is added, if there is one.</summary>
    public Linear? Shift { get; }

    /// <summary>Applies the layer.</summary>
    /// <param name="t">Time, a tensor of one element; or one for each row, <c>[batch, 1]</c>, as flow matching has it.</param>
    /// <param name="x"><c>[batch, inputs]</c>.</param>
    /// <returns><c>[batch, outputs]</c>.</returns>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public Tensor Forward(Tensor t, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(t);
        ArgumentNullException.ThrowIfNull(x);
        bool isOne = t.ElementCount == 1;
        ArgumentException.ThrowIf(!isOne && t.Shape != new Shape([x.Shape[0], 1]), $"Time is one number for all rows, or [batch, 1]; got shape {t.Shape}.", nameof(t));
        Tensor time = isOne ? t.Reshape([1, 1]) : t;
        Tensor gate = Gate.Forward(time).Sigmoid();
        (int outputs, int inputs) = (Linear.Weight.Shape[0], Linear.Weight.Shape[1]);
        if (!isOne || x.Rank != 2 || x.Shape[1] != inputs || x.Shape[0] < inputs)
        {
            Tensor y = Linear.Forward(x) * gate;
            return Shift is null ? y : y + Shift.Forward(time);
        }

        // With more rows than inputs it is less work to gate the weight. Then product, row and activation are one kernel, forward and back.
        Tensor row = Linear.Bias! * gate;
        return x.MatMul((Linear.Weight * gate.Reshape([outputs, 1])).Transpose()) + (Shift is null ? row : row + Shift.Forward(time));
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) =>
        new ConcatSquashLinear(Linear.Weight.Shape[1], Linear.Weight.Shape[0], Shift is not null, new RandomSource(0), Linear.Weight.DType);
}
