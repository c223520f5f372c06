using NeuralOde.Experiments.Dynamics;
using NeuralOde.Tensors;

namespace NeuralOde.Experiments.Tests.Dynamics;

public class ObservationWindowsTests
{
    private const double Interval = 0.25;
    private const int Count = 100;

    // State i is (i, −i), so that what a window holds tells where it came from.
    private static readonly float[] s_states = [.. Enumerable.Range(0, Count).SelectMany(i => new float[] { i, -i })];

    [Fact]
    public void Windows_hold_consecutive_states_from_their_start_and_times_from_zero()
    {
        ObservationWindows windows = Create(new WindowOptions { Count = 3 }, 1);
        for (int draw = 0; draw < 200; draw++)
        {
            windows.Draw();
            for (int i = 0; i < windows.PointCount; i++)
            {
                Assert.Equal(i * Interval, windows.Times[i]);
                for (int window = 0; window < 3; window++)
                {
                    int at = ((i * 3) + window) * 2;
                    Assert.Equal(windows.Starts[window] + i, windows.Observed[at]);
                    Assert.Equal(-windows.Observed[at], windows.Observed[at + 1]);
                }
            }

            Assert.True(windows.Initial.SequenceEqual(windows.Observed[..6]));
            Assert.Equal(3, windows.Starts.ToArray().Distinct().Count());
        }
    }

    [Fact]
    public void Lengths_span_the_range_asked_for()
    {
        ObservationWindows windows = Create(new WindowOptions { MinDuration = 1, MaxDuration = 5 }, 2);
        var lengths = new HashSet<int>();
        for (int draw = 0; draw < 1_000; draw++)
        {
            windows.Draw();
            lengths.Add(windows.PointCount);
        }

        // Durations on [1, 5) at an interval of 0.25 reach 4 to 19 points beyond the first, each with probability 1/16: that one
        // never comes in 1,000 draws has a probability below 1e-26.
        Assert.Equal(Enumerable.Range(5, 16), lengths.Order());
    }

    [Fact]
    public void Starts_reach_the_first_and_the_last_window()
    {
        ObservationWindows windows = Create(WindowOptions.OfPoints(1, 10, Interval), 3);
        var starts = new HashSet<int>();
        for (int draw = 0; draw < 5_000; draw++)
        {
            windows.Draw();
            Assert.Equal(10, windows.PointCount);
            starts.Add(windows.Starts[0]);
        }

        Assert.Equal(Enumerable.Range(0, Count - 10 + 1), starts.Order());
    }

    [Fact]
    public void A_window_of_too_many_points_keeps_some_in_order_and_its_first()
    {
        ObservationWindows windows = Create(new WindowOptions { MinDuration = 10, MaxDuration = 10, MaxPoints = 8 }, 4);
        var seen = new HashSet<double>();
        for (int draw = 0; draw < 500; draw++)
        {
            windows.Draw();
            double[] times = windows.Times.ToArray();
            Assert.Equal(8, times.Length);
            Assert.Equal(0, times[0]);
            Assert.All(times.Zip(times.Skip(1)), x => Assert.True(x.Second > x.First));
            Assert.True(times[^1] <= 10);
            Assert.Equal(windows.Starts[0] + (times[^1] / Interval), windows.Observed[^2], 1e-6);
            seen.UnionWith(times);
        }

        Assert.Equal(41, seen.Count);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(3, 2)]
    [InlineData(1, 1_000)]
    [InlineData(1e-6, 1e-5)]
    public void Durations_that_do_not_fit_are_refused(double shortest, double longest) =>
        Assert.True(
            Record.Exception(() => Create(new WindowOptions { MinDuration = shortest, MaxDuration = longest }, 0)) is WindowException or NeuralOde.Settings.SettingException);

    [Fact]
    public void More_windows_than_there_are_starts_are_refused() =>
        Assert.Throws<WindowException>(() => Create(WindowOptions.OfPoints(12, 90, Interval), 0));

    [Fact]
    public void Draw_allocates_nothing()
    {
        ObservationWindows windows = Create(new WindowOptions { Count = 4 }, 5);
        Assert.Equal(0, Allocation.InSteadyState(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                windows.Draw();
            }
        }));
    }

    private static ObservationWindows Create(WindowOptions options, long seed) => new(s_states, 2, Interval, options, new RandomSource(seed));
}
