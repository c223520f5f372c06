namespace NeuralOde.Tensors;

/// <content>How tensors come into being.</content>
public partial class Tensor
{
    /// <summary>A tensor with a copy of the given values.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="values">In row-major order, as many as the shape has elements.</param>
    /// <param name="shape">The lengths of the axes.</param>
    /// <param name="requiresGradient">Whether operations on it are remembered for <see cref="Backward"/>.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="ArgumentException">The number of values is not the shape's.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> values, Shape shape, bool requiresGradient = false) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentException.ThrowIf(values.Length != shape.ElementCount, $"Shape {shape} takes {shape.ElementCount} values, not {values.Length}.", nameof(values));
        var storage = Storage<T>.Allocate(values.Length);
        values.CopyTo(storage.Span);
        return new Tensor(shape, storage, requiresGradient);
    }

    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, bool)"/>
    public static Tensor From<T>(T[] values, Shape shape, bool requiresGradient = false) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(values);
        return From((ReadOnlySpan<T>)values, shape, requiresGradient);
    }

    /// <summary>A vector with a copy of the given values.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="values">The elements.</param>
    /// <returns>A tensor of rank 1.</returns>
    public static Tensor From<T>(params T[] values) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(values);
        return From((ReadOnlySpan<T>)values, [values.Length]);
    }

    /// <summary>A matrix with a copy of the given values.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="values">Rows and columns.</param>
    /// <returns>A tensor of rank 2.</returns>
    public static Tensor From<T>(T[,] values) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(values);
        return From((ReadOnlySpan<T>)values.Cast<T>().ToArray(), [values.GetLength(0), values.GetLength(1)]);
    }

    /// <summary>A tensor with a copy of the given values, in an element type that may be another than theirs.</summary>
    /// <typeparam name="T">The type of the values: <see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="values">In row-major order, as many as the shape has elements.</param>
    /// <param name="shape">The lengths of the axes.</param>
    /// <param name="dtype">The element type of the tensor; values are rounded to it.</param>
    /// <param name="requiresGradient">Whether operations on it are remembered for <see cref="Backward"/>.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="ArgumentException">The number of values is not the shape's.</exception>
    public static Tensor Create<T>(ReadOnlySpan<T> values, Shape shape, DType dtype, bool requiresGradient = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor tensor = From(values, shape).To(dtype);
        return requiresGradient ? tensor.WithGradient() : tensor;
    }

    /// <summary>A tensor of one value everywhere.</summary>
    /// <param name="shape">The lengths of the axes.</param>
    /// <param name="value">The value.</param>
    /// <param name="dtype">The element type; default <see cref="DType.Float32"/>.</param>
    /// <returns>The tensor.</returns>
    public static Tensor Full(Shape shape, double value, DType dtype = DType.Float32)
    {
        return dtype == DType.Float32 ? Fill((float)value) : Fill(value);

        Tensor Fill<T>(T element) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var storage = Storage<T>.Allocate(shape.ElementCount);
            storage.Span.Fill(element);
            return new Tensor(shape, storage);
        }
    }

    /// <summary>A tensor of zeros.</summary>
    /// <inheritdoc cref="Full"/>
    public static Tensor Zeros(Shape shape, DType dtype = DType.Float32) => Full(shape, 0, dtype);

    /// <summary>A tensor of ones.</summary>
    /// <inheritdoc cref="Full"/>
    public static Tensor Ones(Shape shape, DType dtype = DType.Float32) => Full(shape, 1, dtype);

    /// <summary>A scalar.</summary>
    /// <param name="value">The value.</param>
    /// <param name="dtype">The element type; default <see cref="DType.Float32"/>.</param>
    /// <returns>A tensor without axes.</returns>
    public static Tensor Scalar(double value, DType dtype = DType.Float32) => Full(Shape.Scalar, value, dtype);

    /// <summary>A copy whose elements are <see cref="float"/>, rounded to nearest. Gradients flow through it, converted back.</summary>
    /// <returns>The copy, or this tensor if it is one already.</returns>
    /// <exception cref="InvalidOperationException">
    /// A function is being compiled, and this tensor depends on its inputs or on parameters: a program has one element type.
    /// </exception>
    public Tensor ToSingle() => To(DType.Float32);

    /// <summary>A copy whose elements are <see cref="double"/>. Gradients flow through it, rounded to <see cref="float"/>.</summary>
    /// <returns>The copy, or this tensor if it is one already.</returns>
    /// <inheritdoc cref="ToSingle" path="/exception"/>
    public Tensor ToDouble() => To(DType.Float64);

    /// <summary>A copy with an element type. Gradients flow through it, converted back.</summary>
    /// <param name="dtype">The element type.</param>
    /// <returns>The copy, or this tensor if it has that type already.</returns>
    /// <inheritdoc cref="ToSingle" path="/exception"/>
    public Tensor To(DType dtype) => Operations.Cast.To(this, dtype);

    /// <summary>This tensor's value as a leaf that requires a gradient.</summary>
    /// <returns>A leaf that shares this tensor's memory; of a parameter, whose values change, it copies them.</returns>
    public Tensor WithGradient() => new(Shape, this is Parameter ? Detach().Storage : Storage, requiresGradient: true);
}
