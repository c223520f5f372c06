using System.Numerics;
using System.Runtime.CompilerServices;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors;

/// <summary>An element-wise step over memory that never moves: nothing is checked or pinned again at a run.</summary>
/// <param name="inputs">What is read.</param>
/// <param name="output">What is written.</param>
internal abstract unsafe class ElementwiseInstruction<T>(Buffer<T>[] inputs, Buffer<T> output) : Instruction
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected readonly T* _first = inputs[0].Pointer;
    protected readonly T* _second = inputs.Length > 1 ? inputs[1].Pointer : null;
    protected readonly T* _third = inputs.Length > 2 ? inputs[2].Pointer : null;
    protected readonly T* _output = output.Pointer;
    protected readonly int _length = output.Length;
    private readonly object _keepAlive = (inputs, output);

    /// <summary>The memory that the addresses point into.</summary>
    public object Memory => _keepAlive;
}

/// <summary>A function of one variable.</summary>
internal sealed unsafe class UnaryInstruction<T, TOperator>(Buffer<T>[] inputs, Buffer<T> output) : ElementwiseInstruction<T>(inputs, output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOperator : struct, IUnaryOperator<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run() => Map.Unary<T, TOperator>(_first, _output, _length);
}

/// <summary>A function of two variables of one shape.</summary>
internal sealed unsafe class BinaryInstruction<T, TOperator>(Buffer<T>[] inputs, Buffer<T> output) : ElementwiseInstruction<T>(inputs, output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOperator : struct, IBinaryOperator<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run() => Map.Binary<T, TOperator>(_first, _second, _output, _length);
}

/// <summary>A function of two variables, the second a scalar.</summary>
internal sealed unsafe class ScalarRightInstruction<T, TOperator>(Buffer<T>[] inputs, Buffer<T> output) : ElementwiseInstruction<T>(inputs, output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOperator : struct, IBinaryOperator<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run() => Map.BinaryScalarRight<T, TOperator>(_first, *_second, _output, _length);
}

/// <summary>A function of two variables, the first a scalar.</summary>
internal sealed unsafe class ScalarLeftInstruction<T, TOperator>(Buffer<T>[] inputs, Buffer<T> output) : ElementwiseInstruction<T>(inputs, output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOperator : struct, IBinaryOperator<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run() => Map.BinaryScalarLeft<T, TOperator>(*_first, _second, _output, _length);
}

/// <summary>A function of three variables of one shape.</summary>
internal sealed unsafe class TernaryInstruction<T, TOperator>(Buffer<T>[] inputs, Buffer<T> output) : ElementwiseInstruction<T>(inputs, output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOperator : struct, ITernaryOperator<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run() => Map.Ternary<T, TOperator>(_first, _second, _third, _output, _length);
}
