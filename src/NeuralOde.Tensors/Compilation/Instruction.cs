using System.Numerics;
using System.Runtime.CompilerServices;
using NeuralOde.Tensors.Operations;

namespace NeuralOde.Tensors;

/// <summary>One step of a program: a kernel and the places that it reads and writes.</summary>
internal sealed class Instruction<T>(string text, Kernel<T> kernel, Buffer<T>[] inputs, Buffer<T> output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The line of the printed program.</summary>
    public string Text => text;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Run() => kernel.Run(inputs, output.Span);
}
