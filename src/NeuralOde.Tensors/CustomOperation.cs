namespace NeuralOde.Tensors;

/// <summary>An operation of a user's own on tensors: a shape rule, code that computes the values, and a gradient.</summary>
/// <remarks>
/// <para>
/// It runs at once on tensors with values, and becomes an instruction where it is used in a compiled function (<see cref="Program{T}"/>), a vector field for instance.
/// </para>
/// <para>
/// What it computes depends on its inputs alone: the compiler runs it once for all uses that are equal, and ahead of time on constants. Two operations are equal where
/// <see cref="object.Equals(object)"/> says so; override it where an operation has settings and is made anew for each use.
/// </para>
/// <example>
/// <code>
/// sealed class CubeRoot : CustomOperation
/// {
///     public override string Name =&gt; "cbrt";
///
///     protected override Shape InferShape(ReadOnlySpan&lt;Shape&gt; inputs) =&gt; inputs[0];
///
///     protected override void Compute&lt;T&gt;(CustomInputs&lt;T&gt; inputs, Span&lt;T&gt; output)
///     {
///         ReadOnlySpan&lt;T&gt; x = inputs[0];
///         for (int i = 0; i &lt; output.Length; i++)
///         {
///             output[i] = T.Cbrt(x[i]);
///         }
///     }
///
///     protected override Tensor?[] Gradient(IReadOnlyList&lt;Tensor&gt; inputs, Tensor output, Tensor cotangent) =&gt; [cotangent / (3.0 * output.Square())];
/// }
/// </code>
/// </example>
/// </remarks>
public abstract class CustomOperation
{
    private Custom? _operation;

    /// <summary>The name in printed programs and messages.</summary>
    public abstract string Name { get; }

    /// <summary>The number of inputs.</summary>
    /// <value>At least 1; default 1.</value>
    public virtual int InputCount => 1;

    /// <summary>Applies the operation.</summary>
    /// <param name="inputs">As many as <see cref="InputCount"/>, of one element type.</param>
    /// <returns>The result; symbolic inside of a compiled function.</returns>
    /// <exception cref="ArgumentException">The number of inputs is another, their element types differ, or the shape rule refuses them.</exception>
    public Tensor Apply(params Tensor[] inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentException.ThrowIf(
            inputs.Length != InputCount || inputs.Length == 0,
            $"'{Name}' takes {InputCount} input{(InputCount == 1 ? "" : "s")}, at least one; got {inputs.Length}.", nameof(inputs));
        foreach (Tensor input in inputs)
        {
            ArgumentNullException.ThrowIfNull(input, nameof(inputs));
        }

        _operation ??= new Custom(this);
        return _operation.Apply(inputs);
    }

    /// <summary>The shape of the result.</summary>
    /// <param name="inputs">The shapes of the inputs.</param>
    /// <returns>The shape.</returns>
    /// <exception cref="ArgumentException">To be thrown where the shapes do not fit, with what would.</exception>
    protected abstract Shape InferShape(ReadOnlySpan<Shape> inputs);

    /// <summary>Computes the result. Called for each element type, and at each run of a program: it should not allocate.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="inputs">The values of the inputs, in row-major order, and their shapes.</param>
    /// <param name="output">Every element must be written; what it holds before is arbitrary. It overlaps no input.</param>
    protected abstract void Compute<T>(CustomInputs<T> inputs, Span<T> output) where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>
    /// The cotangents of the inputs: <c>cotangent · ∂output/∂input</c> for each. Made of operations on tensors (other custom ones among them), so that they can be
    /// compiled, and differentiated again.
    /// </summary>
    /// <param name="inputs">The inputs; symbolic where a function is being compiled.</param>
    /// <param name="output">The result of the operation on them.</param>
    /// <param name="cotangent">The cotangent of the result, of its shape.</param>
    /// <returns>One for each input, of its shape and element type; <see langword="null"/> where no gradient flows to an input.</returns>
    protected abstract Tensor?[] Gradient(IReadOnlyList<Tensor> inputs, Tensor output, Tensor cotangent);

    internal Shape ShapeOf(ReadOnlySpan<Shape> inputs) => InferShape(inputs);

    internal Tensor?[] CotangentsOf(IReadOnlyList<Tensor> inputs, Tensor output, Tensor cotangent) => Gradient(inputs, output, cotangent);

    internal void Run<T>(CustomInputs<T> inputs, Span<T> output) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Compute(inputs, output);
}

/// <summary>The inputs of a <see cref="CustomOperation"/> while it computes.</summary>
/// <typeparam name="T">The element type.</typeparam>
public readonly ref struct CustomInputs<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ReadOnlySpan<Buffer<T>> _buffers;
    private readonly ReadOnlySpan<Shape> _shapes;

    internal CustomInputs(ReadOnlySpan<Buffer<T>> buffers, ReadOnlySpan<Shape> shapes)
    {
        _buffers = buffers;
        _shapes = shapes;
    }

    /// <summary>The number of inputs.</summary>
    public int Count => _buffers.Length;

    /// <summary>The values of an input, in row-major order.</summary>
    /// <param name="index">Which input, from 0.</param>
    /// <returns>A view that holds during the call.</returns>
    public ReadOnlySpan<T> this[int index] => _buffers[index].Span;

    /// <summary>The shape of an input.</summary>
    /// <param name="index">Which input, from 0.</param>
    /// <returns>The shape.</returns>
    public Shape Shape(int index) => _shapes[index];
}
