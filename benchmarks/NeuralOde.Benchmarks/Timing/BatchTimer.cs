using System.Diagnostics;

namespace NeuralOde.Benchmarks.Timing;

/// <summary>Times work that can be repeated.</summary>
/// <remarks>
/// The run time compiles a method again when it has been called often (tiered compilation), on another thread and with a delay. So work
/// is first repeated until its time has stopped falling; then it is timed in batches that are long against the clock's resolution.
/// Works that are compared are timed in turn, batch by batch, so that a change of the machine's clock rate meets them all.
/// </remarks>
internal sealed class BatchTimer(Clock clock, int batches = 25, double batchNanoseconds = 1e6)
{
    private const double WarmUpNanoseconds = 6e8;
    private const double LongestWarmUpNanoseconds = 3e9;
    private const int RecentBatches = 9;
    private const int MostRepetitions = 1 << 26;

    public Clock Clock => clock;

    /// <summary>Times one work.</summary>
    /// <param name="repeat">Does the work the given number of times.</param>
    public Measurement Measure(Action<int> repeat) => MeasureInTurn(repeat)[0];

    /// <summary>Times several works in turn.</summary>
    public Measurement[] MeasureInTurn(params Action<int>[] works) => Array.ConvertAll(TimesInTurn(works), static x => Measurement.Of(x));

    /// <summary>Times two works in turn, and takes the quotient of each pair of neighboring batches.</summary>
    /// <returns>The time of the second, and the median of first over second.</returns>
    public (Measurement Second, double Quotient) Compare(Action<int> first, Action<int> second)
    {
        double[][] times = TimesInTurn([first, second]);
        return (Measurement.Of(times[1]), Measurement.Of(times[0].Zip(times[1], static (x, y) => x / y)).Median);
    }

    private double[][] TimesInTurn(Action<int>[] works)
    {
        int[] counts = Array.ConvertAll(works, WarmUp);
        double[][] times = new double[works.Length][];
        for (int i = 0; i < works.Length; i++)
        {
            times[i] = new double[batches];
        }

        for (int batch = 0; batch < batches; batch++)
        {
            for (int i = 0; i < works.Length; i++)
            {
                times[i][batch] = Time(works[i], counts[i]) / counts[i];
            }
        }

        return times;
    }

    /// <summary>Repeats a work until its time has stopped falling, and says how often it fits a batch.</summary>
    private int WarmUp(Action<int> repeat)
    {
        int count = 1;
        while (Time(repeat, count) < batchNanoseconds && count < MostRepetitions)
        {
            count *= 2;
        }

        // Tiered compilation waits until no method has become hot for 100 ms, twice for a method that it instruments between, and works
        // on its own thread.
        long start = Stopwatch.GetTimestamp();
        var recent = new Queue<double>();
        double before = double.PositiveInfinity;
        while (true)
        {
            recent.Enqueue(Time(repeat, count) / count);
            if (recent.Count < RecentBatches && Stopwatch.GetElapsedTime(start).TotalNanoseconds <= LongestWarmUpNanoseconds)
            {
                continue;
            }

            // The median: a single batch may be off in either direction, the clock of a virtual machine's thread even by all of it.
            double now = Measurement.Of(recent).Median;
            double elapsed = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
            if (elapsed > LongestWarmUpNanoseconds || (elapsed > WarmUpNanoseconds && now > 0.97 * before))
            {
                return Math.Clamp((int)Math.Ceiling(batchNanoseconds / now), 1, 16 * count);
            }

            before = now;
            recent.Clear();
        }
    }

    private double Time(Action<int> repeat, int count)
    {
        double start = clock.Now();
        repeat(count);
        return clock.Now() - start;
    }
}
