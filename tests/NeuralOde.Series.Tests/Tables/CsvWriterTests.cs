using FsCheck;
using FsCheck.Fluent;
using NeuralOde.Series.Tables;

namespace NeuralOde.Series.Tests.Tables;

public class CsvWriterTests
{
    private static string Write(string[] columns, Action<CsvWriter> rows)
    {
        using var text = new StringWriter();
        rows(new CsvWriter(text, columns));
        return text.ToString();
    }

    [Fact]
    public void Fields_are_quoted_only_where_needed()
    {
        string text = Write(["id", "a, b"], csv =>
        {
            csv.Add("x y").Add(0.1).EndRow();
            csv.Add("#1").Add(double.NaN).EndRow();
            csv.Add("say \"no\"").Add(-1e300).EndRow();
        });

        Assert.Equal("id,\"a, b\"\nx y,0.1\n\"#1\",NA\n\"say \"\"no\"\"\",-1E+300\n", text);
    }

    [Fact]
    public void Any_number_and_text_is_read_back_as_it_was()
    {
        Gen<string> texts = Gen.Elements('"', ',', ';', '\t', '\n', '\r', ' ', '#', 'a', '1', '.', '\uFEFF', 'é', '\u2028').ArrayOf().Select(letters => new string(letters));
        Gen<(string Text, double Number)[]> rows = texts.Zip(
            ArbMap.Default.GeneratorFor<double>().Where(x => !double.IsInfinity(x)), (text, number) => (Text: text, Number: number)).ArrayOf();

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(rows.ToArbitrary(), values =>
        {
            var table = CsvTable.Parse(
                Write(["text", "number"], csv =>
                {
                    foreach ((string text, double number) in values)
                    {
                        csv.Add(text).Add(number).EndRow();
                    }
                }),
                "written");
            return table.Texts("text").SequenceEqual(values.Select(value => value.Text))
                && table.Numbers("number").Select(BitConverter.DoubleToInt64Bits).SequenceEqual(values.Select(value => BitConverter.DoubleToInt64Bits(value.Number)));
        }));
    }

    [Fact]
    public void Table_of_one_column_keeps_its_empty_rows()
    {
        Assert.Equal(["", "a", ""], CsvTable.Parse(Write(["x"], csv => { csv.Add("").EndRow(); csv.Add("a").EndRow(); csv.Add("").EndRow(); }), "t").Texts("x"));
    }

    [Fact]
    public void Rows_have_exactly_as_many_fields_as_the_header()
    {
        Assert.Throws<InvalidOperationException>(() => Write(["a", "b"], csv => csv.Add(1).EndRow()));
        Assert.Throws<InvalidOperationException>(() => Write(["a"], csv => csv.Add(1).Add(2)));
        Assert.Throws<ArgumentException>(() => Write(["a", "a"], _ => { }));
        Assert.Throws<ArgumentException>(() => Write([], _ => { }));
        Assert.Throws<ArgumentException>(() => Write(["a"], csv => csv.Add("\0")));
    }
}
