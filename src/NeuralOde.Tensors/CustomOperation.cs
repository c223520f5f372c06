using System.Numerics;
using NeuralOde.Tensors.Operations;

namespace NeuralOde.Tensors;

/// <summary>
/// An operation of a user's own, with its gradient: for a function that the library lacks, or one whose gradient is better known than composed. It serves eager code and
/// compiled functions alike, vector fields among them, and can be differentiated as often as its gradient can.
/// </summary>
/// <remarks>
/// The output must be a function of the inputs alone: a compiled program computes it once for two calls with the same inputs, and at compilation where all inputs are
/// constants. Make one instance and use it again.
/// </remarks>
/// <example>
/// <code>
/// sealed class SoftSign() : CustomOperation("soft_sign")
/// {
///     protected override Shape OutputShape(ReadOnlySpan&lt;Shape&gt; inputs) => inputs[0];
///
///     protected override void Compute&lt;T&gt;(OperationInputs&lt;T&gt; inputs, Span&lt;T&gt; output)
///     {
///         for (int i = 0; i &lt; output.Length; i++)
///         {
///             output[i] = inputs[0][i] / (T.One + T.Abs(inputs[0][i]));
///         }
///     }
///
///     protected override IReadOnlyList&lt;Tensor?&gt; Gradient(IReadOnlyList&lt;Tensor&gt; inputs, Tensor output, Tensor cotangent) =>
///         [cotangent / (1.0 + inputs[0].Abs()).Square()];
/// }
/// </code>
/// </example>
public abstract class CustomOperation
{
    private readonly UserOperation _operation;

    /// <summary>Makes the operation.</summary>
    /// <param name="name">What printed programs and messages call it.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    protected CustomOperation(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        _operation = new UserOperation(this);
    }

    /// <summary>What printed programs and messages call it.</summary>
    public string Name { get; }

    /// <summary>Applies the operation.</summary>
    /// <param name="inputs">At least one tensor, all of one element type.</param>
    /// <returns>The output, of that element type.</returns>
    /// <exception cref="ArgumentException">There is no input, their element types differ, or the operation refuses their shapes.</exception>
    public Tensor Apply(params Tensor[] inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return inputs.Length > 0 ? _operation.Apply(inputs) : throw new ArgumentException($"The operation '{Name}' takes at least one tensor.", nameof(inputs));
    }

    /// <summary>The shape of the output. Throw an <see cref="ArgumentException"/> that says what would fit where the inputs' shapes do not.</summary>
    /// <param name="inputs">The inputs' shapes.</param>
    /// <returns>The shape.</returns>
    protected internal abstract Shape OutputShape(ReadOnlySpan<Shape> inputs);

    /// <summary>Computes the output. It must allocate nothing where a compiled program is to allocate nothing, and write every element.</summary>
    /// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="inputs">The inputs' values, row-major.</param>
    /// <param name="output">Destination, row-major. What it holds before is arbitrary.</param>
    protected internal abstract void Compute<T>(OperationInputs<T> inputs, Span<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The vector-Jacobian product, made of tensor operations, so that it can be compiled and differentiated again.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="output">The output, for gradients that are cheaper to say by it.</param>
    /// <param name="cotangent">The derivative of some scalar with respect to the output, of its shape.</param>
    /// <returns>The derivative of that scalar with respect to each input, of its shape; null where it is zero.</returns>
    protected internal abstract IReadOnlyList<Tensor?> Gradient(IReadOnlyList<Tensor> inputs, Tensor output, Tensor cotangent);
}
