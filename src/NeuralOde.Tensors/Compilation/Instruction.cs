using System.Numerics;
using System.Runtime.CompilerServices;
using NeuralOde.Tensors.Operations;

namespace NeuralOde.Tensors;

/// <summary>One step of a program, bound to the places that it reads and writes.</summary>
internal abstract class Instruction
{
    /// <summary>Runs the step. It allocates nothing.</summary>
    public abstract void Run();
}

/// <summary>A step that runs a kernel over its buffers.</summary>
internal sealed class KernelInstruction<T>(Kernel<T> kernel, Buffer<T>[] inputs, Buffer<T> output) : Instruction
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run() => kernel.Run(inputs, output.Span);
}
