namespace NeuralOde.Solvers;

/// <summary>Two stages of an explicit method at one time: their inputs and derivatives differ by what the field's Jacobian makes of the difference.</summary>
internal sealed class StagePair
{
    private StagePair(int first, int second, double[] difference)
    {
        First = first;
        Second = second;
        Difference = new LinearCombination(difference);
    }

    public int First { get; }

    public int Second { get; }

    /// <summary>The difference of the inputs, second less first, over the step's length.</summary>
    public LinearCombination Difference { get; }

    /// <summary>The last such pair; only stages at the step's end are of one age with the step.</summary>
    /// <param name="a">Rows, strictly lower triangular.</param>
    /// <param name="c">Nodes.</param>
    public static StagePair? Find(double[][] a, double[] c)
    {
        int second = Array.LastIndexOf(c, 1);
        int first = second <= 0 ? -1 : Array.LastIndexOf(c, 1, second - 1);
        if (first < 0)
        {
            return null;
        }

        double[] difference = [.. Enumerable.Range(0, second).Select(i => a[second][i] - (i < first ? a[first][i] : 0))];
        return difference.AsSpan().ContainsAnyExcept(0.0) ? new StagePair(first, second, difference) : null;
    }
}
