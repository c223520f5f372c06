namespace NeuralOde.Tensors;

/// <summary>Binds two steps of a tile group as one (<see cref="StepPairs"/>). All pairs are named here: ahead-of-time compilation has to see each.</summary>
internal static class PairBinding
{
    /// <summary>Whether a function can be either step of a pair: those that cost less than the memory that a step reads and writes.</summary>
    public static bool Supports(BinaryFunction function) => function is BinaryFunction.Add or BinaryFunction.Subtract or BinaryFunction.Multiply;

    /// <summary>outer(inner(x, y), z), or outer(z, inner(x, y)).</summary>
    /// <param name="inner">The step whose value stays in registers.</param>
    /// <param name="outer">The step that reads it.</param>
    /// <param name="innerFirst">Whether the outer step reads it as its first operand.</param>
    /// <param name="operands">x, y and z, of the output's length or a single element.</param>
    /// <param name="output">What is written.</param>
    public static ElementwiseInstruction<T> Bind<T>(BinaryFunction inner, BinaryFunction outer, bool innerFirst, Buffer<T>[] operands, Buffer<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => inner switch
        {
            BinaryFunction.Add => Bind<T, AddOperator<T>>(outer, innerFirst, operands, output),
            BinaryFunction.Subtract => Bind<T, SubtractOperator<T>>(outer, innerFirst, operands, output),
            BinaryFunction.Multiply => Bind<T, MultiplyOperator<T>>(outer, innerFirst, operands, output),
            _ => throw new InvalidOperationException($"{inner} cannot be done within another step."),
        };

    private static ElementwiseInstruction<T> Bind<T, TInner>(BinaryFunction outer, bool innerFirst, Buffer<T>[] operands, Buffer<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TInner : struct, IBinaryOperator<T> => outer switch
        {
            BinaryFunction.Add => new TernaryInstruction<T, PairOperator<T, TInner, AddOperator<T>>>(null, operands, output),
            BinaryFunction.Subtract when innerFirst => new TernaryInstruction<T, PairOperator<T, TInner, SubtractOperator<T>>>(null, operands, output),
            BinaryFunction.Subtract => new TernaryInstruction<T, PairOperator<T, TInner, ReverseSubtractOperator<T>>>(null, operands, output),
            BinaryFunction.Multiply => new TernaryInstruction<T, PairOperator<T, TInner, MultiplyOperator<T>>>(null, operands, output),
            _ => throw new InvalidOperationException($"No step can be done within {outer}."),
        };
}
