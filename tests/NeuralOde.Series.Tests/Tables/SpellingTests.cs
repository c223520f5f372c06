using System.Globalization;
using System.IO.Compression;
using System.Text;
using NeuralOde.Series.Notes;
using NeuralOde.Series.Tables;
using NeuralOde.Series.Times;

namespace NeuralOde.Series.Tests.Tables;

public class SpellingTests
{
    private static CsvTable Parse(string text, CsvOptions? options = null) => CsvTable.Parse(text, "t.csv", options);

    private static TimeSeriesSet Read(string text, TimeSeriesOptions? options = null, CsvOptions? csv = null) => TimeSeriesSet.FromTable(Parse(text, csv), options);

    private static string Rows(params string[] values) => string.Concat(values.Select(static (x, i) => $"{i},{x}\n"));

    [Theory]
    [InlineData("time, s;temp, C\n0,5;21,7\n1,5;22,8\n2,5;23,6\n3,5;23,6\n", ';', "time, s|temp, C")]
    [InlineData("time;x;place, city, country\n0;1.5;Paris, Lutetia, France\n1;1.6;Paris, Lutetia, France\n", ';', "time|x|place, city, country")]
    [InlineData("time|x\n0|1\n1|2\n", '|', "time|x")]
    [InlineData("sep=;\ntime;x;y\n0;1;2\n", ';', "time|x|y")]
    [InlineData("sep=,\r\ntime,x\r\n0,1\r\n", ',', "time|x")]
    [InlineData("time   x  y\n0   1  2\n1 \t 3  4\n", ' ', "time|x|y")]
    [InlineData("time,\"a; b\",c\n0,1,2\n", ',', "time|a; b|c")]
    [InlineData("time\tname\n0\tA, B\n1\tC, D\n", '\t', "time|name")]
    public void Delimiter_is_the_one_by_which_most_fields_are_values(string text, char delimiter, string columns)
    {
        CsvTable table = Parse(text);

        Assert.Equal(delimiter, table.Delimiter);
        Assert.Equal(columns.Split('|'), table.Columns);
    }

    [Fact]
    public void Ragged_rows_are_an_error_by_the_header_and_not_another_delimiter() =>
        Assert.Equal(TableReason.FieldCount, Assert.Throws<TableException>(() => Parse("time,x\n0,1\n1,2,3\n")).Reason);

    [Theory]
    [InlineData("60.0%;58.8%;-4%", "60.0;58.8;-4")]
    [InlineData("6 000;5 877;12 345 678", "6000.0;5877;12345678")]
    [InlineData("6'000;5'877.5;12", "6000.0;5877.5;12")]
    [InlineData("60.00 mV;58.78 mV;-1e-3 mV", "60.0;58.78;-1e-3")]
    [InlineData("$60.00;-$58.78;($1,234.50)", "60.0;-58.78;-1234.5")]
    [InlineData("USD 5;USD 1,234,567;USD 0.5", "5.0;1234567;0.5")]
    [InlineData("1.234,5;7;0,25", "1234.5;7;0.25")]
    [InlineData("1,234.5;7;1,234", "1234.5;7;1234")]
    [InlineData("1.234.567;1.234;7", "1234567.0;1234;7")]
    [InlineData("1,5;2,25;NA", "1.5;2.25;NaN")]
    [InlineData("0,125;0,250;0,375", "0.125;0.25;0.375")]
    [InlineData("3 °C;4 °C;5 °C", "3.0;4;5")]
    [InlineData("\u22121,5;2 000,5;3", "-1.5;2000.5;3")]
    public void Numbers_in_one_spelling_are_read_and_the_reading_is_said(string values, string expected)
    {
        CsvTable table = Parse("time;x\n" + string.Concat(values.Split(';').Select(static (x, i) => $"{i};{x}\n")), new CsvOptions { Delimiter = ';' });

        Assert.Equal(expected.Split(';').Select(static x => double.Parse(x, CultureInfo.InvariantCulture)), table.Numbers("x"));
        Assert.Equal(SeriesNoteReason.NumberSpelling, Assert.Single(table.Notes).Reason);
    }

    [Theory]
    [InlineData("time;x\n0;1,234\n1;5,678\n", null, TableReason.AmbiguousNumber, "'1,234' can be 1.234 and 1234")]
    [InlineData("time;x;y\n0;1.234;0,5\n1;5.678;1,5\n", null, TableReason.AmbiguousNumber, "'1.234' can be 1.234 and 1234, and other columns have decimal commas")]
    [InlineData("time;x\n0;1,5\n1;2.5\n", null, TableReason.AmbiguousNumber, "'2.5' has another decimal mark than '1,5' on line 2")]
    [InlineData("time;x\n0;60 mV\n1;0.06 V\n2;61 mV\n", null, TableReason.MixedUnits, "'0.06 V' is written otherwise than '60 mV' on line 2")]
    [InlineData("time;x\n0;60 mV\n1;61\n", null, TableReason.MixedUnits, "'61' is written otherwise than '60 mV' on line 2")]
    public void Numbers_with_two_readings_are_an_error_that_shows_both(string text, string? states, TableReason reason, string problem)
    {
        TableException error = Assert.Throws<TableException>(() => Read(text, new TimeSeriesOptions { MinimumPoints = 1, StateColumns = states?.Split(',') }));

        Assert.Equal(reason, error.Reason);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_decimal_mark_that_is_given_or_that_other_columns_show_decides()
    {
        Assert.Equal([1.234, 5.678], Parse("time;x\n0;1,234\n1;5,678\n", new CsvOptions { Decimal = DecimalMark.Comma }).Numbers("x"));
        Assert.Equal([1234.0, 5678], Parse("time;x\n0;1,234\n1;5,678\n", new CsvOptions { Decimal = DecimalMark.Point }).Numbers("x"));
        Assert.Equal([1234.0, 5678], Parse("time;x\n0;1.234\n1;5.678\n", new CsvOptions { Decimal = DecimalMark.Comma }).Numbers("x"));
        Assert.Equal([1.234, 5.678], Parse("time;x;y\n0;1,234;0,5\n1;5,678;1,5\n").Numbers("x"));
        Assert.Equal([1234.0, 5678], Parse("time;x;y\n0;1,234;0.5\n1;5,678;1.5\n").Numbers("x"));
    }

    [Fact]
    public void Text_stays_text()
    {
        TimeSeriesSet set = Read("time,x,place,grade\n0,1,Paris,A1\n1,2,5 Main St,B2\n2,3,7 Oak Ave,C3\n");

        Assert.Equal(["x"], set.Components);
        Assert.Equal("Left out, because they hold text: place, grade.", Assert.Single(set.Notes).ToString());
    }

    [Fact]
    public void Lines_that_begin_with_a_hash_are_rows_where_ids_are_text_and_comments_where_numbers_begin_a_row()
    {
        TimeSeriesSet set = Read("sensor,time,x\nA1,0,0.1\nA1,1,0.2\n#2,0,0.1\n#2,1,0.3\n# a note, with commas, in "
            + "it\nA3,0,0.1\nA3,1,0.2\n", new TimeSeriesOptions { SeriesColumn = "sensor", MinimumPoints = 1 });

        Assert.Equal(["A1", "#2", "A3"], set.Series.Select(static x => x.Id));
        Assert.Contains(set.Notes, static x => x.Reason == SeriesNoteReason.HashRows);
        Assert.Equal([0.0, 2], Read("time,x\n0,1\n#1,9\n2,3\n3,4\n").Series[0].Times.ToArray()[..2]);
        Assert.Equal(2, Parse("time,x\n0,1\n1,2\n#3,9\n").RowCount);
        Assert.Equal(["#1", "#2"], Parse("id,x\n#1,1\n#2,2\n").Texts("id"));
    }

    [Fact]
    public void Names_are_taken_from_a_comment_where_the_header_is_missing()
    {
        TimeSeriesSet set = Read("# made by hand\n# time,x,y\n0,1,2\n1,2,3\n2,3,4\n");

        Assert.Equal(["x", "y"], set.Components);
        Assert.Equal([0.0, 1, 2], set.Series[0].Times);
        Assert.Contains("from the comment on line 2: time, x, y", Assert.Single(set.Notes).ToString(), StringComparison.Ordinal);
        Assert.Equal(TableReason.NoHeader, Assert.Throws<TableException>(() => Parse("# a, b, c, d\n0,1,2\n")).Reason);
    }

    [Theory]
    [InlineData(",time,x\n0,0.0,1\n1,0.5,2\n2,1.0,3\n")]
    [InlineData("\"\",\"time\",\"x\"\n\"1\",0,1\n\"2\",0.5,2\n\"3\",1,3\n")]
    [InlineData("\"time\",\"x\"\n\"1\",0,1\n\"2\",0.5,2\n\"3\",1,3\n")]
    [InlineData("\"time\" \"x\"\n\"1\" 0 1\n\"2\" 0.5 2\n\"3\" 1 3\n")]
    [InlineData("index,time,x\n0,0,1\n1,0.5,2\n2,1,3\n")]
    [InlineData("Unnamed: 0,time,x\n0,0,1\n1,0.5,2\n2,1,3\n")]
    public void Row_numbers_and_row_names_are_left_out_with_a_remark(string text)
    {
        TimeSeriesSet set = Read(text);

        Assert.Equal(["x"], set.Components);
        Assert.Equal([0.0, 0.5, 1], set.Series[0].Times);
        Assert.Equal([1.0, 2, 3], set.Series[0].Values);
        Assert.Single(set.Notes);
    }

    [Fact]
    public void NA_is_a_series_where_others_stand_in_quotes_as_it_does_or_none_does()
    {
        var options = new TimeSeriesOptions { SeriesColumn = "country", MinimumPoints = 1 };

        Assert.Equal(["BW", "NA"], Read("country,time,x\n\"BW\",0,1\n\"NA\",0,2\n", options).Series.Select(static x => x.Id));
        Assert.Equal(SeriesNoteReason.SeriesNamedMissing, Assert.Single(Read("country,time,x\nBW,0,1\nNA,0,2\n", options).Notes).Reason);
        Assert.Equal(TableReason.MissingSeriesName, Assert.Throws<TableException>(() => Read("country,time,x\n\"BW\",0,1\nNA,0,2\n", options)).Reason);
        Assert.Equal(TableReason.MissingSeriesName, Assert.Throws<TableException>(() => Read("country,time,x\nBW,0,1\n,0,2\n", options)).Reason);
    }

    [Fact]
    public void A_name_with_a_comma_can_be_named()
    {
        const string Text = "time,\"conc, mg/L\",y\n0,1,2\n1,2,3\n2,3,5\n";

        Assert.Equal(["conc, mg/L"], Read(Text, new TimeSeriesOptions { StateColumns = ["conc, mg/L"] }).Components);
        Assert.Equal(["conc, mg/L", "y"], Read(Text, new TimeSeriesOptions { StateColumns = ["conc", "mg/L", "y"] }).Components);
        foreach (string given in (string[])["\"conc, mg/L\",y", "conc, mg/L,y"])
        {
            TimeSeriesOptions options = TimeSeriesOptions.Settings.Apply(new TimeSeriesOptions(), new Dictionary<string, string> { ["states"] = given });
            Assert.Equal(["conc, mg/L", "y"], Read(Text, options).Components);
        }
    }

    [Fact]
    public void Rows_are_sorted_with_a_remark_and_equal_times_are_refused_or_averaged()
    {
        TimeSeriesSet sorted = Read("time,x\n0,1\n2,3\n1,2\n");

        Assert.Equal([0.0, 1, 2], sorted.Series[0].Times);
        Assert.Equal([1.0, 2, 3], sorted.Series[0].Values);
        Assert.Contains("line 4", Assert.Single(sorted.Notes).ToString(), StringComparison.Ordinal);
        Assert.Equal(TableReason.TimesRestart, Assert.Throws<TableException>(() => Read("time,x\n0,1\n1,2\n0,1\n1,2\n")).Reason);
        TimeSeriesSet merged = Read("time,x,y\n0,1,5\n1,2,NA\n1,4,7\n2,5,NA\n2,NA,NA\n", new TimeSeriesOptions { EqualTimes = EqualTimes.Mean });
        Assert.Equal([1.0, 5, 3, 7, 5, double.NaN], merged.Series[0].Values);
        Assert.Equal([0.0, 1, 2], Read("x\n5\n6\n7\n", new TimeSeriesOptions { TimeFormat = TimeFormat.RowNumber }).Series[0].Times);
    }

    [Fact]
    public void Compressed_files_are_read_and_other_files_are_named_as_what_they_are()
    {
        using var folder = new TemporaryFolder();
        string packed = folder.File("t.csv.gz");
        using (var gzip = new GZipStream(File.Create(packed), CompressionLevel.Fastest))
        {
            gzip.Write("time,x\n0,1\n"u8);
        }

        Assert.Equal([1.0], CsvTable.Read(packed).Numbers("x"));
        byte[] damaged = File.ReadAllBytes(packed);
        damaged[12] ^= 0xFF;
        File.WriteAllBytes(packed, damaged);
        Assert.Contains("gzip and damaged", Assert.Throws<TableException>(() => CsvTable.Read(packed)).Message, StringComparison.Ordinal);
        foreach ((byte[] bytes, string name) in (ReadOnlySpan<(byte[], string)>)[
            ([0x50, 0x4B, 3, 4, 20, 0], "a workbook"), ([0xD0, 0xCF, 0x11, 0xE0, 0xA1], "(xls)"), (Encoding.ASCII.GetBytes("PAR1..."), "Parquet")])
        {
            File.WriteAllBytes(folder.File("other.csv"), bytes);
            Assert.Contains(name, Assert.Throws<TableException>(() => CsvTable.Read(folder.File("other.csv"))).Message, StringComparison.Ordinal);
        }
    }
}
