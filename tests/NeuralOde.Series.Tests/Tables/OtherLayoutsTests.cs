using NeuralOde.Series.Tables;

namespace NeuralOde.Series.Tests.Tables;

public class OtherLayoutsTests
{
    private const string Wide = "Year,Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec\n1949,1,2,3,4,5,6,7,8,9,10,11,12\n1950,13,14,15,16,17,18,19,20,21,22,23,NA\n";

    [Fact]
    public void Json_lines_are_a_table_whose_columns_are_all_names()
    {
        var table = CsvTable.Parse("{\"t\":1,\"x\":2.125,\"who\":\"a, \\\"b\\\"\"}\n\n{\"t\":2,\"y\":-1e3}\n{\"x\":null,\"t\":3}\n", "j");
        Assert.Equal(["t", "x", "who", "y"], table.Columns);
        Assert.Equal(3, table.RowCount);
        Assert.Equal([2.125, double.NaN, double.NaN], table.Numbers("x"));
        Assert.Equal([double.NaN, -1000, double.NaN], table.Numbers("y"));
        Assert.Equal("a, \"b\"", table.Text(0, 2));
        Assert.Equal([1, 3, 4], Enumerable.Range(0, 3).Select(table.LineOf));
    }

    [Theory]
    [InlineData("{\"t\":1}\n{\"t\":2", 2)]
    [InlineData("{\"t\":1}\n[2]", 2)]
    [InlineData("{\"t\":[1,2]}", 1)]
    public void A_line_that_is_no_row_is_named(string text, int line)
    {
        TableException e = Assert.Throws<TableException>(() => CsvTable.Parse(text, "j"));
        Assert.Equal(line, e.Line);
    }

    [Fact]
    public void Months_in_columns_become_one_series()
    {
        MonthColumns months = MonthColumns.Find(CsvTable.Parse(Wide, "w"))!;
        Assert.Equal("Year", months.Year);
        CsvTable table = months.ToLong();
        Assert.Equal(["Year", "value"], table.Columns);
        Assert.Equal([.. Enumerable.Range(1, 23).Select(static x => (double)x), double.NaN], table.Numbers("value"));
        var set = TimeSeriesSet.FromTable(table, new TimeSeriesOptions { TimeColumn = "Year" });
        Assert.Equal(334, set.Series[0].Times[11]);
    }

    [Theory]
    [InlineData("Year,Jan,Feb\n1949,1,2\n")]
    [InlineData("Month,Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec\nx,1,2,3,4,5,6,7,8,9,10,11,12\n")]
    public void What_is_no_year_of_months_is_left_as_it_is(string text) => Assert.Null(MonthColumns.Find(CsvTable.Parse(text, "w")));
}
