using System.Numerics;
using System.Runtime.CompilerServices;
using NeuralOde.Fields;
using NeuralOde.Modules;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Sensitivities;

/// <summary>
/// A vector field compiled for one shape of the state, as a solver takes it, and with its vector-Jacobian products where a gradient method asks for them.
/// </summary>
/// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
/// <remarks>
/// Parameters are read live: it need not be compiled again when they change. It is compiled for the modes (training or evaluation) that the field's modules have at
/// that moment. Not thread-safe.
/// </remarks>
public sealed class CompiledField<T> : IVectorField<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly VectorField _field;
    private readonly ProgramInput[] _inputs;
    private readonly Parameter[] _parameters;
    private ProgramField<T>? _forwardOnly;

    /// <summary>Compiles a field.</summary>
    /// <param name="field">The dynamics. A field given as code learns here which parameters it uses.</param>
    /// <param name="stateShape">The shape of the state, by convention <c>[batch, state]</c>.</param>
    /// <exception cref="ArgumentException">The field returns another shape than the state's, or its parameters have another element type.</exception>
    /// <exception cref="InvalidOperationException">
    /// The field reads values, draws random numbers or solves an equation while it is compiled, or uses a parameter, buffer or module that is not within it.
    /// </exception>
    public CompiledField(VectorField field, Shape stateShape)
    {
        ArgumentNullException.ThrowIfNull(field);
        _field = field;
        StateShape = stateShape;
        StateLength = stateShape.ElementCount;
        _inputs = [new("t", Shape.Scalar), new("z", stateShape), new("a", stateShape)];
        Forward = Module.WatchModes(
            () => Program<T>.Compile(
                x =>
                {
                    Tensor f = Derivative(x[0], x[1]);
                    RefuseForgottenLeaves(f);
                    return [f];
                },
                _inputs[..2]),
            out IReadOnlyCollection<Module> modeReaders);
        field.Discover([.. Forward.Parameters, .. Forward.Buffers], modeReaders);
        _parameters = [.. Forward.Parameters];
        ParameterLength = _parameters.Sum(static x => x.ElementCount);
    }

    /// <summary>The shape of the state.</summary>
    public Shape StateShape { get; }

    /// <summary>The number of elements of the state.</summary>
    public int StateLength { get; }

    /// <summary>Which components of the flat state count in the error norm; all if null.</summary>
    public ErrorNorm? ErrorNorm => _field.ErrorNormOf(StateShape);

    /// <summary>The parameters that the field uses, in the order in which their gradients stand one after the other.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>The same, to be walked through without garbage.</summary>
    internal ReadOnlySpan<Parameter> ParameterSpan => _parameters;

    /// <summary>The number of values of all parameters.</summary>
    public int ParameterLength { get; }

    /// <summary>The program <c>(t, z) → f</c>, as the forward solve runs it: a field in training moves its running statistics in it.</summary>
    internal Program<T> Forward { get; }

    /// <summary>The same for evaluations that are not the model's own, such as those of a backward pass: it moves no buffers.</summary>
    internal IVectorField<T> ForwardOnly => Forward.MovesBuffers
        ? _forwardOnly ??= new ProgramField<T>(CompileWithoutUpdates(x => [Derivative(x[0], x[1])], _inputs[..2]))
        : this;

    /// <summary>The derivative of the state.</summary>
    /// <param name="t">Time.</param>
    /// <param name="y">The state, flat and row-major.</param>
    /// <param name="dy">Destination of its derivative.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(double t, ReadOnlySpan<T> y, Span<T> dy) => ProgramField<T>.Run(Forward, t, y, dy);

    /// <summary>Compiles <c>(t, z, a) → a·∂f/∂z, a·∂f/∂t, a·∂f/∂θ…</c>.</summary>
    internal Program<T> CompileVectorJacobianProduct() => CompileWithoutUpdates(
        x =>
        {
            Tensor f = Derivative(x[0], x[1]);
            return Gradients.VectorJacobianProduct([f], [x[1], x[0], .. _parameters], [x[2]]);
        },
        _inputs);

    /// <summary>
    /// Compiles the adjoint system's right-hand side <c>(t, z, −a) → f, −a·∂f/∂z, −a·∂f/∂θ…</c>, with one forward pass for all.
    /// The products are linear in a, which is negated on its way in.
    /// </summary>
    internal Program<T> CompileAdjoint() => CompileWithoutUpdates(
        x =>
        {
            Tensor f = Derivative(x[0], x[1]);
            return [f, .. Gradients.VectorJacobianProduct([f], [x[1], .. _parameters], [x[2]])];
        },
        [.. _inputs[..2], _inputs[2] with { Name = "-a" }]);

    /// <summary>Running statistics are those of forward evaluations: a backward pass sees the same states again, or others, and must not count them.</summary>
    private static Program<T> CompileWithoutUpdates(Func<Tensor[], IReadOnlyList<Tensor>> function, params ProgramInput[] inputs)
    {
        using IDisposable scope = BufferUpdates.Disable();
        return Program<T>.Compile(function, inputs);
    }

    /// <summary>A captured leaf that asks for a gradient without being a parameter would silently get none.</summary>
    private static void RefuseForgottenLeaves(Tensor f)
    {
        HashSet<Tensor> seen = new(ReferenceEqualityComparer.Instance);
        Stack<Tensor> stack = new([f]);
        while (stack.TryPop(out Tensor? tensor))
        {
            if (!seen.Add(tensor))
            {
                continue;
            }

            if (tensor is { RequiresGradient: true, Operation: null } and not Parameter)
            {
                throw new InvalidOperationException(
                    $"The vector field captures a tensor ({tensor.DType.Name()} {tensor.Shape}) that requires a gradient but is not a parameter, so it would get none. "
                        + "Make it one, new Parameter(tensor, name), or capture tensor.Detach() if a constant is meant.");
            }

            Array.ForEach(tensor.Inputs, stack.Push);
        }
    }

    private Tensor Derivative(Tensor t, Tensor z)
    {
        Tensor f = _field.Forward(t, z) ?? throw new InvalidOperationException($"The vector field {_field.GetType().Name} returned null.");
        return f.Shape == StateShape
            ? f
            : throw new ArgumentException($"The vector field returns shape {f.Shape} for a state of shape {StateShape}; dz/dt has the state's shape.");
    }
}
