using NeuralOde.Series.Evaluation;

namespace NeuralOde.Series.Tests.Evaluation;

public class HoldOutTests
{
    [Fact]
    public void A_single_series_without_a_name_is_not_named_in_messages()
    {
        TimeSeriesSet data = new(["x"], [new TimeSeries("", [0, 1, 2], [0, 1, 2])]);
        SeriesException error = Assert.Throws<SeriesException>(() => HoldOut.Count(2).Split(data));
        Assert.StartsWith("The series has 3 observed points", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("leave the series out", error.Message, StringComparison.Ordinal);
    }

    private static readonly TimeSeriesSet s_two = new(
        ["x", "y"],
        [
            new TimeSeries("a", [0, 1, 2, 4, 8, 9], [1, 10, 2, double.NaN, 3, 30, double.NaN, double.NaN, 5, 50, 6, double.NaN], [], [0, 1, 2, 3, 4, 5]),
            new TimeSeries("b", [0, 3, 6], [1, 1, double.NaN, 4, 2, 2], [], [0, 0, 0]),
        ],
        inputs: ["dose"],
        seriesName: "id");

    [Fact]
    public void Count_takes_the_last_observed_points_of_every_series()
    {
        HoldOutSplit split = HoldOut.Count(1).Split(s_two);

        Assert.Equal([0.0, 1, 2, 4, 8], split.Training.Series[0].Times);
        Assert.Equal([9.0], split.HeldOut.Series[0].Times);
        Assert.Equal([6.0, double.NaN], split.HeldOut.Series[0].Values);
        Assert.Equal([5.0], split.HeldOut.Series[0].InputValues);
        Assert.Equal([6.0], split.HeldOut.Series[1].Times);
        Assert.Equal(["a", "b"], split.HeldOut.Series.Select(series => series.Id));
    }

    [Fact]
    public void Points_without_an_observation_do_not_count()
    {
        // The point at time 4 has no value: the last three that have one begin at time 2.
        Assert.Equal([2.0, 4, 8, 9], HoldOut.Count(3).Split(One("a")).HeldOut.Series[0].Times);
    }

    [Theory]
    [InlineData(0.01, 1)]
    [InlineData(0.3, 2)]
    [InlineData(0.5, 3)]
    public void Fraction_is_rounded_but_takes_at_least_one(double fraction, int heldOut)
    {
        TimeSeries series = HoldOut.Fraction(fraction).Split(One("a")).HeldOut.Series[0];

        Assert.Equal(heldOut, Enumerable.Range(0, series.Count).Count(series.IsObserved));
    }

    [Fact]
    public void Span_takes_what_is_later_than_the_end_less_the_span()
    {
        Assert.Equal([9.0], HoldOut.Span(1).Split(One("a")).HeldOut.Series[0].Times);
        Assert.Equal([8.0, 9], HoldOut.Span(1.5).Split(One("a")).HeldOut.Series[0].Times);
    }

    [Fact]
    public void Parts_make_up_the_whole_and_do_not_overlap()
    {
        foreach (HoldOut rule in new[] { HoldOut.Count(1), HoldOut.Fraction(0.2), HoldOut.Span(0.5) })
        {
            (TimeSeriesSet training, TimeSeriesSet heldOut) = rule.Split(s_two);
            for (int i = 0; i < s_two.Series.Count; i++)
            {
                Assert.Equal(s_two.Series[i].Times, [.. training.Series[i].Times, .. heldOut.Series[i].Times]);
                Assert.Equal(s_two.Series[i].Values, [.. training.Series[i].Values, .. heldOut.Series[i].Values]);
            }
        }
    }

    [Fact]
    public void Series_that_would_keep_too_little_is_named()
    {
        Assert.StartsWith(
            "Series 'b' has 3 observed points; holding out the last 2 would leave 1 of them, and at least 2 are needed",
            Assert.Throws<SeriesException>(() => HoldOut.Count(2).Split(s_two)).Message, StringComparison.Ordinal);
        Assert.Throws<SeriesException>(() => HoldOut.Span(100).Split(s_two));
        Assert.Throws<SeriesException>(() => HoldOut.Count(1).Split(s_two.WithSeries([new TimeSeries("c", [0, 1], [double.NaN, double.NaN, double.NaN, double.NaN], [], [0, 0])])));
    }

    [Fact]
    public void Rules_check_their_numbers()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => HoldOut.Count(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => HoldOut.Fraction(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => HoldOut.Fraction(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => HoldOut.Span(0));
    }

    [Fact]
    public void Naive_forecast_repeats_the_last_training_value_of_each_component()
    {
        TimeSeriesSet naive = NaiveForecast.LastObserved(HoldOut.Count(2).Split(One("a")));

        Assert.Equal([8.0, 9], naive.Series[0].Times);
        Assert.Equal([3.0, 30, 3, 30], naive.Series[0].Values);
    }

    [Fact]
    public void Naive_forecast_of_a_component_never_observed_is_the_mean_of_the_others()
    {
        var set = new TimeSeriesSet(
            ["x"], [new TimeSeries("a", [0, 1, 2], [2, 6, 100]), new TimeSeries("b", [0, 1, 2], [double.NaN, double.NaN, 7])], seriesName: "id");
        var split = new HoldOutSplit(
            set.WithSeries([.. set.Series.Select(series => series.Slice(0, 2))]), set.WithSeries([.. set.Series.Select(series => series.Slice(2, 1))]));

        Assert.Equal([4.0], NaiveForecast.LastObserved(split).Series[1].Values);
    }

    private static TimeSeriesSet One(string id) => s_two.WithSeries([s_two.Series.Single(series => series.Id == id)]);

    [Theory]
    [InlineData("5", true, "5")]
    [InlineData("0.2", true, "0.2")]
    [InlineData("0", true, null)]
    [InlineData("None", true, null)]
    [InlineData("1.5", false, null)]
    [InlineData("-1", false, null)]
    [InlineData("lots", false, null)]
    public void A_rule_is_read_from_its_text_and_written_as_it(string text, bool isRule, string? written)
    {
        Assert.Equal(isRule, HoldOut.TryParse(text, out HoldOut? rule));
        Assert.Equal(written, rule?.ToString());
    }
}
