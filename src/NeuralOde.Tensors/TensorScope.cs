namespace NeuralOde.Tensors;

/// <summary>
/// Lends eager tensors their memory from a pool, and takes it back when it is disposed: for loops that make the same large tensors again and
/// again, which would otherwise be left to the collector.
/// </summary>
/// <remarks>
/// Only for the thread that opened it; scopes nest. Tensors made within must not be used after it is disposed, other than what
/// <see cref="Keep"/> copied. Parameters, gradients of leaves and compiled programs have memory of their own and are not concerned.
/// </remarks>
public sealed class TensorScope : IDisposable
{
    [ThreadStatic]
    private static TensorScope? s_current;

    [ThreadStatic]
    private static Dictionary<(Type Type, int Length), Stack<object>>? s_pool;

    private readonly TensorScope? _outer;
    private readonly List<((Type Type, int Length) Key, object Storage)> _lent = [];
    private bool _disposed;

    private TensorScope()
    {
        _outer = s_current;
        s_current = this;
    }

    /// <summary>Opens a scope on this thread.</summary>
    /// <returns>Dispose it to hand the memory back.</returns>
    public static TensorScope Begin() => new();

    /// <summary>A copy of a tensor that outlives the scope. Its gradient history ends.</summary>
    /// <param name="tensor">A tensor that was made within.</param>
    /// <returns>The copy.</returns>
    public static Tensor Keep(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.DType == DType.Float32
            ? new Tensor(tensor.Shape, Storage<float>.Wrap(tensor.ToArray<float>()))
            : new Tensor(tensor.Shape, Storage<double>.Wrap(tensor.ToArray<double>()));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        InvalidOperationException.ThrowIf(s_current != this, "Tensor scopes are disposed on the thread that opened them, the innermost first.");
        _disposed = true;
        s_current = _outer;
        s_pool ??= [];
        foreach (((Type, int) key, object storage) in _lent)
        {
            if (!s_pool.TryGetValue(key, out Stack<object>? stack))
            {
                s_pool[key] = stack = new Stack<object>();
            }

            stack.Push(storage);
        }
    }

    /// <summary>Memory for an eager tensor: within a scope from the pool, on cache lines; else new.</summary>
    internal static Buffer<T> Rent<T>(int length) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (s_current is not { } scope)
        {
            return new Buffer<T>(GC.AllocateUninitializedArray<T>(length), 0, length);
        }

        (Type, int) key = (typeof(T), length);
        object storage = s_pool is not null && s_pool.TryGetValue(key, out Stack<object>? stack) && stack.TryPop(out object? free) ? free : Aligned<T>(length);
        scope._lent.Add((key, storage));
        return (Buffer<T>)storage;
    }

    private static object Aligned<T>(int length) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var memory = AlignedMemory<T>.AllocateUninitialized(length);
        return new Buffer<T>(memory.Array, memory.Offset, length);
    }
}
