using System.Diagnostics.CodeAnalysis;

namespace NeuralOde.Blocks;

/// <summary>A small table that keeps the entries used last, and forgets the one that was not used for the longest time when it is full.</summary>
/// <remarks>A search compares one key after the other, most recent first: what is used again and again is found at once. Not thread-safe.</remarks>
internal sealed class RecentlyUsed<TKey, TValue>(int capacity)
    where TKey : IEquatable<TKey>
{
    private readonly List<(TKey Key, TValue Value)> _entries = [];

    public int Count => _entries.Count;

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        for (int i = _entries.Count - 1; i >= 0; i--)
        {
            if (_entries[i].Key.Equals(key))
            {
                (TKey Key, TValue Value) entry = _entries[i];
                if (i < _entries.Count - 1)
                {
                    _entries.RemoveAt(i);
                    _entries.Add(entry);
                }

                value = entry.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    public void Set(TKey key, TValue value)
    {
        _entries.RemoveAll(x => x.Key.Equals(key));
        if (_entries.Count == capacity)
        {
            _entries.RemoveAt(0);
        }

        _entries.Add((key, value));
    }
}
