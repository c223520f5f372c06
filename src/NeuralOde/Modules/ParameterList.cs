using System.Collections;
using NeuralOde.Tensors;

namespace NeuralOde.Modules;

/// <summary>
/// The parameters of a module and of the modules within it, in the order in which they were added. The list is live: what a
/// module comes to own later appears in it.
/// </summary>
public sealed class ParameterList : IReadOnlyList<Parameter>
{
    private readonly List<object> _entries = [];

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
        .SelectMany(static entry => entry is ParameterList list ? list : (IEnumerable<Parameter>)[(Parameter)entry])
        .Distinct()
        .GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Moves on whenever a parameter is added here or in a list within; counting it makes no garbage.</summary>
    internal int Version
    {
        get
        {
            int version = _entries.Count;
            foreach (object entry in _entries)
            {
                version += (entry as ParameterList)?.Version ?? 0;
            }

            return version;
        }
    }

    internal void Add(Parameter parameter) => _entries.Add(parameter);

    internal void Add(ParameterList list) => _entries.Add(list);
}
