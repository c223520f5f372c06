using NeuralOde.Series.Times;

namespace NeuralOde.Series.Tests.Times;

public class TimeAxisTests
{
    private static readonly TimeAxis s_days = new("date", new DateTime(1978, 1, 22, 0, 0, 0, DateTimeKind.Utc), TimeFormat.IsoDate);

    [Fact]
    public void Numbers_keep_their_bits()
    {
        var axis = new TimeAxis("t");

        Assert.Equal(0.1 + 0.2, axis.Parse(axis.Text(0.1 + 0.2)));
        Assert.Equal("t", axis.Unit);
    }

    [Theory]
    [InlineData("1978-01-22", 0)]
    [InlineData("1978-01-23", 1)]
    [InlineData("1978-01-21T12:00:00", -0.5)]
    [InlineData("2378-01-22T06:00:00", 146097.25)]
    public void Dates_are_days_since_the_first(string text, double days)
    {
        Assert.Equal(days, s_days.Parse(text));
        Assert.Equal(text, s_days.Text(days));
        Assert.Equal("days since 1978-01-22", s_days.Unit);
    }

    [Theory]
    [InlineData("1978-01-23 06:00")]
    [InlineData("1978-01-23T06:00:00.000")]
    [InlineData("1978-01-23T06:00Z")]
    [InlineData("1978-01-23T08:00:00+02:00")]
    [InlineData("1978-01-23t06:00:00.0000000Z")]
    public void Date_times_may_have_an_offset(string text) => Assert.Equal(1.25, s_days.Parse(text));

    [Fact]
    public void Times_of_day_survive_to_the_microsecond()
    {
        Assert.Equal("2018-03-04T05:06:07.654321", s_days.Text(s_days.Parse("2018-03-04T05:06:07.654321")));
    }

    [Fact]
    public void Compact_dates_are_read_in_either_form_and_written_as_ISO()
    {
        TimeAxis axis = s_days with { Format = TimeFormat.CompactDate };

        Assert.Equal(1, axis.Parse("19780123"));
        Assert.Equal(1, axis.Parse("1978-01-23"));
        Assert.Equal("1978-01-23", axis.Text(1));
    }

    [Theory]
    [InlineData("50")]
    [InlineData("19780123")]
    [InlineData("1978-13-01")]
    [InlineData("23/01/1978")]
    [InlineData("")]
    public void What_is_not_a_date_is_an_error_that_says_what_to_write(string text) =>
        Assert.Contains("Write a date such as 1978-01-22", Assert.Throws<TimeException>(() => s_days.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Times_beyond_the_calendar_are_argument_errors()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => s_days.Text(1e9));
        Assert.Throws<ArgumentOutOfRangeException>(() => s_days.Text(double.NaN));
        Assert.Throws<TimeException>(() => new TimeAxis().Parse("soon"));
    }
}
