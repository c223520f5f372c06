using System.Collections;

namespace NeuralOde.Reports;

/// <summary>A list that never changes and equals every list with the same elements in the same order, so that records that hold it compare by value.</summary>
internal sealed class ValueList<T> : IReadOnlyList<T>, IEquatable<ValueList<T>>
{
    private readonly T[] items;

    private ValueList(T[] items) => this.items = items;

    public int Count => items.Length;

    public T this[int index] => items[index];

    /// <summary>Copies a list, unless it is one of these already.</summary>
    public static ValueList<T> Copy(IReadOnlyList<T> list)
    {
        ArgumentNullException.ThrowIfNull(list);
        return list as ValueList<T> ?? new ValueList<T>([.. list]);
    }

    public bool Equals(ValueList<T>? other) => other is not null && items.AsSpan().SequenceEqual(other.items);

    public override bool Equals(object? obj) => Equals(obj as ValueList<T>);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in items)
        {
            hash.Add(item);
        }
        return hash.ToHashCode();
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
