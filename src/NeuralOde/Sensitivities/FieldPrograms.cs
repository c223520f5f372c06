using System.Numerics;
using System.Runtime.CompilerServices;
using NeuralOde.Fields;
using NeuralOde.Modules;
using NeuralOde.Persistence;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Sensitivities;

/// <summary>A vector field compiled for one shape of the state: itself, and with its vector-Jacobian product where a gradient method asks.</summary>
internal sealed class FieldPrograms<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly VectorField _field;
    private readonly ProgramInput[] _inputs;
    private Program<T>? _forwardOnly;

    public FieldPrograms(VectorField field, Shape stateShape)
    {
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
        field.Discover(modeReaders);
        field.Discover([.. Forward.Parameters, .. Forward.Buffers]);
        Parameters = [.. Forward.Parameters];
        ParameterLength = Parameters.Sum(static x => x.ElementCount);
    }

    public Shape StateShape { get; }

    /// <summary>Which components of the state count in the error norm; all if null.</summary>
    public ErrorNorm? ErrorNorm => _field.NormOf(StateShape);

    public int StateLength { get; }

    /// <summary>The parameters that the field uses, in the order in which their gradients stand one after the other.</summary>
    public Parameter[] Parameters { get; }

    /// <summary>The number of values of all parameters.</summary>
    public int ParameterLength { get; }

    /// <summary>The program <c>(t, z) → f</c>, as the forward solve runs it: a field in training moves its running statistics in it.</summary>
    public Program<T> Forward { get; }

    /// <summary>The same program for evaluations that are not the model's own, such as those of a backward pass: it moves no buffers.</summary>
    public Program<T> ForwardOnly => _forwardOnly ??= Forward.MovesBuffers ? CompileWithoutUpdates(x => [Derivative(x[0], x[1])], _inputs[..2]) : Forward;

    /// <summary>Compiles <c>(t, z, a) → a·∂f/∂z, a·∂f/∂t, a·∂f/∂θ…</c>.</summary>
    public Program<T> CompileVectorJacobianProduct() => CompileWithoutUpdates(
        x =>
        {
            Tensor f = Derivative(x[0], x[1]);
            return Gradients.VectorJacobianProduct([f], [x[1], x[0], .. Parameters], [x[2]]);
        },
        _inputs);

    /// <summary>
    /// Compiles the adjoint system's right-hand side <c>(t, z, −a) → f, −a·∂f/∂z, −a·∂f/∂θ…</c>, with one forward pass for all.
    /// The products are linear in a, which is negated on its way in.
    /// </summary>
    public Program<T> CompileAdjoint() => CompileWithoutUpdates(
        x =>
        {
            Tensor f = Derivative(x[0], x[1]);
            return [f, .. Gradients.VectorJacobianProduct([f], [x[1], .. Parameters], [x[2]])];
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
                    $"The vector field captures a tensor ({tensor.DType.Name()} {tensor.Shape}) that requires a gradient but is no parameter; it would get none. Make it one, new Parameter(tensor, name), or capture tensor.Detach() if a constant is meant.");
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

/// <summary>A compiled field as a solver sees it.</summary>
internal sealed class CompiledField<T>(Program<T> program) : IVectorField<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(double t, ReadOnlySpan<T> z, Span<T> dz)
    {
        program.Input(0)[0] = T.CreateTruncating(t);
        z.CopyTo(program.Input(1));
        program.Run();
        program.Output(0).CopyTo(dz);
    }
}

/// <summary>A compiled vector-Jacobian product as the transpose of a solve sees it; the parameters' gradients add up here.</summary>
internal sealed class CompiledVectorJacobianProduct<T>(FieldPrograms<T> programs) : IVectorJacobianProduct<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Program<T> _program = programs.CompileVectorJacobianProduct();
    private readonly int _parameterCount = programs.Parameters.Length;

    /// <summary>The sum of a·∂f/∂θ over all evaluations since it was cleared, parameter after parameter.</summary>
    public T[] ParameterGradient { get; } = new T[programs.ParameterLength];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Evaluate(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> zGradient)
    {
        _program.Input(0)[0] = T.CreateTruncating(t);
        z.CopyTo(_program.Input(1));
        a.CopyTo(_program.Input(2));
        _program.Run();
        _program.Output(0).CopyTo(zGradient);
        int start = 0;
        for (int i = 0; i < _parameterCount; i++)
        {
            ReadOnlySpan<T> part = _program.Output(i + 2);
            Span<T> sum = ParameterGradient.AsSpan(start, part.Length);
            Tensors.Kernels.Map.Binary<T, Tensors.Kernels.AddOperator<T>>(sum, part, sum);
            start += part.Length;
        }

        return double.CreateTruncating(_program.Output(1)[0]);
    }
}

/// <summary>
/// The adjoint system as a solver sees it: the state <c>[z, a]</c>, and the parameters' gradient as a quadrature, which enters neither
/// the right-hand side nor the error norm (Kidger, Chen, Lyons 2021, arXiv 2009.09457).
/// </summary>
internal sealed class AdjointField<T>(FieldPrograms<T> programs) : IVectorField<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Program<T> _program = programs.CompileAdjoint();
    private readonly int _length = programs.StateLength;
    private readonly int _outputCount = programs.Parameters.Length + 2;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(double t, ReadOnlySpan<T> z, Span<T> dz)
    {
        _program.Input(0)[0] = T.CreateTruncating(t);
        z[.._length].CopyTo(_program.Input(1));
        Tensors.Kernels.Map.Unary<T, Tensors.Kernels.NegateOperator<T>>(z.Slice(_length, _length), _program.Input(2));
        _program.Run();
        int start = 0;
        for (int i = 0; i < _outputCount; i++)
        {
            ReadOnlySpan<T> part = _program.Output(i);
            part.CopyTo(dz[start..]);
            start += part.Length;
        }
    }
}
