using System.Numerics;

namespace NeuralOde.Tensors;

/// <summary>The values that a <see cref="CustomOperation"/> computes with.</summary>
/// <typeparam name="T">The element type.</typeparam>
public readonly ref struct OperationInputs<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ReadOnlySpan<Buffer<T>> _buffers;
    private readonly ReadOnlySpan<Shape> _shapes;

    internal OperationInputs(ReadOnlySpan<Buffer<T>> buffers, ReadOnlySpan<Shape> shapes)
    {
        _buffers = buffers;
        _shapes = shapes;
    }

    /// <summary>The number of inputs.</summary>
    public int Count => _buffers.Length;

    /// <summary>The values of one input, row-major.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> − 1.</param>
    public ReadOnlySpan<T> this[int index] => _buffers[index].Span;

    /// <summary>The shape of one input.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> − 1.</param>
    /// <returns>The shape.</returns>
    public Shape ShapeOf(int index) => _shapes[index];
}
