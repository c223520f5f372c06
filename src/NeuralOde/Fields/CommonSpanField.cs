namespace NeuralOde.Fields;

/// <summary>
/// A field on a scale that all samples share: with <c>t = t₀ + s·dt</c>, each sample having its own <c>t₀</c> and <c>dt</c>, <c>dz/ds = dt·f(t₀ + s·dt, z)</c>. Spans and
/// initial times are inputs; those of the field itself are handed on.
/// </summary>
internal sealed class CommonSpanField : VectorField
{
    /// <summary>The input with the spans, <c>[batch, 1]</c> or of the state's shape.</summary>
    public const string Spans = "time spans";

    /// <summary>The input with the initial times, of the shape of the spans; they are 0 if it is not given.</summary>
    public const string Starts = "initial times";

    private readonly VectorField _field;

    /// <param name="field">The dynamics of one sample or of many.</param>
    public CommonSpanField(VectorField field) => _field = AddModule("field", field);

    /// <summary>What a message calls an input.</summary>
    public static string Describe(string input) => input is Spans or Starts ? input : $"input '{input}'";

    public override Tensor Forward(Tensor t, Tensor z)
    {
        Tensor span = Broadcastable(Inputs[Spans], z.Shape);
        Tensor time = t * span;
        if (Inputs.TryGet(Starts) is { } start)
        {
            time = Broadcastable(start, z.Shape) + time;
        }

        Tensor derivative = _field.Forward(time, z);
        return derivative.Shape == z.Shape
            ? span * derivative
            : throw new ArgumentException($"The vector field returns shape {derivative.Shape} for a state of shape {z.Shape}; dz/dt has the state's shape.");
    }

    public override ErrorNorm? ErrorNormOf(Shape state) => _field.ErrorNormOf(state);

    // The derivative of a position is its velocity times the span.
    public override PositionLayout? PositionsOf(Shape state) => _field.PositionsOf(state) is { } layout ? layout with { IsSecondOrder = false } : null;

    /// <summary>Further axes of the state: the one span of a sample holds for all of them.</summary>
    private static Tensor Broadcastable(Tensor span, Shape state) =>
        span.Shape == state ? span : span.Reshape(new Shape([state[0], .. Enumerable.Repeat(1, state.Rank - 1)]));
}
