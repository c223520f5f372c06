using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Fields;

/// <summary>
/// A field on a scale that all samples share: with <c>t = t₀ + s·dt</c>, each sample having its own <c>t₀</c> and <c>dt</c>, <c>dz/ds = dt·f(t₀ + s·dt, z)</c>. The
/// state is flat: all samples' states, then their spans, then their initial times if there are any; spans and initial times are constant.
/// </summary>
internal sealed class CommonSpanField : VectorField
{
    private readonly VectorField _field;
    private readonly Shape _state;
    private readonly Shape _span;
    private readonly int _spanLength;
    private readonly bool _hasStart;

    /// <param name="field">The dynamics of one sample or of many.</param>
    /// <param name="state">The shape of the states, <c>[batch, …]</c>.</param>
    /// <param name="span">The shape of the spans: <c>[batch, 1]</c>, or that of the states.</param>
    /// <param name="hasStart">Whether initial times follow the spans; they are 0 otherwise.</param>
    public CommonSpanField(VectorField field, Shape state, Shape span, bool hasStart)
    {
        _field = AddModule("field", field);
        _state = state;

        // Further axes of the state: the one span of a sample holds for all of them.
        _span = span == state ? span : new Shape([state[0], .. Enumerable.Repeat(1, state.Rank - 1)]);
        _spanLength = span.ElementCount;
        _hasStart = hasStart;
    }

    public override Tensor Forward(Tensor t, Tensor z)
    {
        int length = _state.ElementCount;
        Tensor span = z.Slice(0, length, _spanLength).Reshape(_span);
        Tensor time = t * span;
        if (_hasStart)
        {
            time = z.Slice(0, length + _spanLength, _spanLength).Reshape(_span) + time;
        }

        Tensor derivative = _field.Forward(time, z.Slice(0, 0, length).Reshape(_state));
        return derivative.Shape == _state
            ? Tensor.Concatenate([(span * derivative).Flatten(), Tensor.Zeros([z.ElementCount - length], z.DType)])
            : throw new ArgumentException($"The vector field returns shape {derivative.Shape} for a state of shape {_state}; dz/dt has the state's shape.");
    }

    // Constant components make no error, and must not dilute the mean of the others'.
    public override ErrorNorm? ErrorNormOf(Shape state) => _field.ErrorNormOf(_state) ?? new ErrorNorm(0, _state.ElementCount);
}
