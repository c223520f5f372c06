namespace NeuralOde.Solvers;

/// <summary>The non-zero terms of a row of coefficients: which stage, and its weight.</summary>
internal sealed class LinearCombination
{
    public LinearCombination(ReadOnlySpan<double> row)
    {
        var indices = new List<int>();
        var weights = new List<double>();
        for (int i = 0; i < row.Length; i++)
        {
            if (row[i] != 0)
            {
                indices.Add(i);
                weights.Add(row[i]);
            }
        }

        Indices = [.. indices];
        Weights = [.. weights];
    }

    public int[] Indices { get; }

    public double[] Weights { get; }
}
