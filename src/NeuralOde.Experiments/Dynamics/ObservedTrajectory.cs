namespace NeuralOde.Experiments.Dynamics;

/// <summary>One trajectory of a known system: exact, and as training sees it.</summary>
/// <param name="Times">The observations' times.</param>
/// <param name="Exact">The exact states, <c>[times, state]</c>.</param>
/// <param name="Observations">The observed states, <c>[times, state]</c>.</param>
/// <param name="Initial">The exact state at the first time.</param>
internal sealed record ObservedTrajectory(double[] Times, double[] Exact, float[] Observations, float[] Initial)
{
    /// <summary>The root mean square of the differences.</summary>
    public static double Rms(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double difference = (double)a[i] - b[i];
            sum += difference * difference;
        }

        return Math.Sqrt(sum / a.Length);
    }

    /// <summary>The root mean square of the differences.</summary>
    public static double Rms(double[] a, double[] b) => Math.Sqrt(a.Zip(b, static (x, y) => (x - y) * (x - y)).Average());
}
