namespace NeuralOde.Tensors;

/// <summary>
/// Keeps what was compiled for a key, as many as <see cref="ComputeSettings.MaxCachedPrograms"/> says: beyond that, what was not used for the longest time is let go,
/// to be compiled again if it is asked for.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class ProgramCache<TKey, TValue> where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _entries = [];

    // The most recently used first.
    private readonly LinkedList<(TKey Key, TValue Value)> _order = [];

    public int Count => _entries.Count;

    /// <summary>What is kept for a key, which counts as a use.</summary>
    public bool TryGet(TKey key, out TValue value)
    {
        if (!_entries.TryGetValue(key, out LinkedListNode<(TKey Key, TValue Value)>? entry))
        {
            value = default!;
            return false;
        }

        if (entry != _order.First)
        {
            _order.Remove(entry);
            _order.AddFirst(entry);
        }

        value = entry.Value.Value;
        return true;
    }

    /// <summary>Keeps a value for a key, in place of what was there.</summary>
    public void Add(TKey key, TValue value)
    {
        if (_entries.Remove(key, out LinkedListNode<(TKey Key, TValue Value)>? before))
        {
            _order.Remove(before);
        }

        _entries[key] = _order.AddFirst((key, value));
        while (_entries.Count > ComputeSettings.Current.MaxCachedPrograms)
        {
            _entries.Remove(_order.Last!.Value.Key);
            _order.RemoveLast();
        }
    }
}
