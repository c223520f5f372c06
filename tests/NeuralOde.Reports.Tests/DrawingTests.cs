using System.Buffers.Binary;
using System.IO.Compression;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;

namespace NeuralOde.Reports.Tests;

public class DrawingTests
{
    public static TheoryData<int> Everything => [.. Enumerable.Range(0, Samples.All().Count())];

    [Theory]
    [MemberData(nameof(Everything))]
    public void A_picture_is_well_formed_has_title_description_and_background_and_no_script(int index)
    {
        XElement svg = SvgReading.Parse(Samples.All().ElementAt(index).ToSvg());
        Assert.Equal("{http://www.w3.org/2000/svg}svg", svg.Name.ToString());
        Assert.All(svg.Attribute("aria-labelledby")!.Value.Split(' '), id =>
            Assert.NotEmpty(Assert.Single(svg.Descendants(), e => e.Attribute("id")?.Value == id).Value));
        Assert.Equal("#ffffff", svg.Named("rect").First().Attribute("fill")!.Value);
        Assert.Empty(svg.Named("script"));
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void No_text_overlaps_another_or_leaves_the_picture(int index)
    {
        AssertTextsAreClear(SvgReading.Parse(Samples.All().ElementAt(index).ToSvg()));
    }

    [Fact]
    public void No_text_overlaps_another_whatever_the_size_the_numbers_and_the_names()
    {
        var cases = (from width in Gen.Choose(200, 1000)
                     from height in Gen.Choose(150, 700)
                     from panels in Gen.Choose(1, 9)
                     from columns in Gen.Choose(1, 4)
                     from shared in Gen.Choose(0, 3)
                     from magnitude in Gen.Choose(-30, 30)
                     from seed in Gen.Choose(0, int.MaxValue)
                     select (width, height, panels, columns, shared, magnitude, seed)).ToArbitrary();
        Prop.ForAll(cases, c => AssertTextsOfGridAreClear(c.width, c.height, c.panels, c.columns, c.shared, c.magnitude, c.seed)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Labels_of_neighbors_that_reach_beyond_their_plots_on_different_sides_do_not_overlap() => AssertTextsOfGridAreClear(738, 256, 9, 3, 2, 5, 1402292802);

    private static void AssertTextsOfGridAreClear(int width, int height, int panels, int columns, int shared, int magnitude, int seed)
    {
        var random = new Random(seed);
        Figure[] figures = Enumerable.Range(0, panels).Select(_ => RandomFigure(random, magnitude) with { Width = width, Height = height }).ToArray();
        AssertTextsAreClear(SvgReading.Parse(figures[0].ToSvg()));
        AssertTextsAreClear(SvgReading.Parse(new PanelGrid
        {
            Title = Words(random),
            Width = width,
            PanelHeight = 30 + height / 5,
            Columns = columns,
            Panels = figures,
            SharedX = (shared & 1) != 0,
            SharedY = (shared & 2) != 0,
        }.ToSvg()));
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void Coordinates_have_two_decimals_at_most(int index)
    {
        XElement svg = SvgReading.Parse(Samples.All().ElementAt(index).ToSvg());
        foreach (XAttribute attribute in svg.DescendantsAndSelf().Attributes().Where(a => a.Name.LocalName is "d" or "x" or "y" or "width" or "height" or "viewBox"))
        {
            Assert.DoesNotMatch(@"\.\d{3}|NaN|Infinity|E", attribute.Value);
        }
    }

    [Fact]
    public void Every_label_is_present()
    {
        string[] shown = SvgReading.Parse(Samples.Portrait().ToSvg()).Named("text").Select(t => t.Shown()).ToArray();
        Assert.All(
            (string[])["Portrait of learned", "learned one (mm)", "learned two (mm)", "time (s)", "learned observed", "learned", "learned field"],
            label => Assert.Contains(label, shown));
        string[] grid = SvgReading.Parse(Samples.Grid(30, shared: true).ToSvg()).Named("text").Select(t => t.Shown()).ToArray();
        Assert.Equal(24, Enumerable.Range(0, 30).Count(i => grid.Contains("subject " + i)));
        Assert.Contains("6 of 30 panels are not shown.", grid);
        Assert.All((string[])["held out", "interval", "fit", "observed", "today", "published"], label => Assert.Single(grid, label));
    }

    [Fact]
    public void Text_from_strangers_stays_text()
    {
        Figure figure = Samples.Portrait(Samples.Hostile) with { Description = Samples.Hostile };
        XElement svg = SvgReading.Parse(figure.ToSvg());
        Assert.Empty(svg.Named("script"));
        Assert.Contains(svg.Named("text"), t => t.Shown().Contains("</text><script>alert(1)</script> & \"x\" 'y'", StringComparison.Ordinal));
        Assert.DoesNotContain('\u202E', svg.ToString());
    }

    [Fact]
    public void Text_that_is_too_long_is_cut_and_kept_whole_in_a_tool_tip()
    {
        string name = string.Join(' ', Enumerable.Repeat("long", 100));
        XElement svg = SvgReading.Parse(new Figure { Title = name, XAxis = new FigureAxis(name) }.Line([0, 1], [0, 1], name).ToSvg());
        XElement[] cut = svg.Named("text").Where(t => t.Shown().EndsWith('…')).ToArray();
        Assert.True(cut.Length >= 2);
        Assert.All(cut, t => Assert.True(SvgReading.Texts(svg).All(p => p.Right <= svg.Number("width"))));
        Assert.Contains(cut, t => t.Named("title").Any(tip => tip.Value == name));
    }

    [Fact]
    public void A_missing_value_breaks_a_line_and_drops_a_point()
    {
        XElement svg = SvgReading.Parse(new Figure().Line([0, 1, 2, 3, 4], [0, 1, double.NaN, 1, 0]).Points([0, 1, 2], [0, double.NaN, double.PositiveInfinity]).ToSvg());
        string line = svg.Named("path").Single(p => p.Attribute("class")?.Value == "c1").Attribute("d")!.Value;
        Assert.Equal(2, line.Count(c => c == 'M'));
        string points = svg.Named("path").Single(p => p.Attribute("class")?.Value == "c0").Attribute("d")!.Value;
        Assert.Equal(1, points.Count(c => c == 'M'));
    }

    [Fact]
    public void A_figure_without_data_says_so()
    {
        foreach (Figure figure in (Figure[])[new Figure(), new Figure().Line([], []), new Figure().Points([1, 2], [double.NaN, double.NegativeInfinity]),
            new Figure { YAxis = new FigureAxis { Scale = AxisScale.Logarithmic } }.Band([], [], [])])
        {
            Assert.Contains("No data", SvgReading.Parse(figure.ToSvg()).Named("text").Select(t => t.Shown()));
        }
    }

    [Fact]
    public void Lists_of_different_lengths_are_refused_by_name()
    {
        var figure = new Figure();
        Assert.Equal("ys", Assert.Throws<ArgumentException>(() => figure.Line([1, 2], [1])).ParamName);
        Assert.Equal("values", Assert.Throws<ArgumentException>(() => figure.ColoredPoints([1], [1], [], new FigureAxis())).ParamName);
        Assert.Equal("vs", Assert.Throws<ArgumentException>(() => figure.Arrows([1], [1], [1], [1, 2])).ParamName);
        Assert.Equal("upper", Assert.Throws<ArgumentException>(() => figure.Band([1], [1], [])).ParamName);
        Assert.Throws<ArgumentException>(() => figure.Heat(new double[1, 1], new HeatBounds(0, 0, 0, 1), new FigureAxis()));
        Assert.Throws<ArgumentOutOfRangeException>(() => figure with { Width = double.NaN });
    }

    [Fact]
    public void A_layer_keeps_the_values_it_was_given_and_leaves_the_figure_as_it_was()
    {
        double[] ys = [0, 1];
        var empty = new Figure();
        Figure figure = empty.Line([0, 1], ys);
        string before = figure.ToSvg();
        ys[1] = 100;
        Assert.Equal(before, figure.ToSvg());
        Assert.Contains("No data", empty.ToSvg(), StringComparison.Ordinal);
    }

    [Fact]
    public void With_equal_aspect_a_unit_is_as_long_up_as_along()
    {
        XElement svg = SvgReading.Parse(new Figure { EqualAspect = true, Height = 300 }.Line([0, 3, 3], [0, 0, 1]).ToSvg());
        List<(double X, double Y)> p = SvgReading.Points(svg.Named("path").Single(e => e.Attribute("class")?.Value == "c1").Attribute("d")!.Value);
        // Each point is rounded to hundredths.
        Assert.Equal((p[1].X - p[0].X) / 3, p[1].Y - p[2].Y, 0.02);
    }

    [Fact]
    public void An_arrow_points_along_a_trajectory_on_the_page()
    {
        XElement svg = SvgReading.Parse(new Figure { XAxis = new FigureAxis { Min = 0, Max = 10 }, YAxis = new FigureAxis { Min = 0, Max = 1 } }
            .Arrows([5], [0.5], [2], [0.1]).Line([5, 7], [0.5, 0.6]).ToSvg());
        List<(double X, double Y)> arrow = SvgReading.Points(svg.Named("path").First(e => e.Find("class") == "c8").Attribute("d")!.Value);
        List<(double X, double Y)> line = SvgReading.Points(svg.Named("path").Single(e => e.Attribute("class")?.Value == "c1").Attribute("d")!.Value);
        double slope = (line[1].Y - line[0].Y) / (line[1].X - line[0].X);
        Assert.True(arrow[1].X > arrow[0].X);
        // Hundredths over an arrow's length of at most 40 pixels, and of the line.
        Assert.Equal(slope, (arrow[1].Y - arrow[0].Y) / (arrow[1].X - arrow[0].X), 0.01);
    }

    [Fact]
    public void An_animation_stands_still_at_its_last_frame_where_motion_is_not_wanted()
    {
        XElement svg = SvgReading.Parse(Samples.Frames(4).ToSvg());
        XElement[] frames = svg.Named("g").Where(g => g.Attribute("class")?.Value == "frame").ToArray();
        Assert.Equal(["0", "0", "0", null], frames.Select(f => f.Attribute("opacity")?.Value));
        Assert.StartsWith("@media screen and (prefers-reduced-motion:no-preference)", svg.Named("style").Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_film_strip_holds_the_first_and_the_last_frame()
    {
        IEnumerable<string?> titles = Samples.Frames(11).ToFilmStrip(3).Panels.Select(p => p.Title);
        Assert.Equal(["iteration 0", "iteration 500", "iteration 1000"], titles);
    }

    [Fact]
    public void An_embedded_image_holds_its_pixels()
    {
        string uri = Png.DataUri(2, 2, (x, y) => ((byte)(10 * x), (byte)(20 * y), 30));
        byte[] file = Convert.FromBase64String(uri["data:image/png;base64,".Length..]);
        Assert.Equal(2, BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16)));
        int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(33));
        using var zlib = new ZLibStream(new MemoryStream(file, 41, length), CompressionMode.Decompress);
        var rows = new MemoryStream();
        zlib.CopyTo(rows);
        Assert.Equal(new byte[] { 0, 0, 0, 30, 10, 0, 30, 0, 0, 20, 30, 10, 20, 30 }, rows.ToArray());
        // The check value of an empty IEND chunk is the same in every PNG file.
        Assert.Equal(new byte[] { 0xAE, 0x42, 0x60, 0x82 }, file[^4..]);
    }

    private static void AssertTextsAreClear(XElement svg)
    {
        // Labels of frames share a place, since one frame shows at a time.
        foreach (XElement frame in svg.Named("g").Where(g => g.Attribute("class")?.Value == "frame").SkipLast(1).ToArray())
        {
            frame.Remove();
        }
        IReadOnlyList<SvgReading.PlacedText> texts = SvgReading.Texts(svg);
        (double width, double height) = (svg.Number("width"), svg.Number("height"));
        for (int i = 0; i < texts.Count; i++)
        {
            Assert.True(texts[i].Left >= 0 && texts[i].Right <= width && texts[i].Top >= 0 && texts[i].Bottom <= height, $"{texts[i]} leaves {width} x {height}");
            for (int j = 0; j < i; j++)
            {
                Assert.False(texts[i].Overlaps(texts[j]), $"{texts[i]} overlaps {texts[j]}");
            }
        }
    }

    private static Figure RandomFigure(Random random, int magnitude)
    {
        double unit = Math.Pow(10, magnitude);
        double[] xs = [.. Enumerable.Range(0, 20).Select(_ => unit * (random.NextDouble() - 0.3))];
        double[] ys = [.. xs.Select(x => Math.Pow(10, 6 * random.NextDouble()) / unit)];
        var figure = new Figure
        {
            Title = Words(random),
            XAxis = new FigureAxis(Words(random), Words(random)) { Scale = (AxisScale)random.Next(2) },
            YAxis = new FigureAxis(Words(random), Words(random)) { Scale = (AxisScale)random.Next(2) },
            EqualAspect = random.Next(3) == 0,
        };
        for (int i = random.Next(5); i > 0; i--)
        {
            figure = figure.Line(xs, ys, Words(random));
        }
        return random.Next(2) == 0 ? figure : figure.ColoredPoints(xs, ys, ys, new FigureAxis(Words(random)), Words(random));
    }

    private static string Words(Random random)
    {
        return string.Join(' ', Enumerable.Range(0, random.Next(9)).Select(_ => new string((char)random.Next('A', 'z' + 1), random.Next(1, 12))));
    }
}
