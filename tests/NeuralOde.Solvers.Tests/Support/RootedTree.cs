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
        double[][] a =
        [
            .. Enumerable.Range(0, tableau.StageCount).Select(i => tableau.A(i).ToArray()),
            .. Enumerable.Range(0, tableau.DenseStageCount).Select(i => tableau.DenseStage(i).ToArray()),
        ];
        return ElementaryWeights(_ => a);
    }

    /// <summary>Φ_i for every stage i, where the coefficients of an edge depend on the node at its upper end.</summary>
    /// <param name="coefficients">The coefficients of the edges from a node to its children: rows of any length up to the number of stages.</param>
    public double[] ElementaryWeights(Func<RootedTree, double[][]> coefficients)
    {
        double[][] a = coefficients(this);
        double[] weights = [.. Enumerable.Repeat(1.0, a.Length)];
        foreach (RootedTree child in _children)
        {
            double[] inner = child.ElementaryWeights(coefficients);
            for (int i = 0; i < weights.Length; i++)
            {
                double sum = 0;
                for (int j = 0; j < a[i].Length; j++)
                {
                    sum += a[i][j] * inner[j];
                }

                weights[i] *= sum;
            }
        }

        return weights;
    }

    public int ChildCount => _children.Length;

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
