using System.Collections;

namespace NeuralOde.Modules;

/// <summary>
/// The parameters of a module and of the modules within it, in the order in which they were added. The list is live: what a
/// module comes to own later appears in it.
/// </summary>
public sealed class ParameterList : IReadOnlyList<Parameter>
{
    private readonly List<(string Name, object Entry)> _entries = [];

    internal ParameterList()
    {
    }

    /// <summary>The number of parameter tensors.</summary>
    public int Count => this.Count<Parameter>();

    /// <summary>The number of learned values: the sum over the tensors' elements.</summary>
    public int ValueCount => this.Sum(static x => x.ElementCount);

    /// <summary>One parameter.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> − 1.</param>
    public Parameter this[int index] => this.ElementAt(index);

    /// <summary>Sets all gradients to zero.</summary>
    public void ClearGradients()
    {
        foreach (Parameter parameter in this)
        {
            parameter.ClearGradient();
        }
    }

    /// <inheritdoc/>
    public IEnumerator<Parameter> GetEnumerator() => _entries
        .SelectMany(static x => x.Entry is ParameterList list ? list : (IEnumerable<Parameter>)[(Parameter)x.Entry])
        .Distinct()
        .GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Moves on whenever a parameter is added here or in a list within; counting it makes no garbage.</summary>
    internal int Version
    {
        get
        {
            int version = _entries.Count;
            foreach ((_, object entry) in _entries)
            {
                version += (entry as ParameterList)?.Version ?? 0;
            }

            return version;
        }
    }

    /// <summary>The parameters with their names within the list's module. One that is held in two places comes under both names.</summary>
    internal IEnumerable<(string Name, Parameter Parameter)> Named() => _entries.SelectMany(static x => x.Entry is ParameterList list
        ? list.Named().Select(y => ($"{x.Name}.{y.Name}", y.Parameter))
        : (IEnumerable<(string, Parameter)>)[(x.Name, (Parameter)x.Entry)]);

    internal void Add(string name, Parameter parameter) => _entries.Add((name, parameter));

    internal void Add(string name, ParameterList list) => _entries.Add((name, list));
}
