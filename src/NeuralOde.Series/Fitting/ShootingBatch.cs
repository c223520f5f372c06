namespace NeuralOde.Series.Fitting;

/// <summary>Pieces that are solved together, on the time since their own starts.</summary>
/// <param name="First">The row of the first one.</param>
/// <param name="Count">How many.</param>
/// <param name="Times">All times since a piece's start at which any of them is compared or continued, rising from 0.</param>
internal sealed record ShootingBatch(int First, int Count, double[] Times)
{
    /// <summary>The nearest of the times.</summary>
    public int TimeIndex(double time)
    {
        int index = Array.BinarySearch(Times, time);
        if (index >= 0)
        {
            return index;
        }

        index = ~index;
        return index == Times.Length || (index > 0 && time - Times[index - 1] < Times[index] - time) ? index - 1 : index;
    }
}
