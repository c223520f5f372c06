using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace NeuralOde;

// The accessibility is declared where the file is compiled: public in one assembly, internal in the others.
#pragma warning disable IDE0040

/// <summary>Makes lists that compare by their values.</summary>
static partial class ValueList
{
    /// <summary>A list of the given values.</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="values">The values, which are copied.</param>
    /// <returns>The list.</returns>
    public static ValueList<T> Of<T>(params ReadOnlySpan<T> values) => new(values.ToArray());

    /// <summary>A list of the values of another one.</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="values">The values, which are copied unless they are such a list already.</param>
    /// <returns>The list.</returns>
    public static ValueList<T> From<T>(IEnumerable<T> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values as ValueList<T> ?? new ValueList<T>([.. values]);
    }
}

/// <summary>
/// A list that never changes and equals any other of the same values. Records hold their lists as this one, because a record is equal to another where its members are, and
/// arrays and other lists are equal to themselves only.
/// </summary>
/// <typeparam name="T">The type of the values.</typeparam>
[CollectionBuilder(typeof(ValueList), nameof(ValueList.Of))]
sealed partial class ValueList<T> : IReadOnlyList<T>, IEquatable<ValueList<T>>
{
    private readonly T[] _values;

    internal ValueList(T[] values) => _values = values;

    /// <summary>The number of values.</summary>
    public int Count => _values.Length;

    /// <summary>One value.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> − 1.</param>
    public T this[int index] => _values[index];

    /// <inheritdoc/>
    public bool Equals(ValueList<T>? other) => other is not null && _values.AsSpan().SequenceEqual(other._values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ValueList<T>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (T value in _values)
        {
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    /// <summary>The values, separated by commas, in brackets.</summary>
    /// <returns>The text, the same in every culture.</returns>
    public override string ToString() => $"[{string.Join(", ", _values.Select(static x => Convert.ToString(x, CultureInfo.InvariantCulture)))}]";

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
