namespace NeuralOde.Architecture.Tests;

/// <summary>The assemblies as they were built: what they reference, what they let others see, and how the namespaces within them use one another.</summary>
public class ArchitectureTests
{
    /// <summary>Each assembly, and what of the project it may reference: the table of docs/architecture.md.</summary>
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["NeuralOde.Solvers"] = [],
        ["NeuralOde.Tensors"] = [],
        ["NeuralOde"] = ["NeuralOde.Solvers", "NeuralOde.Tensors"],
        ["NeuralOde.Distributed"] = ["NeuralOde", "NeuralOde.Solvers", "NeuralOde.Tensors"],
        ["NeuralOde.Series"] = ["NeuralOde", "NeuralOde.Solvers", "NeuralOde.Tensors"],
        ["NeuralOde.Equations"] = ["NeuralOde", "NeuralOde.Solvers", "NeuralOde.Tensors", "NeuralOde.Series"],
        ["NeuralOde.Reports"] = [],
        ["NeuralOde.Experiments"] = ["NeuralOde", "NeuralOde.Distributed", "NeuralOde.Solvers", "NeuralOde.Tensors", "NeuralOde.Series", "NeuralOde.Reports"],
        ["NeuralOde.Cli"] = ["NeuralOde", "NeuralOde.Distributed", "NeuralOde.Solvers", "NeuralOde.Tensors", "NeuralOde.Series", "NeuralOde.Equations", "NeuralOde.Reports",
            "NeuralOde.Experiments"],
    };

    /// <summary>Circles that stand for now, each with the reason.</summary>
    private static readonly Dictionary<string, string[]> s_knownCircles = new()
    {
        // A tensor makes operations, and an operation makes tensors and knows its compiled form: one engine, to be cut when a second back end comes.
        ["NeuralOde.Tensors"] = ["NeuralOde.Tensors", "NeuralOde.Tensors.Operations"],
    };

    /// <summary>Who may see whose internals, each with the reason.</summary>
    private static readonly Dictionary<string, string[]> s_friends = new()
    {
        // Layers keep their memory and run their kernels as operations do.
        ["NeuralOde.Tensors"] = ["NeuralOde"],

        // Commands of experiments are nobody's to call but the tool's. Neither assembly is a library.
        ["NeuralOde.Experiments"] = ["NeuralOde.Cli"],
    };

    /// <summary>Names of two types with one meaning, or of which one is nobody's to use; each with the reason.</summary>
    private static readonly string[] s_knownTwins =
    [
        "Program", // The tool's entry point has the name that C# gives it; the other one is a compiled function.
        "Linear", // A layer, and the operation that the engine makes of its product, sum and activation, which nobody outside of it sees.
        "ValueList", // One idea; the reports reference nothing, and keep theirs to themselves.
        "ErrorScale", // The scale on which a forecast's error is measured; the solvers' one, which nobody outside of them sees, weighs a step's error.
        "NearestName", // Both suggest what a misspelled name may have meant, and neither assembly shows it to others.
    ];

    public static TheoryData<string> Assemblies => [.. s_allowed.Keys];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void An_assembly_references_only_what_the_table_allows(string name)
    {
        using var assembly = new BuiltAssembly(name);
        Assert.Empty(assembly.References.Where(static x => x.StartsWith("NeuralOde", StringComparison.Ordinal)).Except(s_allowed[name]));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void An_assembly_shows_its_internals_only_to_those_on_the_list(string name)
    {
        using var assembly = new BuiltAssembly(name);
        Assert.Equal(s_friends.GetValueOrDefault(name, []), assembly.Friends.Intersect(s_allowed.Keys));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Namespaces_use_one_another_without_a_circle(string name)
    {
        using var assembly = new BuiltAssembly(name);
        TypeUse[] uses = [.. assembly.UsesBetweenNamespaces()];
        ILookup<string, string> graph = uses.Select(static x => (x.FromNamespace, x.ToNamespace)).Distinct().ToLookup(static x => x.FromNamespace, static x => x.ToNamespace);
        HashSet<string> known = [.. s_knownCircles.GetValueOrDefault(name, [])];
        string[] faults =
        [
            .. from use in uses
               where Reaches(graph, use.ToNamespace, use.FromNamespace) && !(known.Contains(use.FromNamespace) && known.Contains(use.ToNamespace))
               group use by (use.FromNamespace, use.ToNamespace) into edge
               orderby edge.Key
               select $"{edge.Key.FromNamespace} -> {edge.Key.ToNamespace}: {string.Join(", ", edge.Select(static x => $"{Short(x.From)} uses {Short(x.To)}").Distinct().Take(4))}",
        ];
        Assert.True(faults.Length == 0, $"Uses that are part of a circle:\n{string.Join('\n', faults)}");
    }

    [Fact]
    public void A_known_circle_that_is_gone_is_struck_from_the_list()
    {
        foreach ((string name, string[] circle) in s_knownCircles)
        {
            using var assembly = new BuiltAssembly(name);
            ILookup<string, string> graph = assembly.UsesBetweenNamespaces()
                .Select(static x => (x.FromNamespace, x.ToNamespace)).Distinct().ToLookup(static x => x.FromNamespace, static x => x.ToNamespace);
            Assert.All(circle, x => Assert.Contains(graph[x], y => circle.Contains(y) && Reaches(graph, y, x)));
        }
    }

    [Fact]
    public void No_two_types_of_different_namespaces_share_a_name()
    {
        List<string> types = [];
        foreach (string name in s_allowed.Keys)
        {
            using var assembly = new BuiltAssembly(name);
            types.AddRange(assembly.Types);
        }

        Assert.Empty(types.Distinct().GroupBy(Short).Where(x => x.Count() > 1 && !s_knownTwins.Contains(x.Key)).Select(static x => string.Join(" and ", x)));
    }

    private static string Short(string fullName) => fullName[(fullName.LastIndexOf('.') + 1)..];

    private static bool Reaches(ILookup<string, string> graph, string from, string to)
    {
        HashSet<string> seen = [];
        Stack<string> stack = new([from]);
        while (stack.TryPop(out string? node))
        {
            if (node == to)
            {
                return true;
            }

            if (seen.Add(node))
            {
                foreach (string next in graph[node])
                {
                    stack.Push(next);
                }
            }
        }

        return false;
    }
}
