namespace NeuralOde.Tensors;

/// <summary>A tensor whose values change in place, and of which compiled programs always see the newest: learned, or kept along with what is learned (a buffer).</summary>
public sealed class Parameter : Tensor
{
    private static long s_anyVersion;

    /// <summary>Makes a parameter that starts with a copy of the given values.</summary>
    /// <param name="initial">Shape, element type and first values.</param>
    /// <param name="name">Its name in messages, and among the parameters of the module that owns it.</param>
    /// <param name="isTrainable">Whether it is learned. Without, it is a buffer: it gets no gradient, such as the running statistics of a normalization.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public Parameter(Tensor initial, string name = "parameter", bool isTrainable = true)
        : base(ThrowIfNull(initial).Shape, Copy(initial), isTrainable)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
    }

    /// <summary>Whether the values are learned; otherwise this is a buffer, which no gradient reaches.</summary>
    public bool IsTrainable => RequiresGradient;

    /// <summary>The name that its owner gave it. A module joins it to those of the modules that it is within: <c>layer0.weight</c>.</summary>
    public string Name { get; }

    /// <summary>
    /// Whether a gradient was added since the gradient was last cleared. Clearing keeps the memory, with zeros in it, so <see cref="Tensor.Gradient"/> alone does not tell a
    /// gradient of zero from none.
    /// </summary>
    public bool HasGradient { get; private set; }

    /// <summary>Counts the changes of the values. What is derived from them (a packed copy, a tape) is out of date when it has moved on.</summary>
    public long Version { get; private set; }

    /// <summary>Counts the changes of all parameters of the process, so that a program can tell with one comparison that nothing changed.</summary>
    internal static long AnyVersion => Volatile.Read(ref s_anyVersion);

    /// <summary>Replaces the values.</summary>
    /// <typeparam name="T">The element type; it must be this parameter's.</typeparam>
    /// <param name="values">As many values as there are elements, in row-major order.</param>
    /// <exception cref="ArgumentException">The number of values is another.</exception>
    public void SetValues<T>(ReadOnlySpan<T> values) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentException.ThrowIf(values.Length != ElementCount, $"Parameter '{Name}' of shape {Shape} takes {ElementCount} values, not {values.Length}.", nameof(values));
        values.CopyTo(StorageOf<T>().Span);
        MarkChanged();
    }

    /// <summary>
    /// Moves a buffer a share of the way to a value: <c>buffer ← (1 − share)·buffer + share·value</c>. While a function is compiled, the move
    /// becomes an instruction at the end of the program, done at each of its runs; otherwise it is done at once.
    /// </summary>
    /// <param name="value">Where to, of this buffer's shape and element type. Its gradient history does not matter.</param>
    /// <param name="share">How far, from 0 to 1.</param>
    /// <exception cref="InvalidOperationException">This parameter is trainable.</exception>
    /// <exception cref="ArgumentException">The value has another shape or element type.</exception>
    /// <remarks>
    /// Nothing is moved, and nothing written down, while <see cref="BufferUpdates"/> are disabled. What else a program reads of the buffer are the
    /// values from before its run.
    /// </remarks>
    public void MoveTowards(Tensor value, double share)
    {
        ArgumentNullException.ThrowIfNull(value);
        InvalidOperationException.ThrowIf(IsTrainable, $"Parameter '{Name}' is trainable: an optimizer moves it. Only buffers (isTrainable: false) move toward values.");
        ArgumentException.ThrowIf(
            value.Shape != Shape || value.DType != DType,
            $"Buffer '{Name}' ({DType.Name()} {Shape}) moves toward a value of its own shape and type; got {value.DType.Name()} {value.Shape}.", nameof(value));
        ArgumentOutOfRangeException.ThrowIf(share is not (>= 0 and <= 1), nameof(share), share, "A share of the way is from 0 to 1.");
        if (!BufferUpdates.IsEnabled)
        {
            return;
        }

        var update = new BufferUpdate(this, value.Detach(), share);
        if (Trace.Current is { } trace)
        {
            trace.Add(update);
        }
        else if (DType == DType.Float32)
        {
            new BufferUpdateInstruction<float>(this, value.StorageOf<float>().Buffer, share).Run();
        }
        else
        {
            new BufferUpdateInstruction<double>(this, value.StorageOf<double>().Buffer, share).Run();
        }
    }

    /// <summary>The values, to be written; call <see cref="MarkChanged"/> afterwards.</summary>
    internal Span<T> MutableValues<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T> => StorageOf<T>().Span;

    /// <summary>
    /// The gradient's values, for code that computes or changes gradients itself. Zeros are made at the first call and then kept. The parameter then
    /// has a gradient.
    /// </summary>
    /// <typeparam name="T">The parameter's element type.</typeparam>
    /// <returns>As many values as the parameter has, row-major.</returns>
    public Span<T> MutableGradient<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Gradient is null)
        {
            Gradient = new Tensor(Shape, Storage<T>.AllocateAligned(ElementCount));
        }

        HasGradient = true;
        return Gradient.StorageOf<T>().Span;
    }

    /// <summary>Adds to the gradient.</summary>
    internal void AddToGradient<T>(ReadOnlySpan<T> part) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> sum = MutableGradient<T>();
        Kernels.Map.Binary<T, Kernels.AddOperator<T>>(sum, part, sum);
    }

    /// <summary>Tells compiled programs and tapes that the values were written.</summary>
    internal void MarkChanged()
    {
        Version++;
        Interlocked.Increment(ref s_anyVersion);
    }

    /// <summary>Sets the gradient to zero; its memory is kept.</summary>
    public void ClearGradient()
    {
        HasGradient = false;
        if (Gradient is null)
        {
            return;
        }

        if (DType == DType.Float32)
        {
            Gradient.StorageOf<float>().Span.Clear();
        }
        else
        {
            Gradient.StorageOf<double>().Span.Clear();
        }
    }

    private static Storage Copy(Tensor initial)
    {
        return initial.DType == DType.Float32 ? Copy<float>(initial) : Copy<double>(initial);

        static Storage<T> Copy<T>(Tensor tensor) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var storage = Storage<T>.AllocateAligned(tensor.ElementCount);
            tensor.AsSpan<T>().CopyTo(storage.Span);
            return storage;
        }
    }

    private static Tensor ThrowIfNull(Tensor initial)
    {
        ArgumentNullException.ThrowIfNull(initial);
        return initial;
    }
}
