using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NeuralOde.Series.Tables;

namespace NeuralOde.Series.Tests.Tables;

public class CsvTableTests
{
    private static CsvTable Parse(string text) => CsvTable.Parse(text, "t.csv");

    private static TableException Fails(string text) => Assert.Throws<TableException>(() => Parse(text));

    [Fact]
    public void Comments_spaces_and_a_missing_final_newline_are_read_over()
    {
        CsvTable table = Parse("# from a paper\n# two lines, with commas\nYear, Lynx, Hare\n1900, 4.0, 30.0\n\n  # between\n1901, 6.1,\t47.2 ");

        Assert.Equal(["Year", "Lynx", "Hare"], table.Columns);
        Assert.Equal([30.0, 47.2], table.Numbers("Hare"));
        Assert.Equal(4, table.LineOf(0));
        Assert.Equal(7, table.LineOf(1));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Every_line_ending_is_understood(string ending)
    {
        CsvTable table = Parse("a,b" + ending + "1,2" + ending + ending + "\"x" + ending + "y\",4" + ending + "5,6" + ending);

        Assert.Equal(3, table.RowCount);
        Assert.Equal("x" + ending + "y", table.Text(1, 0));
        Assert.Equal([2, 4, 6], [table.LineOf(0), table.LineOf(1), table.LineOf(2)]);
    }

    [Fact]
    public void Quoted_fields_hold_delimiters_line_breaks_and_quotes()
    {
        CsvTable table = Parse("\"id\" , \"a, b\",text\n\"1\",\"2.5\", \" he said \"\"no\"\", \n# not a comment \" \n");

        Assert.Equal(["id", "a, b", "text"], table.Columns);
        Assert.Equal(" he said \"no\", \n# not a comment ", table.Text(0, 2));
        Assert.Equal(1, table.Number(0, 0));
        Assert.Equal(2.5, table.Number(0, 1));
    }

    [Fact]
    public void Byte_order_mark_is_not_part_of_the_first_name()
    {
        Assert.Equal("a", Parse("\uFEFFa,b\n1,2").Columns[0]);
    }

    [Fact]
    public void Utf_16_with_its_mark_is_read()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("u.txt"), "Zeit\tWert µ\n1\t2\n", Encoding.Unicode);

        var table = CsvTable.Read(folder.File("u.txt"));

        Assert.Equal(["Zeit", "Wert µ"], table.Columns);
        Assert.Equal('\t', table.Delimiter);
    }

    [Theory]
    [InlineData("a,b;c\n1,2", ',', 2)]
    [InlineData("a;b\n1;2", ';', 2)]
    [InlineData("a\tb; c\n1\t2", '\t', 2)]
    [InlineData("\"a,b\";c\n1;2", ';', 2)]
    [InlineData("a b\n1", ',', 1)]
    [InlineData("t;x (m, s);y\n0;1;2", ';', 3)]
    [InlineData("t;x (m, s);y\n\n# a, b\n0;0,5;2", ';', 3)]
    [InlineData("t\tx, m\ty\n\t1\t2", '\t', 3)]
    public void Delimiter_is_found_from_the_header_and_the_first_row(string text, char delimiter, int columns)
    {
        CsvTable table = Parse(text);

        Assert.Equal(delimiter, table.Delimiter);
        Assert.Equal(columns, table.Columns.Count);
    }

    [Fact]
    public void Delimiter_can_be_given()
    {
        Assert.Equal([2.0], CsvTable.Parse("a|b, c\n1|2", "t.csv", new CsvOptions { Delimiter = '|' }).Numbers("b, c"));
        Assert.Throws<ArgumentException>(() => CsvTable.Parse("a", "t.csv", new CsvOptions { Delimiter = '1' }));
        Assert.Throws<ArgumentException>(() => CsvTable.Parse("a", "t.csv", new CsvOptions { Delimiter = '"' }));
    }

    [Fact]
    public void Empty_fields_between_tabs_are_missing_values()
    {
        CsvTable table = Parse("a\tb\tc\n\t2\t\n\t\t\n");

        Assert.Equal(2, table.RowCount);
        Assert.Equal([2.0, double.NaN], table.Numbers("b"));
    }

    [Fact]
    public void Missing_values_are_empty_or_NA_or_NaN()
    {
        Assert.All(Parse("a,b\n,1\nNA,1\nNaN,1\nnan,1\n\"\",1\n \" \" ,1\n").Numbers("a"), value => Assert.True(double.IsNaN(value)));
    }

    [Fact]
    public void Numbers_do_not_depend_on_the_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        comma.NumberFormat.NumberGroupSeparator = ".";
        CultureInfo.CurrentCulture = comma;
        try
        {
            Assert.Equal([1.5, -2e-3, 0.25, 4], Parse("a\n1.5\n-2E-3\n+.25\n4.\n").Numbers("a"));
            Assert.Equal([1.5], Parse("a;b\n1,5;2\n").Numbers("a"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("twelve")]
    [InlineData("-")]
    [InlineData("inf")]
    [InlineData("Infinity")]
    [InlineData("1e999")]
    [InlineData("0x1F")]
    [InlineData("N/A")]
    public void What_is_neither_a_finite_number_nor_missing_is_an_error_with_its_place(string field)
    {
        CsvTable table = Parse($"# c\na,b\n1,2\n3,{field}\n");

        TableException error = Assert.Throws<TableException>(() => table.Numbers("b"));

        Assert.StartsWith($"t.csv, line 4, column 'b': '{field}' is not ", error.Message, StringComparison.Ordinal);
        Assert.Equal(("t.csv", 4, "b"), (error.File, error.Line, error.Column));
    }

    [Theory]
    [InlineData("a,b\n1,2,\n", "line 2: there are 3 fields, but the header on line 1 names 2 (a, b). Remove the comma at the end of the line.")]
    [InlineData("a,b\n1\n", "line 2: there is 1 field, but the header on line 1 names 2 (a, b). Write NA, or nothing between two commas, for a missing value.")]
    [InlineData("a,b\nr1,1,2\n", "line 2: there are 3 fields, but the header on line 1 names 2 (a, b). If the rows begin with a row name, give it a name in the header too.")]
    [InlineData("a,b\n1,2,3,4\n", "line 2: there are 4 fields, but the header on line 1 names 2 (a, b). Quote fields that contain a comma.")]
    [InlineData("a,b,\n1,2,\n", "line 1: column 3 of 3 has no name. Remove the comma at the end of the line, or name the column.")]
    [InlineData("a,\"\",b\n1,2,3\n", "line 1: column 2 of 3 has no name. Give every column a name.")]
    [InlineData("a,b,a\n", "line 1, column 'a': columns 1 and 3 have the same name. Rename one of them.")]
    [InlineData("1900,4.0\n1901,5\n", "line 1: the first line holds only numbers (1900, 4.0), so the header is missing. Add a line that names the columns.")]
    [InlineData("a,b\n1,\"2\n3,4\n", "line 2, column 'b': a quote is opened here and never closed. Close it, and double the quotes inside the field.")]
    [InlineData("a,b\n1,\"2\"3\n", "line 2, column 'b': there is text after a closing quote. Double the quotes inside the field.")]
    [InlineData("a,b\n1,5\"\n", "line 2, column 'b': there is a quote inside a field that does not begin with one. Quote the whole field and double the quotes in it.")]
    [InlineData("a,b\n\n1,\0\n", "line 3: there is a NUL character: this is not a text file. Export the table as CSV.")]
    public void Malformed_tables_say_where_and_what_to_do(string text, string message) => Assert.Equal("t.csv, " + message, Fails(text).Message);

    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF")]
    [InlineData(" \n\n# only a comment")]
    public void File_without_a_header_is_an_error(string text) =>
        Assert.Equal("t.csv: the file has no header. The first line that is neither blank nor a # comment must name the columns.", Fails(text).Message);

    [Fact]
    public void Text_that_is_not_utf_8_is_an_error_naming_its_line()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("latin.csv"), Encoding.Latin1.GetBytes("time,x\n1,2\n# \u00b5g\n"));

        Assert.Equal(3, Assert.Throws<TableException>(() => CsvTable.Read(folder.File("latin.csv"))).Line);
    }

    [Fact]
    public void Files_that_cannot_be_read_are_named()
    {
        using var folder = new TemporaryFolder();

        Assert.Contains(folder.Path, Assert.Throws<IOException>(() => CsvTable.Read(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("absent.csv", Assert.Throws<FileNotFoundException>(() => CsvTable.Read(folder.File("absent.csv"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_are_found_by_exact_name_then_in_any_case_where_unique()
    {
        CsvTable table = Parse("Time,x,X,Conc\n1,2,3,4\n");

        Assert.Equal(0, table.ColumnIndex("time"));
        Assert.Equal(2, table.ColumnIndex("X"));
        Assert.Equal(3, table.ColumnIndex("CONC"));
        Assert.Contains("differ from it in case only", Assert.Throws<TableException>(() => Parse("ab,AB\n1,2").ColumnIndex("Ab")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_column_lists_those_there_are_and_suggests_the_nearest()
    {
        CsvTable table = Parse("Subject,time,conc\n1,2,3\n");

        Assert.Equal("t.csv: there is no column 'weight'. The columns are Subject, time, conc.", Assert.Throws<TableException>(() => table.ColumnIndex("weight")).Message);
        Assert.Equal(
            "t.csv: there is no column 'subjekt'. Did you mean 'Subject'? The columns are Subject, time, conc.",
            Assert.Throws<TableException>(() => table.ColumnIndex("subjekt")).Message);
        Assert.Contains("single column 'a b'", Assert.Throws<TableException>(() => Parse("a b\n1").ColumnIndex("a")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_and_columns_outside_the_table_are_argument_errors()
    {
        CsvTable table = Parse("a,b\n1,2\n");

        Assert.Throws<ArgumentOutOfRangeException>(() => table.Text(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.Number(0, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.LineOf(-1));
    }

    [Fact]
    public void Any_text_either_parses_or_is_a_table_exception()
    {
        // Letters that the grammar cares about, so that random texts reach every state of the parser.
        Gen<string> text = Gen.Elements('"', ',', ';', '\t', '\n', '\r', ' ', '#', 'a', '1', '.', '\uFEFF', 'é', '\ud800').ArrayOf().Select(letters => new string(letters));

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(text.ToArbitrary(), letters =>
        {
            try
            {
                CsvTable table = Parse(letters);
                for (int row = 0; row < table.RowCount; row++)
                {
                    table.Text(row, table.Columns.Count - 1);
                }
            }
            catch (TableException)
            {
            }

            return true;
        }));
    }

    [Fact]
    public void Many_rows_are_read_without_a_text_a_field()
    {
        const int Rows = 100_000;
        var text = new StringBuilder("time,x,y\n");
        for (int i = 0; i < Rows; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{i},{i}.5,\"{i}.25\"\n");
        }

        string csv = text.ToString();
        long before = GC.GetAllocatedBytesForCurrentThread();
        double[] y = Parse(csv).Numbers("y");
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(Rows - 1 + 0.25, y[^1]);

        // The UTF-8 text; two ints per field and one per row in lists that double (at most 4 times the final size in all); the column.
        Assert.True(allocated < csv.Length + (4 * ((2 * 3) + 1) * sizeof(int) * Rows) + (sizeof(double) * Rows) + 100_000, $"{allocated} bytes");
    }
}
