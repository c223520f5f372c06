namespace NeuralOde.Solvers.Tests;

/// <summary>
/// Rooted trees, which index the order conditions (Hairer, Nørsett, Wanner I, II.2):
/// a method has order p where Σ b_i Φ_i(τ) = 1/γ(τ) for all trees τ of at most p nodes.
/// </summary>
internal sealed class RootedTree
{
    private readonly RootedTree[] _children;

    private RootedTree(RootedTree[] children)
    {
        _children = children;
        Order = 1 + children.Sum(child => child.Order);
        Density = Order * children.Aggregate(1.0, (product, child) => product * child.Density);
        Name = "[" + string.Concat(children.Select(child => child.Name)) + "]";
    }

    public int Order { get; }

    public double Density { get; }

    public string Name { get; }

    public static IReadOnlyList<RootedTree> UpTo(int order)
    {
        var trees = new List<RootedTree>();
        for (int n = 1; n <= order; n++)
        {
            trees.AddRange(Forests(n - 1, trees.Count - 1, trees).Select(children => new RootedTree([.. children])).ToArray());
        }

        return trees;
    }

    /// <summary>Φ_i for every stage i, those for dense output included.</summary>
    public double[] ElementaryWeights(ButcherTableau tableau)
    {
        double[] weights = [.. Enumerable.Repeat(1.0, tableau.StageCount + tableau.DenseStageCount)];
        foreach (RootedTree child in _children)
        {
            double[] inner = child.ElementaryWeights(tableau);
            for (int i = 0; i < weights.Length; i++)
            {
                double sum = 0;
                for (int j = 0; j < i; j++)
                {
                    sum += (i < tableau.StageCount ? tableau.A(i) : tableau.DenseStage(i - tableau.StageCount))[j] * inner[j];
                }

                weights[i] *= sum;
            }
        }

        return weights;
    }

    /// <summary>Multisets of trees, none after the given index, with so many nodes in all.</summary>
    private static IEnumerable<IEnumerable<RootedTree>> Forests(int nodes, int last, IReadOnlyList<RootedTree> trees)
    {
        if (nodes == 0)
        {
            yield return [];
            yield break;
        }

        for (int i = last; i >= 0; i--)
        {
            if (trees[i].Order <= nodes)
            {
                foreach (IEnumerable<RootedTree> rest in Forests(nodes - trees[i].Order, i, trees))
                {
                    yield return rest.Prepend(trees[i]);
                }
            }
        }
    }
}
