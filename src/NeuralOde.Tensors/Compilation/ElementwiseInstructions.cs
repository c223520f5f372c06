using System.Numerics;
using System.Runtime.CompilerServices;
using NeuralOde.Tensors.Kernels;
using NeuralOde.Tensors.Operations;

namespace NeuralOde.Tensors;

/// <summary>An element-wise step over memory that never moves: nothing is checked or pinned again at a run.</summary>
/// <param name="kernel">What computes a share of the step, where threads divide it.</param>
/// <param name="inputs">What is read.</param>
/// <param name="output">What is written.</param>
internal abstract unsafe class ElementwiseInstruction<T>(Kernel<T> kernel, Buffer<T>[] inputs, Buffer<T> output) : Instruction
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected readonly T* _first = inputs[0].Pointer;
    protected readonly T* _second = inputs.Length > 1 ? inputs[1].Pointer : null;
    protected readonly T* _third = inputs.Length > 2 ? inputs[2].Pointer : null;
    protected readonly T* _output = output.Pointer;
    protected readonly int _length = output.Length;

    public override Division Division => kernel.Divide(output.Length);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(int first, int count) => kernel.Run(inputs, output.Span, first, count);
}

/// <summary>A function of one variable.</summary>
internal sealed unsafe class UnaryInstruction<T, TOperator>(Kernel<T> kernel, Buffer<T>[] inputs, Buffer<T> output) : ElementwiseInstruction<T>(kernel, inputs, output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOperator : struct, IUnaryOperator<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run() => Map.Unary<T, TOperator>(_first, _output, _length);
}

/// <summary>A function of two variables of one shape.</summary>
internal sealed unsafe class BinaryInstruction<T, TOperator>(Kernel<T> kernel, Buffer<T>[] inputs, Buffer<T> output) : ElementwiseInstruction<T>(kernel, inputs, output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOperator : struct, IBinaryOperator<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run() => Map.Binary<T, TOperator>(_first, _second, _output, _length);
}

/// <summary>A function of two variables, the second a scalar.</summary>
internal sealed unsafe class ScalarRightInstruction<T, TOperator>(Kernel<T> kernel, Buffer<T>[] inputs, Buffer<T> output) : ElementwiseInstruction<T>(kernel, inputs, output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOperator : struct, IBinaryOperator<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run() => Map.BinaryScalarRight<T, TOperator>(_first, *_second, _output, _length);
}

/// <summary>A function of two variables, the first a scalar.</summary>
internal sealed unsafe class ScalarLeftInstruction<T, TOperator>(Kernel<T> kernel, Buffer<T>[] inputs, Buffer<T> output) : ElementwiseInstruction<T>(kernel, inputs, output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOperator : struct, IBinaryOperator<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run() => Map.BinaryScalarLeft<T, TOperator>(*_first, _second, _output, _length);
}

/// <summary>A function of three variables of one shape.</summary>
internal sealed unsafe class TernaryInstruction<T, TOperator>(Kernel<T> kernel, Buffer<T>[] inputs, Buffer<T> output) : ElementwiseInstruction<T>(kernel, inputs, output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOperator : struct, ITernaryOperator<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run() => Map.Ternary<T, TOperator>(_first, _second, _third, _output, _length);
}
