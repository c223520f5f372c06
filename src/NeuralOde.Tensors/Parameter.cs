using System.Numerics;

namespace NeuralOde.Tensors;

/// <summary>A tensor that is learned: its values change in place, and compiled programs always see the newest.</summary>
public sealed class Parameter : Tensor
{
    private static long s_anyVersion;

    /// <summary>Makes a parameter that starts with a copy of the given values.</summary>
    /// <param name="initial">Shape, element type and first values.</param>
    /// <param name="name">Its name in files and messages.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public Parameter(Tensor initial, string name = "parameter")
        : base(ThrowIfNull(initial).Shape, Copy(initial), requiresGradient: true)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
    }

    /// <summary>The name in files and messages.</summary>
    public string Name { get; set; }

    /// <summary>Counts the changes of the values. What is derived from them (a packed copy, a tape) is out of date when it has moved on.</summary>
    public long Version { get; private set; }

    /// <summary>Counts the changes of all parameters of the process, so that a program can tell with one comparison that nothing changed.</summary>
    internal static long AnyVersion => Volatile.Read(ref s_anyVersion);

    /// <summary>Replaces the values.</summary>
    /// <typeparam name="T">The element type; it must be this parameter's.</typeparam>
    /// <param name="values">As many values as there are elements, in row-major order.</param>
    /// <exception cref="ArgumentException">The number of values is another.</exception>
    public void SetValues<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (values.Length != ElementCount)
        {
            throw new ArgumentException($"Parameter '{Name}' of shape {Shape} takes {ElementCount} values, not {values.Length}.", nameof(values));
        }

        values.CopyTo(StorageOf<T>().Span);
        MarkChanged();
    }

    /// <summary>The values, to be written; call <see cref="MarkChanged"/> afterwards.</summary>
    internal Span<T> MutableValues<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => StorageOf<T>().Span;

    /// <summary>The gradient, to be added to; it is made of zeros at the first call and then kept.</summary>
    internal Span<T> MutableGradient<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Gradient is null)
        {
            Gradient = new Tensor(Shape, Storage<T>.AllocateAligned(ElementCount));
        }

        return Gradient.StorageOf<T>().Span;
    }

    /// <summary>Adds to the gradient.</summary>
    internal void AddToGradient<T>(ReadOnlySpan<T> part)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
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

        static Storage<T> Copy<T>(Tensor tensor)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
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
