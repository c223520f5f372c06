namespace NeuralOde.Benchmarks.Timing;

/// <summary>Times runs whose steps cost differently, such as training runs, repeated with the same numbers.</summary>
internal static class RunTimer
{
    /// <summary>The mean over the steps of each step's median over the repeated runs (and of its quartiles), after one run that warms up the code.</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="steps">Steps of a run.</param>
    /// <param name="runs">How many runs are timed.</param>
    /// <param name="run">Makes one run and writes each step's nanoseconds.</param>
    public static Measurement Measure(Clock clock, int steps, int runs, Action<Clock, double[]> run)
    {
        double[][] times = [.. Enumerable.Range(0, runs).Select(_ => new double[steps])];

        // Twice, with a pause: what the first run made hot is compiled in the background, and called by the second.
        for (int i = 0; i < 2; i++)
        {
            run(clock, times[0]);
            Thread.Sleep(150);
        }

        foreach (double[] time in times)
        {
            run(clock, time);
        }

        Measurement[] each = [.. Enumerable.Range(0, steps).Select(step => Measurement.Of(times.Select(x => x[step])))];
        return new Measurement(each.Average(static x => x.LowerQuartile), each.Average(static x => x.Median), each.Average(static x => x.UpperQuartile), runs);
    }
}
