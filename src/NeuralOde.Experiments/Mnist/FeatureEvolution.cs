namespace NeuralOde.Experiments.Mnist;

/// <summary>How the features of one image move through a classifier's equation.</summary>
/// <param name="Times">The times, from 0 to 1.</param>
/// <param name="Rows">Height of the feature maps.</param>
/// <param name="Columns">Their width.</param>
/// <param name="Channels">Their number.</param>
/// <param name="States">For each time, the features <c>[rows, columns, channels]</c>.</param>
/// <param name="Probabilities">For each time, the probability that the layers after the equation give to each class if it ends then.</param>
public sealed record FeatureEvolution(
    IReadOnlyList<double> Times, int Rows, int Columns, int Channels, IReadOnlyList<float[]> States, IReadOnlyList<double[]> Probabilities)
{
    /// <summary>One channel at one time.</summary>
    /// <param name="time">The number of the time, from 0.</param>
    /// <param name="channel">The channel, from 0.</param>
    /// <returns>Its map, row by row from the top.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such time or channel.</exception>
    public double[] Map(int time, int channel)
    {
        Require(time, Times.Count, nameof(time));
        Require(channel, Channels, nameof(channel));
        float[] state = States[time];
        return [.. Enumerable.Range(0, Rows * Columns).Select(i => (double)state[(i * Channels) + channel])];
    }

    /// <summary>The channels by how far they move from the first time to the last, the farthest first.</summary>
    /// <returns>All channels.</returns>
    public IReadOnlyList<int> ByMotion() =>
    [
        .. Enumerable.Range(0, Channels).OrderByDescending(channel => Map(0, channel).Zip(Map(Times.Count - 1, channel), static (a, b) => (a - b) * (a - b)).Sum()),
    ];

    private static void Require(int index, int count, string name) =>
        ArgumentOutOfRangeException.ThrowIf((uint)index >= (uint)count, name, index, $"There are {count}, counted from 0.");
}
