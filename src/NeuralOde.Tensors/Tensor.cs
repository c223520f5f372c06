using System.Text;

namespace NeuralOde.Tensors;

/// <summary>A dense, row-major array of <see cref="float"/> or <see cref="double"/> with any number of axes.</summary>
/// <remarks>
/// A tensor's values never change (a <see cref="Parameter"/>'s do, by its own methods). Operations on tensors that require
/// a gradient are remembered, so that <see cref="Backward"/> can walk them in reverse.
/// While a function is compiled (<see cref="Program{T}"/>), it is called with <i>symbolic</i> tensors: they have a shape and an
/// element type, but no values yet.
/// </remarks>
public partial class Tensor
{
    private readonly Storage? _storage;

    // The number in the source, where a number of single precision was made of one: what is computed in double precision has it exactly.
    private double? _exact;

    internal Tensor(Shape shape, Storage storage, bool requiresGradient = false)
    {
        Shape = shape;
        DType = storage.DType;
        _storage = storage;
        RequiresGradient = requiresGradient;
    }

    internal Tensor(Shape shape, DType dtype, Trace trace, Operation? operation, Tensor[] inputs)
    {
        Shape = shape;
        DType = dtype;
        Trace = trace;
        Operation = operation;
        Inputs = inputs;
    }

    internal Tensor(Shape shape, Storage storage, Operation operation, Tensor[] inputs) : this(shape, storage, requiresGradient: true)
    {
        Operation = operation;
        Inputs = inputs;
        foreach (Tensor input in inputs)
        {
            ParameterVersions += (input as Parameter)?.Version ?? 0;
        }
    }

    /// <summary>The lengths of the axes.</summary>
    public Shape Shape { get; }

    /// <summary>The element type.</summary>
    public DType DType { get; }

    /// <summary>The number of axes.</summary>
    public int Rank => Shape.Rank;

    /// <summary>The number of elements.</summary>
    public int ElementCount => Shape.ElementCount;

    /// <summary>Whether operations on this tensor are remembered for <see cref="Backward"/>.</summary>
    public bool RequiresGradient { get; }

    /// <summary>Whether this tensor stands for a value that is known only when a compiled program runs.</summary>
    public bool IsSymbolic => _storage is null;

    /// <summary>
    /// The gradient that <see cref="Backward"/> left here, of this tensor's shape; <see langword="null"/> before, and for
    /// tensors that are no leaves.
    /// </summary>
    /// <remarks>A <see cref="Parameter"/>'s gradient keeps its memory: later backward passes add to it, and an optimizer's step sets it to zero. Copy what is to be kept.</remarks>
    public Tensor? Gradient { get; internal set; }

    /// <summary>The operation that made this tensor, where it was recorded.</summary>
    internal Operation? Operation { get; }

    /// <summary>What <see cref="Operation"/> was applied to.</summary>
    internal Tensor[] Inputs { get; } = [];

    /// <summary>The trace that a symbolic tensor belongs to.</summary>
    internal Trace? Trace { get; }

    /// <summary>The sum of the versions of those inputs that are parameters, when this tensor was made.</summary>
    internal long ParameterVersions { get; }

    internal Storage Storage => _storage ?? throw new InvalidOperationException(
        $"This tensor ({DType.Name()} {Shape}) is symbolic: a function is being compiled, and its values exist only when the program runs. "
        + "Inside a compiled function use tensor operations only: Tensor.Where instead of an if on a value, and no reading of elements. "
        + "What needs values belongs outside, or may enter as an input.");

    /// <summary>The values, in row-major order.</summary>
    /// <typeparam name="T">The element type; it must be this tensor's.</typeparam>
    /// <returns>A view, not a copy.</returns>
    /// <exception cref="InvalidOperationException">The tensor is symbolic, of the other element type, or a parameter while a function is being compiled.</exception>
    public ReadOnlySpan<T> AsSpan<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckReadable();
        return StorageOf<T>().Span;
    }

    /// <summary>A parameter that is read while a function is compiled would be frozen at today's value, and nobody would notice.</summary>
    private void CheckReadable()
    {
        if (this is Parameter parameter && Trace.Current is not null)
        {
            throw new InvalidOperationException(
                $"The value of parameter '{parameter.Name}' ({DType.Name()} {Shape}) is read while a function is being compiled. The program would keep today's value for good. "
                + "Use the parameter itself in tensor operations, which read it live at every run, or read it before and capture the number if a constant is meant.");
        }
    }


    /// <summary>A copy of the values, in row-major order.</summary>
    /// <typeparam name="T">The element type; it must be this tensor's.</typeparam>
    /// <returns>A new array.</returns>
    /// <exception cref="InvalidOperationException">The tensor is symbolic, or of the other element type.</exception>
    public T[] ToArray<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T> => AsSpan<T>().ToArray();

    /// <summary>A copy of the values as <see cref="double"/>, whatever the element type.</summary>
    /// <returns>A new array in row-major order.</returns>
    /// <exception cref="InvalidOperationException">The tensor is symbolic.</exception>
    public double[] ToDoubles() => DType == DType.Float64 ? ToArray<double>() : Array.ConvertAll(ToArray<float>(), static x => (double)x);

    /// <summary>The one value of a tensor with one element.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidOperationException">The tensor is symbolic, or has another number of elements.</exception>
    public double ToScalar() => ElementCount == 1
        ? At(0)
        : throw new InvalidOperationException($"A tensor of shape {Shape} has {ElementCount} elements; ToScalar takes one with exactly one.");

    /// <summary>The one value of a tensor with one element, in double precision where it came from a number in the source.</summary>
    internal double ToExactScalar() => _exact ?? ToScalar();

    /// <summary>A constant in double precision.</summary>
    internal Tensor Exactly() => _exact is { } value ? Full(Shape, value, DType.Float64) : ToDouble();

    /// <summary>One element.</summary>
    /// <param name="indices">One index per axis; negative counts from the end.</param>
    /// <exception cref="ArgumentException">The number of indices is not the rank.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside its axis.</exception>
    public double this[params ReadOnlySpan<int> indices]
    {
        get
        {
            ArgumentException.ThrowIf(indices.Length != Rank, $"A tensor of shape {Shape} takes {Rank} indices, not {indices.Length}.", nameof(indices));
            int flat = 0;
            for (int i = 0; i < indices.Length; i++)
            {
                int length = Shape.Lengths[i];
                int index = indices[i] < 0 ? indices[i] + length : indices[i];
                if ((uint)index >= (uint)length)
                {
                    throw new ArgumentOutOfRangeException(nameof(indices), indices[i], $"Axis {i} of shape {Shape} has the indices 0 to {length - 1}.");
                }

                flat = (flat * length) + index;
            }

            return At(flat);
        }
    }

    /// <summary>The shape, the element type and the first values.</summary>
    /// <returns>A line of text.</returns>
    public override string ToString()
    {
        var text = new StringBuilder($"{DType.Name()} {Shape}");
        if (IsSymbolic)
        {
            return text.Append(" (symbolic)").ToString();
        }

        const int Shown = 10;
        if (this is Parameter && Trace.Current is not null)
        {
            // A debugger may ask at any time, and gets no exception.
            return text.Append(" (a parameter, while a function is being compiled)").ToString();
        }

        text.Append(" {");
        for (int i = 0; i < Math.Min(Shown, ElementCount); i++)
        {
            text.Append(i == 0 ? " " : ", ").Append(At(i).ToString("G6", CultureInfo.InvariantCulture));
        }

        return text.Append(ElementCount > Shown ? ", … }" : " }").ToString();
    }

    internal Storage<T> StorageOf<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Storage as Storage<T>
            ?? throw new InvalidOperationException(
                $"This tensor holds {DType.Name()}, not {DTypes.Of<T>().Name()}. Convert it with To{(DType == DType.Float32 ? "Double" : "Single")}() first.");

    private double At(int flat)
    {
        CheckReadable();
        return DType == DType.Float32 ? StorageOf<float>().Span[flat] : StorageOf<double>().Span[flat];
    }
}
