namespace NeuralOde.Tensors.Operations;

/// <summary>
/// One operation on tensors: its shape rule, its kernel, and its gradient rule in terms of other operations.
/// Two equal operations on the same inputs give the same value (records compare by value), which is what the compiler's
/// search for common subexpressions rests on.
/// </summary>
internal abstract record Operation
{
    /// <summary>The name in a printed program.</summary>
    public abstract string Name { get; }

    /// <summary>Whether the output may be written over an input of the same size that nobody reads afterwards.</summary>
    public virtual bool AllowsInPlace => false;

    /// <summary>Whether a gradient can flow through, so that a tape need remember it.</summary>
    public virtual bool PassesGradient => true;

    /// <summary>
    /// Whether element i of the output depends on element i of each input, or on an input's only element: such operations can be
    /// run over a tile of their operands. Their kernels are bound to an <see cref="ElementwiseInstruction{T}"/>.
    /// </summary>
    public virtual bool IsElementwise(ReadOnlySpan<Shape> inputs, Shape output) => false;

    /// <summary>
    /// Whether the rows along the first axis stay apart: row i of the output depends on row i alone of an input. What is not known to be so is not.
    /// </summary>
    /// <param name="input">Which input.</param>
    /// <param name="inputs">The shapes of all.</param>
    /// <param name="output">The output's shape.</param>
    public virtual bool KeepsRows(int input, ReadOnlySpan<Shape> inputs, Shape output) => IsElementwise(inputs, output) && HaveSameRows(inputs[input], output);

    /// <summary>Whether two shapes that are broadcast together have the same rows.</summary>
    protected static bool HaveSameRows(Shape x, Shape y) => x.Rank > 0 && x.Rank == y.Rank && x[0] == y[0];

    /// <summary>The output's shape; throws <see cref="ArgumentException"/> with what would fit where the inputs do not.</summary>
    public abstract Shape InferShape(ReadOnlySpan<Shape> inputs);

    /// <summary>The code that computes the output, for these shapes.</summary>
    public abstract Kernel<T> CreateKernel<T>(ReadOnlySpan<Shape> inputs, Shape output) where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>
    /// The cotangents of the inputs from the output's: one per input, <see langword="null"/> where there is none or where
    /// <paramref name="needed"/> says that nobody asks.
    /// </summary>
    public abstract Tensor?[] Gradient(Tensor[] inputs, Tensor output, Tensor cotangent, ReadOnlySpan<bool> needed);

    /// <summary>Applies this operation: recorded in a trace where one is under way and concerned, else run at once.</summary>
    public Tensor Apply(params Tensor[] inputs)
    {
        DType dtype = CommonDType(inputs);
        var shapes = new Shape[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            shapes[i] = inputs[i].Shape;
        }

        Shape shape = InferShape(shapes);
        var trace = Trace.For(inputs);
        if (trace is not null)
        {
            return new Tensor(shape, dtype, trace, this, inputs);
        }

        Storage storage = dtype == DType.Float32 ? Run<float>(inputs, shapes, shape) : Run<double>(inputs, shapes, shape);
        return GradientMode.IsEnabled && PassesGradient && Array.Exists(inputs, static x => x.RequiresGradient)
            ? new Tensor(shape, storage, this, inputs)
            : new Tensor(shape, storage);
    }

    /// <summary>Computes the value now. A view shares its input's memory.</summary>
    protected virtual Storage Run<T>(Tensor[] inputs, Shape[] shapes, Shape shape) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var output = Storage<T>.Allocate(shape.ElementCount);
        var operands = new Buffer<T>[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            operands[i] = inputs[i].StorageOf<T>().Buffer;
        }

        Kernel<T> kernel = CreateKernel<T>(shapes, shape);
        if (!TryRunShared(kernel, operands, output.Buffer))
        {
            kernel.Run(operands, output.Span);
        }

        return output;
    }

    /// <summary>
    /// Runs a kernel on several threads where its work is enough for two. Returns <see langword="false"/>, with nothing done, where it is not or
    /// others have the helpers.
    /// </summary>
    private static bool TryRunShared<T>(Kernel<T> kernel, Buffer<T>[] inputs, Buffer<T> output) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Division division = kernel.Divide(output.Length);
        int shares = (int)Math.Min(Math.Min(ComputeSettings.Current.MaxThreads, division.Nanoseconds / CostModel.NanosecondsOfThread), division.MaxShares);
        return shares > 1 && WorkerPool.Shared.TryRun(new KernelInstruction<T>(kernel, inputs, output), division.Units, shares);
    }

    private static DType CommonDType(Tensor[] inputs)
    {
        DType dtype = inputs[0].DType;
        foreach (Tensor input in inputs)
        {
            ArgumentException.ThrowIf(
                input.DType != dtype,
                $"An operation's tensors must have one element type; got {dtype.Name()} {inputs[0].Shape} "
                    + $"and {input.DType.Name()} {input.Shape}. Convert one with ToSingle() or ToDouble().");
        }

        return dtype;
    }
}

/// <summary>The code of one operation for fixed shapes.</summary>
/// <typeparam name="T">The element type.</typeparam>
internal abstract class Kernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// Computes the output. It allocates nothing. Implementations ask for full optimization at their first call: a program may run
    /// thousands of times before tiered compilation would get to them.
    /// </summary>
    public abstract void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output);

    /// <summary>How the work for an output of that many elements can be shared among threads; by default it cannot.</summary>
    public virtual Division Divide(int length) => default;

    /// <summary>Computes a share of the output, some units of the <see cref="Division"/>.</summary>
    public virtual void Run(ReadOnlySpan<Buffer<T>> inputs, Span<T> output, int first, int count) => throw new NotSupportedException($"{GetType().Name} cannot be divided.");

    /// <summary>The kernel bound to buffers that never move. A kernel that gains by it prepares its call here, once.</summary>
    public virtual Instruction Bind(Buffer<T>[] inputs, Buffer<T> output) => new KernelInstruction<T>(this, inputs, output);

    /// <summary>The kernel of an operation that is element-wise for its shapes, to be run over tiles.</summary>
    public virtual ElementwiseInstruction<T> BindElementwise(Buffer<T>[] inputs, Buffer<T> output) => (ElementwiseInstruction<T>)Bind(inputs, output);
}
