namespace NeuralOde.Reports.Tests;

public class CalendarTicksTests
{
    private static readonly DateTime s_origin = new(1978, 1, 22);

    [Theory]
    [InlineData("1978-01-22", "1978-02-04", 6, "1978", "23 Jan", "30 Jan")]
    [InlineData("1978-01-22", "1980-06-01", 6, null, "Jul 1978", "Jan 1979", "Jul 1979", "Jan 1980")]
    [InlineData("1700-01-01", "1988-01-01", 7, null, "1700", "1750", "1800", "1850", "1900", "1950")]
    [InlineData("1978-12-30T00:00", "1979-01-01T12:00", 6, "1978–1979", "30 Dec 00:00", "30 Dec 12:00", "31 Dec 00:00", "31 Dec 12:00", "1 Jan 00:00", "1 Jan 12:00")]
    [InlineData("1978-01-22T05:59:58", "1978-01-22T06:00:09", 3, "22 Jan 1978", "06:00:00", "06:00:05")]
    public void Ticks_lie_at_the_begin_of_a_unit_of_the_calendar(string from, string to, int most, string? note, params string[] labels)
    {
        Ticks ticks = CalendarTicks.Of(Days(from), Days(to), most, s_origin)!;
        Assert.Equal(labels, ticks.Marks.Select(static x => x.Label));
        Assert.Equal(note, ticks.Note);
        Assert.All(ticks.Marks, x => Assert.InRange(x.Value, Days(from), Days(to)));
    }

    [Fact]
    public void Months_have_their_own_lengths()
    {
        Ticks ticks = CalendarTicks.Of(Days("2023-12-20"), Days("2024-04-10"), 5, s_origin)!;
        Assert.Equal([31, 29, 31], ticks.Marks.Zip(ticks.Marks.Skip(1), static (a, b) => b.Value - a.Value));
    }

    [Fact]
    public void What_is_no_date_has_ticks_of_numbers()
    {
        Assert.Null(CalendarTicks.Of(0, 1e9, 5, s_origin));
        string svg = new Figure { XAxis = new FigureAxis("date") { Calendar = s_origin } }.Line([0, 1e9], [0, 1]).ToSvg();
        Assert.Contains("date (×10⁹)", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void The_axis_names_the_year_of_its_days()
    {
        string svg = new Figure { XAxis = new FigureAxis("day") { Calendar = s_origin } }.Line([0, 13], [0, 1]).ToSvg();
        Assert.Contains("day (1978)", svg, StringComparison.Ordinal);
        Assert.Contains(" Jan</text>", svg, StringComparison.Ordinal);
    }

    private static double Days(string date) => (DateTime.Parse(date, System.Globalization.CultureInfo.InvariantCulture) - s_origin).TotalDays;
}
