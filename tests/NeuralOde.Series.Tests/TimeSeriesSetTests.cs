using NeuralOde.Series.Notes;
using NeuralOde.Series.Tables;
using NeuralOde.Series.Times;

namespace NeuralOde.Series.Tests;

public class TimeSeriesSetTests
{
    private static TimeSeriesSet Read(string text, TimeSeriesOptions? options = null) => TimeSeriesSet.FromTable(CsvTable.Parse(text, "t.csv"), options);

    private static string Fails(string text, TimeSeriesOptions? options = null) => Assert.Throws<TableException>(() => Read(text, options)).Message;

    [Fact]
    public void All_numeric_columns_are_the_state_by_default()
    {
        TimeSeriesSet set = Read("Year, Lynx, Hare, Note, Empty\n1900, 4.0, 30.0, x,\n1901, 6.1, NA, ,\n1902, 9.8, 70.2, y,\n");

        Assert.Equal(["Lynx", "Hare"], set.Components);
        Assert.Equal("Year", set.Time.Name);
        Assert.Equal([1900.0, 1901, 1902], set.Series[0].Times);
        Assert.Equal([4.0, 30.0, 6.1, double.NaN, 9.8, 70.2], set.Series[0].Values);
        Assert.Equal([true, true, true, false, true, true], set.Series[0].Observed);
        Assert.Equal(["Left out, because they hold text: Note.", "Left out, because they hold no value: Empty."], set.Notes.Select(static x => x.ToString()));
        Assert.Null(set.SeriesName);
    }

    [Fact]
    public void Interleaved_rows_become_series_in_order_of_appearance()
    {
        TimeSeriesSet set = Read(
            "id,time,conc,Wt,dose\nb,0,1,70,100\na,0,5,,\nb,1,2,70,\na,2,6,55.5,\nb,3,NA,70,50\na,4,7,55.5,\n",
            new TimeSeriesOptions { SeriesColumn = "ID", StateColumns = ["conc"], CovariateColumns = ["wt"], InputColumns = ["dose"] });

        Assert.Equal(["b", "a"], set.Series.Select(series => series.Id));
        Assert.Equal([0.0, 1, 3], set.Series[0].Times);
        Assert.Equal([1.0, 2, double.NaN], set.Series[0].Values);
        Assert.Equal([5.0, 6, 7], set.Series[1].Values);
        Assert.Equal([70.0], set.Series[0].Covariates);
        Assert.Equal([55.5], set.Series[1].Covariates);
        Assert.Equal([100.0, double.NaN, 50], set.Series[0].InputValues);
        Assert.Equal(["Wt"], set.Covariates);
        Assert.Equal("id", set.SeriesName);
    }

    [Fact]
    public void Dates_become_days_since_the_earliest_of_any_series()
    {
        TimeSeriesSet set = Read(
            "id,date,x\na,2020-02-28,1\na,2020-02-29,2\na,2020-03-01T12:00,3\nb,2020-02-27,1\nb,2020-03-01,2\nb,2021-02-27,3\n",
            new TimeSeriesOptions { SeriesColumn = "id" });

        Assert.Equal([1.0, 2, 3.5], set.Series[0].Times);
        Assert.Equal([0.0, 3, 366], set.Series[1].Times);
        Assert.Equal("days since 2020-02-27", set.Time.Unit);
    }

    [Fact]
    public void Eight_digits_are_dates_only_where_asked_for()
    {
        const string Text = "date,co2\n19580329,316.1\n19580405,317.3\n19580412,\n";

        TimeSeriesSet numbers = Read(Text);
        TimeSeriesSet dates = Read(Text, new TimeSeriesOptions { TimeFormat = TimeFormat.CompactDate });

        Assert.Equal(19580405, numbers.Series[0].Times[1]);
        Assert.Equal(SeriesNoteReason.TimesLookLikeDates, Assert.Single(numbers.Notes).Reason);
        Assert.Equal([0.0, 7, 14], dates.Series[0].Times);
        Assert.Equal(new DateTime(1958, 3, 29), dates.Time.Origin);
        Assert.Empty(dates.Notes);
    }

    [Theory]
    [InlineData(
        "t,x\n1,1\n2,1\n2,1\n",
        "t.csv, line 4, column 't': the time 2 equals 2 on line 3. "
            + "Merge the two rows, or if the file holds several series, name the column that tells them apart.")]
    [InlineData("t,x\n1,1\n,1\n2,1\n", "t.csv, line 3, column 't': the time is missing. Every row needs one; fill it in, or remove the row.")]
    [InlineData("t,x\n1,1\n2020-01-01,1\n2,1\n", "t.csv, line 3, column 't': '2020-01-01' is not a time. Write a number, or a date such as 1978-01-22, the same kind in all rows.")]
    [InlineData("t,x\n2020-01-01,1\n7,1\n2,1\n", "t.csv, line 3, column 't': '7' is not a date. Write a date such as 1978-01-22 or 1978-01-22T14:30, the same kind in all rows.")]
    [InlineData("t,x\n1,1\n1e999,1\n2,1\n", "t.csv, line 3, column 't': '1e999' is not a time. Write a number, or a date such as 1978-01-22, the same kind in all rows.")]
    [InlineData("t,x\n1,1\n2,1\n", "t.csv, line 2: there are 2 rows; at least 3 are needed to learn from a series. Add rows, or remove the series.")]
    [InlineData("t,x\n", "t.csv: there are no rows below the header.")]
    [InlineData("x,y\n1,1\n", "t.csv: no column is named time, t, date, datetime, timestamp or year; the columns are x, y. Say which holds the times, or take "
        + "the number of the row.")]
    [InlineData(
        "t,x\n1,1\n2,oops\n3,1\n",
        "t.csv, line 3, column 'x': 'oops' is not a number, but 2 other fields of the column are. "
            + "Write NA, NaN or nothing where a value is missing. Or name the state columns without this one.")]
    [InlineData("t,x\n1,a\n2,b\n3,c\n", "t.csv: no column is left that holds numbers to learn from; the columns are t, x.")]
    public void Faults_say_where_and_what_to_do(string text, string message) => Assert.Equal(message, Fails(text));

    [Fact]
    public void Faults_within_a_series_name_it()
    {
        var options = new TimeSeriesOptions { SeriesColumn = "id" };

        Assert.Equal(
            "t.csv, line 5, column 't': the time 1 of series 'a' equals 1 on line 2. Merge the two rows, or correct one of the times.",
            Fails("id,t,x\na,1,1\na,2,1\nb,1,1\na,1,1\n", options));
        Assert.Equal(
            "t.csv, line 5: series 'b' has 1 row; at least 3 are needed to learn from a series. Add rows, or remove the series.",
            Fails("id,t,x\na,1,1\na,2,1\na,3,1\nb,1,1\n", options));
        Assert.StartsWith("t.csv, line 3, column 'id': the series is not named.", Fails("id,t,x\na,1,1\n,2,1\na,3,1\n", options), StringComparison.Ordinal);
        Assert.StartsWith(
            "t.csv, line 4, column 'w': 3 differs from 2 on line 2 of the same series;",
            Fails("id,t,x,w\na,1,1,2\na,2,1,\na,3,1,3\n", options with { CovariateColumns = ["w"] }), StringComparison.Ordinal);
        Assert.StartsWith(
            "t.csv, line 2, column 'w': the covariate has no value",
            Fails("id,t,x,w\na,1,1,\na,2,1,\na,3,1,\n", options with { CovariateColumns = ["w"] }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-2.5")]
    public void Values_of_log_columns_must_be_above_zero(string value)
    {
        var options = new TimeSeriesOptions { LogColumns = ["y"] };

        Assert.Equal(
            $"t.csv, line 3, column 'y': {value} has no logarithm; values of a column that is modeled as "
                + "a logarithm must be above 0. Model it as it is, or write NA where it was below detection.",
            Fails($"t,x,y\n1,0,1\n2,0,{value}\n3,0,1\n", options));
        Assert.Equal(["y"], Read("t,x,y\n1,0,1\n2,0,NA\n3,0,1\n", options).LogComponents);
    }

    [Fact]
    public void Component_without_a_value_in_some_series_is_a_note_and_in_all_an_error()
    {
        TimeSeriesSet set = Read("id,t,x,y\na,1,1,1\na,2,1,\na,3,1,\nb,1,1,\nb,2,1,\nb,3,1,\n", new TimeSeriesOptions { SeriesColumn = "id" });

        Assert.Equal("'y' has no value in 1 of 2 series: 'b'.", Assert.Single(set.Notes).Problem);
        Assert.Equal(
            "t.csv, column 'y': the column holds no value. Leave it out of the state columns.",
            Fails("t,x,y\n1,1,\n2,1,\n3,1,\n", new TimeSeriesOptions { StateColumns = ["x", "y"] }));
    }

    [Fact]
    public void Column_has_one_part_only()
    {
        Assert.EndsWith(
            "it is named as time column and as state column. Name it as one of them only.",
            Fails("t,x\n1,1\n", new TimeSeriesOptions { StateColumns = ["x", "t"] }), StringComparison.Ordinal);
        Assert.Contains("named twice as state column", Fails("t,x\n1,1\n", new TimeSeriesOptions { StateColumns = ["x", "X"] }), StringComparison.Ordinal);
        Assert.Contains("not a state column", Fails("t,x,y\n1,1,1\n", new TimeSeriesOptions { StateColumns = ["x"], LogColumns = ["y"] }), StringComparison.Ordinal);
        Assert.Contains("Did you mean 'hare'?", Fails("t,hare,lynx\n1,1,1\n", new TimeSeriesOptions { StateColumns = ["hair"] }), StringComparison.Ordinal);
    }

    [Fact]
    public void Written_series_are_read_back_as_they_were()
    {
        var options = new TimeSeriesOptions { SeriesColumn = "id" };
        TimeSeriesSet set = Read("id,date,x\n\"a, 1\",2020-01-01,0.1\n\"a, 1\",2020-01-02T06:30:00,\n\"a, 1\",2020-01-04,1e-300\n", options);
        using var folder = new TemporaryFolder();

        set.WriteCsv(folder.File("out.csv"));
        var again = TimeSeriesSet.FromTable(CsvTable.Read(folder.File("out.csv")), options);

        Assert.Equal("id,date,x\n\"a, 1\",2020-01-01,0.1\n\"a, 1\",2020-01-02T06:30:00,NA\n\"a, 1\",2020-01-04,1E-300\n", File.ReadAllText(folder.File("out.csv")));
        Assert.Equal(set.Series[0].Times, again.Series[0].Times);
        Assert.Equal(set.Series[0].Values, again.Series[0].Values);
        Assert.Equal(set.Time, again.Time);
    }

    [Fact]
    public void Series_check_their_numbers()
    {
        Assert.Throws<ArgumentException>(() => new TimeSeries("a", [], []));
        Assert.Throws<ArgumentException>(() => new TimeSeries("a", [1, 1], [1, 1]));
        Assert.Throws<ArgumentException>(() => new TimeSeries("a", [1, double.NaN], [1, 1]));
        Assert.Throws<ArgumentException>(() => new TimeSeries("a", [1, 2], [1, 1, 1]));
        Assert.Throws<ArgumentException>(() => new TimeSeries("a", [1, 2], [1, double.PositiveInfinity]));
        Assert.Throws<ArgumentException>(() => new TimeSeries("a", [1, 2], [1, 1], covariates: [double.NaN]));
        Assert.Throws<ArgumentException>(() => new TimeSeries("a", [1, 2], [1, 1]).Slice(1, 2));
        Assert.Throws<IndexOutOfRangeException>(() => new TimeSeries("a", [1, 2], [1, 1])[0, 1]);
    }

    [Fact]
    public void Sets_check_that_their_parts_fit()
    {
        var series = new TimeSeries("a", [1, 2], [1, 1]);

        Assert.Throws<ArgumentException>(() => new TimeSeriesSet(["x", "y"], [series]));
        Assert.Throws<ArgumentException>(() => new TimeSeriesSet(["x"], [series, series]));
        Assert.Throws<ArgumentException>(() => new TimeSeriesSet(["x"], []));
        Assert.Throws<ArgumentException>(() => new TimeSeriesSet([], [series]));
        Assert.Throws<ArgumentException>(() => new TimeSeriesSet(["time"], [series]));
        Assert.Throws<ArgumentException>(() => new TimeSeriesSet(["x"], [series], logComponents: ["y"]));
        Assert.Throws<ArgumentException>(() => new TimeSeriesSet(["x"], [series], covariates: ["w"]));
    }
}
