namespace NeuralOde.Tensors;

/// <summary>One step of a program, bound to the places that it reads and writes.</summary>
internal abstract class Instruction
{
    /// <summary>Runs the step. It allocates nothing.</summary>
    public abstract void Run();

    /// <summary>Reads and writes elsewhere what has moved.</summary>
    /// <returns>Whether the step reads or writes any of it.</returns>
    public abstract bool Follow(in MemoryMove move);

    /// <summary>How the step can be shared among threads; by default it cannot.</summary>
    public virtual Division Division => default;

    /// <summary>Runs a share of the step, some units of its <see cref="Division"/>, with the same bits as <see cref="Run()"/>.</summary>
    public virtual void Run(int first, int count) => throw new NotSupportedException($"{GetType().Name} cannot be divided.");
}

/// <summary>A step that runs a kernel over its buffers.</summary>
internal sealed class KernelInstruction<T>(Kernel<T> kernel, Buffer<T>[] inputs, Buffer<T> output) : Instruction
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run() => kernel.Run(inputs, output.Span);

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

        return concerns;
    }

    public override Division Division => kernel.Divide(output.Length);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(int first, int count) => kernel.Run(inputs, output.Span, first, count);
}
