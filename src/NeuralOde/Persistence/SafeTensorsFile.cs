using System.Diagnostics.CodeAnalysis;

namespace NeuralOde.Persistence;

/// <summary>What a safetensors file holds: tensors by name, and text metadata.</summary>
public sealed class SafeTensorsFile
{
    private readonly Dictionary<string, SafeTensor> _byName;

    internal SafeTensorsFile(string name, IReadOnlyList<SafeTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        Name = name;
        Tensors = tensors;
        Metadata = metadata;
        _byName = tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    /// <summary>The path that the file was read from, or the name given to a stream.</summary>
    public string Name { get; }

    /// <summary>The tensors, in the order of their data.</summary>
    public IReadOnlyList<SafeTensor> Tensors { get; }

    /// <summary>The file's <c>__metadata__</c>: free text by key; empty where the file has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensor of a name.</summary>
    /// <param name="name">The exact name.</param>
    /// <exception cref="SafeTensorsException">The file holds no such tensor; the message lists those it holds.</exception>
    public SafeTensor this[string name] => TryGet(name, out SafeTensor? tensor)
        ? tensor
        : throw new SafeTensorsException(Name, SafeTensorsReason.MissingTensor, $"there is no tensor '{name}'. {Listing()}");

    /// <summary>The tensor of a name, where there is one.</summary>
    /// <param name="name">The exact name.</param>
    /// <param name="tensor">The tensor, or null.</param>
    /// <returns>Whether the file holds it.</returns>
    public bool TryGet(string name, [NotNullWhen(true)] out SafeTensor? tensor) => _byName.TryGetValue(name, out tensor);

    private string Listing()
    {
        const int Shown = 20;
        if (Tensors.Count == 0)
        {
            return "The file holds none.";
        }

        string names = string.Join(", ", Tensors.Take(Shown).Select(tensor => tensor.Name));
        return Tensors.Count <= Shown ? $"It holds {names}." : $"It holds {names} and {Tensors.Count - Shown} more.";
    }
}
