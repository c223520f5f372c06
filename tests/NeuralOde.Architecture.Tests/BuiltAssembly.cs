using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace NeuralOde.Architecture.Tests;

/// <summary>One of the project's assemblies, read from its file.</summary>
internal sealed class BuiltAssembly : IDisposable
{
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly TypeCollector _collector;

    public BuiltAssembly(string name)
    {
        Name = name;
        _file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, name + ".dll")));
        _metadata = _file.GetMetadataReader();
        _collector = new TypeCollector(_metadata);
    }

    public string Name { get; }

    /// <summary>The names of the assemblies that it references.</summary>
    public IReadOnlyList<string> References => [.. _metadata.AssemblyReferences.Select(x => _metadata.GetString(_metadata.GetAssemblyReference(x).Name))];

    /// <summary>The names of the assemblies that may see its internals.</summary>
    public IReadOnlyList<string> Friends =>
    [
        .. from handle in _metadata.GetAssemblyDefinition().GetCustomAttributes()
           let attribute = _metadata.GetCustomAttribute(handle)
           where attribute.Constructor.Kind == HandleKind.MemberReference
           let parent = _metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent
           where parent.Kind == HandleKind.TypeReference
               && _metadata.GetString(_metadata.GetTypeReference((TypeReferenceHandle)parent).Name) == "InternalsVisibleToAttribute"
           select FirstString(attribute),
    ];

    /// <summary>The full names of its own types that are not within another one, without the number of type parameters.</summary>
    public IReadOnlyList<string> Types => [.. _metadata.TypeDefinitions.Where(x => !_metadata.GetTypeDefinition(x).IsNested && IsOwn(x)).Select(FullName)];

    /// <summary>Each use of a type by a type of another namespace of this assembly.</summary>
    public IEnumerable<TypeUse> UsesBetweenNamespaces()
    {
        foreach (TypeDefinitionHandle user in _metadata.TypeDefinitions.Where(IsOwn))
        {
            foreach (TypeDefinitionHandle used in _collector.UsedBy(user, _file).Where(IsOwn))
            {
                if (NamespaceOf(user) != NamespaceOf(used))
                {
                    yield return new TypeUse(NamespaceOf(user), FullName(user), NamespaceOf(used), FullName(used));
                }
            }
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>The compiler adds types of its own, in no namespace or in that of the framework.</summary>
    private bool IsOwn(TypeDefinitionHandle type) => NamespaceOf(type).StartsWith("NeuralOde", StringComparison.Ordinal) && !FullName(type).Contains('<', StringComparison.Ordinal);

    private string NamespaceOf(TypeDefinitionHandle type) => _metadata.GetString(_metadata.GetTypeDefinition(Outermost(type)).Namespace);

    private string FullName(TypeDefinitionHandle type) => $"{NamespaceOf(type)}.{_metadata.GetString(_metadata.GetTypeDefinition(Outermost(type)).Name).Split('`')[0]}";

    private TypeDefinitionHandle Outermost(TypeDefinitionHandle type)
    {
        while (_metadata.GetTypeDefinition(type).IsNested)
        {
            type = _metadata.GetTypeDefinition(type).GetDeclaringType();
        }

        return type;
    }

    private string FirstString(CustomAttribute attribute)
    {
        BlobReader value = _metadata.GetBlobReader(attribute.Value);
        value.ReadUInt16();
        return value.ReadSerializedString()!;
    }
}

/// <summary>A type that uses a type of another namespace.</summary>
internal sealed record TypeUse(string FromNamespace, string From, string ToNamespace, string To);
