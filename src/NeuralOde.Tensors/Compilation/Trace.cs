namespace NeuralOde.Tensors;

/// <summary>
/// One tracing of a function: while it is open on a thread, operations on symbolic tensors, on parameters and on other leaves
/// that require a gradient are written down instead of being run.
/// </summary>
internal sealed class Trace : IDisposable
{
    [ThreadStatic]
    private static Trace? s_current;

    private readonly Trace? _outer;
    private readonly List<BufferUpdate> _updates = [];

    private Trace()
    {
        _outer = s_current;
        s_current = this;
    }

    /// <summary>The trace under way on this thread.</summary>
    public static Trace? Current => s_current;

    /// <summary>Opens a trace on this thread.</summary>
    public static Trace Begin() => new();

    /// <summary>The moves of buffers that the function makes, in order.</summary>
    public IReadOnlyList<BufferUpdate> Updates => _updates;

    /// <summary>Writes down a move of a buffer.</summary>
    public void Add(BufferUpdate update) => _updates.Add(update);

    /// <summary>A new symbolic input of the traced function.</summary>
    public Tensor Input(Shape shape, DType dtype) => new(shape, dtype, this, null, []);

    /// <inheritdoc/>
    public void Dispose() => s_current = _outer;

    /// <summary>The trace that must record an operation on these inputs, or <see langword="null"/> if it is to be run at once.</summary>
    /// <exception cref="InvalidOperationException">A symbolic tensor of another trace, or a tensor with a gradient history, is used.</exception>
    public static Trace? For(Tensor[] inputs)
    {
        Trace? current = s_current;
        bool concerned = false;
        foreach (Tensor input in inputs)
        {
            InvalidOperationException.ThrowIf(
                input.IsSymbolic && input.Trace != current,
                $"A symbolic tensor ({input.DType.Name()} {input.Shape}) is used outside the compilation that it belongs to. "
                    + $"It was kept from a compiled function (in a field or a captured variable, perhaps); return it from the function instead.");
            // Parameters and other leaves that require a gradient: what is computed from them inside is part of the function.
            concerned |= input.IsSymbolic || (current is not null && (input is Parameter || (input.RequiresGradient && input.Operation is null)));
        }

        if (!concerned)
        {
            return null;
        }

        foreach (Tensor input in inputs)
        {
            CheckCapture(input);
        }

        return current;
    }

    /// <summary>A captured tensor becomes a constant of the program; one that carries a gradient history would lose it silently.</summary>
    public static void CheckCapture(Tensor tensor) => InvalidOperationException.ThrowIf(
        !tensor.IsSymbolic && tensor.Operation is not null,
        $"A compiled function captures a tensor ({tensor.DType.Name()} {tensor.Shape}) that was computed from parameters outside of it, by '{tensor.Operation!.Name}'. "
            + $"It would be frozen at today's value, and its gradient lost. Compute it inside the function, or capture tensor.Detach() if a constant is meant.");
}
