using System.Xml.Linq;

namespace NeuralOde.Reports.Tests;

public class ReportTests
{
    private static Report Sample(string text = "plain") => new Report(text) { Subtitle = text, Footer = text }
        .Add(new KeyNumbers(new KeyNumber(text, "1", text, text)), text, new CodeBlock(text, text), new BulletList(text))
        .Add(new ReportSection(text, Samples.Portrait(text), new DrawingRow(Samples.Loss(), Samples.Bars())))
        .Add(new ReportSection("Training", Samples.Frames(5) with { Caption = text }, Samples.Frames(1), new ReportSection("Inner", "nested")))
        .Add(new ReportSection("Tables", ReportTable.Pairs(text, (text, text)), new Collapsible(text, "hidden"),
            new ReportTable
            {
                Columns = [new ReportColumn(text, text), new ReportColumn("n", null, true)],
                Rows = [.. Enumerable.Range(0, 250).Select(i => (string[])[text, "1"])],
            }));

    [Fact]
    public void A_report_is_well_formed_and_has_unique_ids_and_no_script()
    {
        XElement html = SvgReading.Parse(Sample().ToHtml());
        Assert.Equal("html", html.Name.LocalName);
        Assert.Empty(html.Named("script"));
        string[] ids = html.Descendants().Attributes("id").Select(a => a.Value).ToArray();
        Assert.Equal(ids.Length, ids.Distinct().Count());
        IEnumerable<XAttribute> references = html.Descendants().SelectMany(e => e.Attributes().Where(a => a.Name.LocalName is "for" or "aria-labelledby"));
        foreach (string reference in references.SelectMany(a => a.Value.Split(' ')))
        {
            Assert.Contains(reference, ids);
        }
    }

    [Fact]
    public void A_report_asks_for_nothing_from_elsewhere()
    {
        XElement html = SvgReading.Parse(Sample().ToHtml());
        foreach (XAttribute attribute in html.DescendantsAndSelf().Attributes().Where(a => a.Name.LocalName is "src" or "href" or "action" or "data"))
        {
            Assert.True(attribute.Value.StartsWith('#') || attribute.Value.StartsWith("data:image/png;base64,", StringComparison.Ordinal), attribute.Value);
        }
        Assert.DoesNotContain("url(", html.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("@import", html.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(html.Descendants().Attributes(), a => a.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
    }

    [Fact]
    public void Text_from_strangers_stays_text_everywhere()
    {
        XElement html = SvgReading.Parse(Sample(Samples.Hostile).ToHtml());
        Assert.Empty(html.Named("script"));
        Assert.All((string[])["title", "h1", "h2", "p", "dt", "dd", "code", "li", "th", "td", "caption", "figcaption", "summary", "footer"], name =>
            Assert.Contains(html.Named(name), e => e.Value.Contains("<script>alert(1)</script> & \"x\" 'y'", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_figure_is_laid_out_for_wide_and_for_narrow_pages_with_the_same_labels()
    {
        XElement html = SvgReading.Parse(new Report("r").Add(Samples.Portrait()).ToHtml());
        XElement[] both = html.Named("div").Where(d => d.Attribute("class")?.Value is "wide" or "narrow").ToArray();
        Assert.Equal(2, both.Length);
        Assert.All(both, d => Assert.Contains("learned one (mm)", d.Named("text").Select(t => t.Shown())));
        Assert.True(both[1].Elements().Single().Number("width") < both[0].Elements().Single().Number("width"));
    }

    [Fact]
    public void A_sequence_has_a_button_for_each_frame_the_last_one_pressed_and_one_that_plays()
    {
        XElement html = SvgReading.Parse(new Report("r").Add(Samples.Frames(5)).ToHtml());
        XElement[] buttons = html.Named("input").ToArray();
        Assert.Equal(6, buttons.Length);
        Assert.Equal([false, false, false, false, true, false], buttons.Select(b => b.Attribute("checked") is not null));
        Assert.Equal("iteration 400", buttons[4].Attribute("aria-label")!.Value);
        Assert.Equal(["0", "100", "200", "300", "400", "▶ play"], html.Named("label").Select(l => l.Value));
        Assert.All(html.Named("g").Where(g => g.Attribute("class")?.Value == "frames"), g => Assert.Equal(5, g.Elements().Count()));
        string style = html.Named("style").Single().Value;
        Assert.All(buttons[..5], b => Assert.Contains($"#{b.Attribute("id")!.Value}:checked~.stage .frame", style, StringComparison.Ordinal));
    }

    [Fact]
    public void Adding_makes_a_new_report_and_headings_nest()
    {
        var empty = new Report("r");
        _ = empty.Add("text");
        Assert.Empty(SvgReading.Parse(empty.ToHtml()).Named("p"));
        XElement html = SvgReading.Parse(Sample().ToHtml());
        Assert.Equal("Inner", Assert.Single(html.Named("h3")).Value);
        Assert.Equal(3, html.Named("h2").Count());
    }

    [Fact]
    public void Contents_link_to_the_sections_where_they_are_many()
    {
        Report report = new Report("r").Add([.. Enumerable.Range(0, 4).Select(i => new ReportSection("part " + i))]);
        XElement html = SvgReading.Parse(report.ToHtml());
        IEnumerable<string> targets = html.Named("nav").Single().Named("a").Select(a => a.Attribute("href")!.Value[1..]);
        Assert.Equal(html.Named("section").Select(s => s.Attribute("id")!.Value), targets);
        Assert.Empty(SvgReading.Parse((report with { HasContents = false }).ToHtml()).Named("nav"));
    }

    [Fact]
    public void Long_tables_say_how_many_rows_are_left_out_and_uneven_rows_are_refused()
    {
        Assert.Contains(SvgReading.Parse(Sample().ToHtml()).Named("p"), p => p.Value == "50 of 250 rows are not shown.");
        var uneven = new ReportTable { Caption = "t", Columns = [new ReportColumn("a")], Rows = [(string[])["1", "2"]] };
        Assert.Throws<ArgumentException>(() => new Report("r").Add(uneven).ToHtml());
    }

    [Fact]
    public void Every_color_of_a_picture_has_a_rule_for_dark_screens()
    {
        XElement html = SvgReading.Parse(Sample().ToHtml());
        string style = html.Named("style").Single().Value;
        IEnumerable<string> used = html.Named("svg").DescendantsAndSelf().Where(e => e.Attribute("class") is not null && e.Name.LocalName is "path" or "text" or "rect")
            .Select(e => e.Attribute("class")?.Value).OfType<string>().Distinct();
        Assert.All(used, name => Assert.Contains($"svg .{name}{{", style, StringComparison.Ordinal));
    }

    [Fact]
    public void Writing_and_saving_give_the_same_page()
    {
        Report report = Sample();
        using var writer = new StringWriter();
        report.WriteTo(writer);
        Assert.Equal(report.ToHtml(), writer.ToString());
        using var folder = new TemporaryFolder();
        string path = folder.File("report.html");
        report.Save(path);
        Assert.Equal(report.ToHtml(), File.ReadAllText(path));
    }
}
