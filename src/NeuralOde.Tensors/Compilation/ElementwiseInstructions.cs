namespace NeuralOde.Tensors;

/// <summary>An element-wise step over memory that never moves: nothing is checked or pinned again at a run.</summary>
/// <param name="kernel">What computes a share of the step, where threads divide it; <see langword="null"/> for a step that is only run over tiles.</param>
/// <param name="inputs">What is read.</param>
/// <param name="output">What is written.</param>
internal abstract unsafe class ElementwiseInstruction<T>(Kernel<T>? kernel, Buffer<T>[] inputs, Buffer<T> output) : Instruction
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected readonly int Length = output.Length;

    protected T* First { get; private set; } = inputs[0].Pointer;

    protected T* Second { get; private set; } = inputs.Length > 1 ? inputs[1].Pointer : null;

    protected T* Third { get; private set; } = inputs.Length > 2 ? inputs[2].Pointer : null;

    protected T* Output { get; private set; } = output.Pointer;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool Follow(in MemoryMove move)
    {
        bool concerns = move.Concerns(output);
        output = output.After(move);
        for (int i = 0; i < inputs.Length; i++)
        {
            concerns |= move.Concerns(inputs[i]);
            inputs[i] = inputs[i].After(move);
        }

        if (concerns)
        {
            First = inputs[0].Pointer;
            Second = inputs.Length > 1 ? inputs[1].Pointer : null;
            Third = inputs.Length > 2 ? inputs[2].Pointer : null;
            Output = output.Pointer;
        }

        return concerns;
    }

    public override Division Division => kernel?.Divide(output.Length) ?? default;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(int first, int count) => kernel!.Run(inputs, output.Span, first, count);

    /// <summary>The same step elsewhere: over a tile of the operands.</summary>
    public abstract void Run(T* first, T* second, T* third, T* output, int length);

    /// <summary>This step over a tile that starts at element <paramref name="start"/>.</summary>
    /// <param name="start">The first element.</param>
    /// <param name="length">How many.</param>
    /// <param name="moves">Which operands (bits 0 to 2) and whether the output (bit 3) are read along; the others are scalars or hold one tile.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void RunTile(nint start, int length, int moves) => Run(
        First + ((moves & 1) != 0 ? start : 0),
        Second + ((moves & 2) != 0 ? start : 0),
        Third + ((moves & 4) != 0 ? start : 0),
        Output + ((moves & 8) != 0 ? start : 0),
        length);
}

/// <summary>A function of one variable.</summary>
internal sealed unsafe class UnaryInstruction<T, TOperator>(Kernel<T> kernel, Buffer<T>[] inputs, Buffer<T> output) : ElementwiseInstruction<T>(kernel, inputs, output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOperator : struct, IUnaryOperator<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run() => Map.Unary<T, TOperator>(First, Output, Length);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(T* first, T* second, T* third, T* output, int length) => Map.Unary<T, TOperator>(first, output, length);
}

/// <summary>A function of two variables of one shape, or of one and a single element.</summary>
internal sealed unsafe class BinaryInstruction<T, TOperator, TX, TY>(Kernel<T> kernel, Buffer<T>[] inputs, Buffer<T> output) : ElementwiseInstruction<T>(kernel, inputs, output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOperator : struct, IBinaryOperator<T>
    where TX : struct, IOperandForm
    where TY : struct, IOperandForm
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run() => Map.Binary<T, TOperator, TX, TY>(First, Second, Output, Length);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(T* first, T* second, T* third, T* output, int length) => Map.Binary<T, TOperator, TX, TY>(first, second, output, length);
}

/// <summary>A function of three variables of one shape, or single elements.</summary>
internal sealed unsafe class TernaryInstruction<T, TOperator>(Kernel<T>? kernel, Buffer<T>[] inputs, Buffer<T> output) : ElementwiseInstruction<T>(kernel, inputs, output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOperator : struct, ITernaryOperator<T>
{
    private readonly int _streams = (inputs[0].Length > 1 ? 1 : 0) | (inputs[1].Length > 1 ? 2 : 0) | (inputs[2].Length > 1 ? 4 : 0);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run() => Map.Ternary<T, TOperator>(First, Second, Third, _streams, Output, Length);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(T* first, T* second, T* third, T* output, int length) => Map.Ternary<T, TOperator>(first, second, third, _streams, output, length);
}
