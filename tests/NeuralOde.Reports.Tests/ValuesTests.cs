using System.Text;
using System.Text.RegularExpressions;

namespace NeuralOde.Reports.Tests;

/// <summary>The numbers behind a picture: where a pointer rests, and as a file.</summary>
public partial class ValuesTests
{
    private static readonly Figure s_figure = new Figure
    {
        Title = "hare, lynx",
        XAxis = new FigureAxis("day") { Calendar = new DateTime(2024, 2, 28) },
        YAxis = new FigureAxis("pelts", "k"),
    }
        .Band([0, 1, 2], [1, 2, 3], [4, 5, 6], "80 %")
        .Points([0, 1, 2], [1.5, double.NaN, 4.5], "observed");

    [Fact]
    public void A_point_tells_its_date_and_value_and_a_missing_one_nothing()
    {
        string svg = s_figure.ToSvg();
        Assert.Contains("<title>day 2024-02-28: 1.5 k (observed)</title>", svg, StringComparison.Ordinal);
        Assert.Contains("<title>day 2024-03-01: 4.5 k (observed)</title>", svg, StringComparison.Ordinal);
        Assert.Equal(2, svg.Split("<circle ").Length - 1);
        Assert.DoesNotContain("<script", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_points_tell_nothing()
    {
        double[] xs = [.. Enumerable.Range(0, 501).Select(static x => (double)x)];
        Assert.DoesNotContain("<circle ", new Figure().Points(xs, xs).ToSvg(), StringComparison.Ordinal);
        Assert.Contains("<circle ", new Figure().Points(xs[..500], xs[..500]).ToSvg(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_offers_the_numbers_of_a_figure_as_a_file()
    {
        Assert.DoesNotContain("href=\"data:", new Report("r").Add(s_figure).ToHtml(), StringComparison.Ordinal);
        string html = new Report("r") { HasDownloads = true }.Add(s_figure).ToHtml();
        Match link = Link().Match(html);
        Assert.Equal("hare--lynx.csv", link.Groups[1].Value);
        Assert.Equal(
            "what,day,value\n\"80 %, lower\",2024-02-28,1\n\"80 %, lower\",2024-02-29,2\n\"80 %, lower\",2024-03-01,3\n\"80 %, upper\",2024-02-28,4\n"
                + "\"80 %, upper\",2024-02-29,5\n\"80 %, upper\",2024-03-01,6\nobserved,2024-02-28,1.5\nobserved,2024-03-01,4.5\n",
            Encoding.UTF8.GetString(Convert.FromBase64String(link.Groups[2].Value)));
    }

    [Fact]
    public void Numbers_that_are_too_many_for_a_page_are_left_out_with_a_word()
    {
        double[] xs = [.. Enumerable.Range(0, 60_000).Select(static x => Math.Sin(12.9898 * x) * 43758.5453)];
        string html = new Report("r") { HasDownloads = true }.Add(new Figure().Line(xs, xs)).ToHtml();
        Assert.DoesNotContain("href=\"data:", html, StringComparison.Ordinal);
        Assert.Contains("too many for a page", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Hundred_thousand_points_make_a_small_picture()
    {
        double[] xs = [.. Enumerable.Range(0, 100_000).Select(static x => (double)x)], ys = [.. xs.Select(static x => Math.Sin(12.9898 * x) * 43758.5453 % 1)];
        Assert.InRange(new Figure().Points(xs, ys).ToSvg().Length, 10_000, 60_000);
    }

    [Fact]
    public void A_grid_of_many_panels_opens_page_by_page()
    {
        var grid = new PanelGrid { Panels = [.. Enumerable.Range(0, 60).Select(static i => new Figure { Title = $"s{i}" }.Line([0, 1], [0, i]))], Columns = 3, Caption = "All." };
        Assert.Single(grid.ToPages(60));
        IReadOnlyList<ReportBlock> pages = grid.ToPages(24);
        Assert.Equal(
            ["25 to 48 of 60: s24 to s47", "49 to 60 of 60: s48 to s59"], pages.OfType<Collapsible>().Select(static x => x.Summary));
        string html = new Report("r").Add(pages).ToHtml();
        Assert.Contains(">s59<", html, StringComparison.Ordinal);
        Assert.Contains("All.", html, StringComparison.Ordinal);
    }

    [GeneratedRegex("download=\"([^\"]*)\" href=\"data:text/csv;charset=utf-8;base64,([^\"]*)\"")]
    private static partial Regex Link();
}
