namespace NeuralOde.Fields;

/// <summary>
/// A field together with its derivative along a direction: of the state <c>[z, v]</c>, stacked along a first axis of length 2, <c>z' = f</c> and
/// <c>v' = ∂f/∂z·v + Σ ∂f/∂p·w</c>, where p are parameters and inputs, and the directions w are inputs of this field.
/// </summary>
internal sealed class TangentField : VectorField
{
    // The tangent is the derivative, by its cotangent, of a vector-Jacobian product, which is linear in it: its value does not matter.
    private const string Cotangent = "cotangent of the derivative";

    private readonly VectorField _field;
    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly FieldInput[] _inputs;

    /// <param name="field">The dynamics.</param>
    /// <param name="state">The shape of its state.</param>
    /// <param name="parameters">The parameters that it uses.</param>
    /// <param name="inputs">What it takes beside time and state; those that need a gradient have a direction.</param>
    public TangentField(VectorField field, Shape state, IReadOnlyList<Parameter> parameters, IReadOnlyList<FieldInput> inputs)
    {
        _field = AddModule("field", field);
        _parameters = parameters;
        _inputs = [.. inputs.Where(static x => x.NeedsGradient)];
        Inputs =
        [
            .. inputs,
            new(Cotangent, state, needsGradient: false),
            .. parameters.Select((x, i) => new FieldInput(DirectionOf(i), x.Shape, needsGradient: false)),
            .. _inputs.Select(static x => new FieldInput(DirectionOf(x), x.Shape, needsGradient: false) { IsTime = x.IsTime }),
        ];
    }

    /// <summary>The inputs of the field, a state of zeros, and the directions of parameters and inputs, in that order.</summary>
    public new IReadOnlyList<FieldInput> Inputs { get; }

    public override Tensor Forward(Tensor t, Tensor z)
    {
        Shape shape = z.Shape.Slice(1..);
        Tensor state = z.Slice(0, 0, 1).Reshape(shape), direction = z.Slice(0, 1, 1).Reshape(shape);
        FieldInputs inputs = VectorField.Inputs;
        Tensor f;
        using (BufferUpdates.Disable())
        {
            f = _field.Forward(t, state);
        }

        Tensor cotangent = inputs[Cotangent];
        Tensor[] products = Gradients.VectorJacobianProduct([f], [state, .. _parameters, .. _inputs.Select(x => inputs[x.Name])], [cotangent], createGraph: true);
        Tensor[] directions = [direction, .. _parameters.Select((_, i) => inputs[DirectionOf(i)]), .. _inputs.Select(x => inputs[DirectionOf(x)])];
        return Tensor.Stack([f, Gradients.VectorJacobianProduct(products, [cotangent], directions, createGraph: true)[0]]);
    }

    /// <summary>A tangent has positions and velocities where its state has them.</summary>
    public override PositionLayout? PositionsOf(Shape state) => _field.PositionsOf(state.Slice(1..));

    private static string DirectionOf(int parameter) => FormattableString.Invariant($"direction of parameter {parameter}");

    private static string DirectionOf(FieldInput input) => $"direction of {input.Name}";
}
