using System.Globalization;
using NeuralOde.Series.Tables;
using NeuralOde.Series.Times;

namespace NeuralOde.Series.Tests.Times;

public class DateTests
{
    private static TimeSeriesSet Read(string[] times, TimeFormat format = TimeFormat.Automatic) => TimeSeriesSet.FromTable(
        CsvTable.Parse("date;x\n" + string.Concat(times.Select(static (x, i) => $"{x};{i}\n")), "t.csv", new CsvOptions { Delimiter = ';' }),
        new TimeSeriesOptions { TimeFormat = format, MinimumPoints = 1 });

    [Theory]
    [InlineData("2024-03-01T00:00:00.000000000|2024-03-02T12:00:00.000000000", "2024-03-01", 1.5)]
    [InlineData("2024-03-01 12:00:00+00|2024-03-02 12:00:00+00", "2024-03-01T12:00:00Z", 1)]
    [InlineData("2024-03-01T12:00:00+01:00|2024-03-02T12:00:00+01:00", "2024-03-01T12:00:00+01:00", 1)]
    [InlineData("2024-03-01T12:00-0330|2024-03-02T12:00-0330", "2024-03-01T12:00:00-03:30", 1)]
    [InlineData("2024/03/01|2024/03/15", "2024-03-01", 14)]
    [InlineData("01.03.2024|15.03.2024", "2024-03-01", 14)]
    [InlineData("1.3.2024|2.3.2024", "2024-03-01", 1)]
    [InlineData("1/3/2024 06:00|15/3/2024 06:00", "2024-03-01T06:00:00", 14)]
    [InlineData("03/01/2024|03/15/2024", "2024-03-01", 14)]
    [InlineData("2024-02|2024-03", "2024-02-01", 29)]
    [InlineData("2024M02|2024M03", "2024-02-01", 29)]
    [InlineData("2024Q1|2024Q2", "2024-01-01", 91)]
    [InlineData("2024-Q4|2025-Q1", "2024-10-01", 92)]
    [InlineData("Q1 2024|Q2 2024", "2024-01-01", 91)]
    [InlineData("1 Mar 2024|2 Mar 2024", "2024-03-01", 1)]
    [InlineData("01-Mar-2024|02-Mar-2024", "2024-03-01", 1)]
    [InlineData("March 1, 2024|March 2, 2024", "2024-03-01", 1)]
    [InlineData("1 Mar 2024 06:30|2 Mar 2024 18:30", "2024-03-01T06:30:00", 1.5)]
    [InlineData("Mar 2024|Apr 2024", "2024-03-01", 31)]
    [InlineData("1709251200|1709337600", "1709251200", 1)]
    [InlineData("1709251200000|1709251200500", "1709251200000", 0.5 / 86400)]
    [InlineData("1709251200000000|1709251200000001", "1709251200000000", 1e-6 / 86400)]
    [InlineData("1709251200000000000|1709251200000000100", "1709251200000000000", 1e-7 / 86400)]
    [InlineData("1709251200000000001|1709251200000000002", "1709251200000000001", 1e-9 / 86400)]
    public void Dates_of_every_common_kind_are_read_and_written_back(string times, string first, double days)
    {
        TimeSeriesSet set = Read(times.Split('|'));

        ReadOnlySpan<double> read = set.Series[0].Times;
        Assert.Equal(days, read[1] - read[0], 1e-15 * days);
        Assert.True(set.Time.IsDate);
        Assert.Equal(first, set.Time.Text(read[0]));
        Assert.Equal(read[1], set.Time.Parse(set.Time.Text(read[1])), 1e-11);
    }

    [Fact]
    public void Times_that_doubles_cannot_tell_apart_are_exact_relative_to_the_first()
    {
        string[] times = [.. Enumerable.Range(0, 12).Select(static i => (1709251200000000000 + (100L * i)).ToString(CultureInfo.InvariantCulture))];

        TimeSeriesSet set = Read(times);

        Assert.Equal(Enumerable.Range(0, 12).Select(static i => 100.0 * i / 86400e9), set.Series[0].Times.ToArray());
        Assert.Equal(times, set.Series[0].Times.ToArray().Select(set.Time.Text));
        Assert.Contains("too fine", Assert.Throws<TableException>(() => Read(times, TimeFormat.Number)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Day_and_month_that_no_row_tells_apart_are_an_error_that_shows_both()
    {
        TableException error = Assert.Throws<TableException>(() => Read(["01/02/2024", "02/02/2024"]));

        Assert.Equal(TableReason.AmbiguousDate, error.Reason);
        Assert.Contains("'01/02/2024' can be 2024-02-01 and 2024-01-02", error.Message, StringComparison.Ordinal);
        Assert.Equal([0.0, 1], Read(["01/02/2024", "02/02/2024"], TimeFormat.DayMonthYear).Series[0].Times);
        Assert.Equal([0.0, 31], Read(["01/02/2024", "02/02/2024"], TimeFormat.MonthDayYear).Series[0].Times);
        Assert.Contains("other way around", Assert.Throws<TableException>(() => Read(["13/01/2024", "01/14/2024"])).Message, StringComparison.Ordinal);
        Assert.Contains("month first", Assert.Single(Read(["01/13/2024", "01/14/2024"]).Notes).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Offsets_are_kept_or_become_UTC_with_a_word()
    {
        TimeSeriesSet one = Read(["2024-03-01T12:00:00+01:00", "2024-03-02T12:00:00+01:00"]);
        TimeSeriesSet two = Read(["2024-03-30T12:00:00+01:00", "2024-04-01T12:00:00+02:00"]);

        Assert.Empty(one.Notes);
        Assert.Equal("2024-03-03T12:00:00+01:00", one.Time.Text(2));
        Assert.Equal(2, one.Time.Parse("2024-03-03T12:00"));
        Assert.Equal(2, one.Time.Parse("2024-03-03T11:00Z"));
        Assert.Equal("2024-03-30T11:00:00Z", two.Time.Text(0));
        Assert.Contains("in UTC", Assert.Single(two.Notes).ToString(), StringComparison.Ordinal);
        Assert.Contains("no offset", Assert.Throws<TableException>(() => Read(["2024-03-01T12:00Z", "2024-03-02T12:00"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2024-02-30")]
    [InlineData("2024-03-01T25:00")]
    [InlineData("2024-03-01T12:00:00.1234567890")]
    [InlineData("0000-01-01")]
    [InlineData("2024-03-01T12:00+1")]
    [InlineData("24-03-01")]
    [InlineData("2024Q5")]
    [InlineData("0001-01-01T00:00+14:00")]
    public void What_is_no_date_is_an_error(string text) => Assert.Equal(TableReason.NotATime, Assert.Throws<TableException>(() => Read(["2024-03-01", text])).Reason);
}
