using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;

namespace NeuralOde.Reports.Tests;

public class ThinningTests
{
    private static readonly Arbitrary<List<(double X, double Y)>> s_lines = (
        from count in Gen.Choose(1, 3000)
        from seed in Gen.Choose(0, int.MaxValue)
        select Noise(count, 100, seed)).ToArbitrary();

    [Fact]
    public void Every_column_keeps_its_first_last_lowest_and_highest_point()
    {
        Prop.ForAll(s_lines, line =>
        {
            ILookup<double, (double X, double Y)> kept = Thinning.ByColumn(line).ToLookup(p => Math.Floor(p.X));
            foreach (IGrouping<double, (double X, double Y)> column in line.GroupBy(p => Math.Floor(p.X)))
            {
                Assert.Equal(column.First(), kept[column.Key].First());
                Assert.Equal(column.Last(), kept[column.Key].Last());
                Assert.Equal(column.Min(p => p.Y), kept[column.Key].Min(p => p.Y));
                Assert.Equal(column.Max(p => p.Y), kept[column.Key].Max(p => p.Y));
                Assert.InRange(kept[column.Key].Count(), 1, 4);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Points_left_out_lie_within_the_tolerance_of_the_line_kept()
    {
        var circle = Enumerable.Range(0, 2000).Select(i => (200 * Math.Cos(i * 0.01), 150 * Math.Sin(i * 0.01))).ToList();
        List<(double X, double Y)> kept = Thinning.ByDistance(circle);
        // A chord of angle a on a radius of 200 leaves 200(1 − cos(a/2)): 0.06 at a = 0.049. Halving ends between that and half of it, on 20 radians.
        Assert.True(kept.Count < 20 / 0.0245);
        foreach ((double, double) p in circle)
        {
            Assert.True(kept.Zip(kept.Skip(1)).Min(s => Distance(p, s.First, s.Second)) <= Thinning.Tolerance * (1 + 1e-9));
        }
    }

    [Fact]
    public void A_hundred_thousand_points_keep_their_extremes_and_stay_small()
    {
        double[] xs = Enumerable.Range(0, 100_000).Select(i => (double)i).ToArray();
        List<(double X, double Y)> noise = Noise(100_000, 1, 7);
        double[] ys = noise.Select(p => p.Y).ToArray();
        (ys[54_321], ys[12_345]) = (1000, -1000);
        Figure figure = new Figure { Width = 800, Height = 400, YAxis = new FigureAxis { Min = -1100, Max = 1100 } }.Line(xs, ys);
        string svg = figure.ToSvg();
        Assert.InRange(svg.Length, 1, 60_000);
        List<(double X, double Y)> points = SvgReading.Points(SvgReading.Parse(svg).Named("path").Single(p => p.Attribute("class")?.Value == "c1").Attribute("d")!.Value);
        XElement plot = SvgReading.Parse(svg).Named("svg").First();
        (double top, double height) = (plot.Number("y"), plot.Number("height"));
        // Two roundings to hundredths, and what the second step may leave out.
        Assert.Equal(top + height * 100 / 2200, points.Min(p => p.Y), 0.02 + Thinning.Tolerance);
        Assert.Equal(top + height * 2100 / 2200, points.Max(p => p.Y), 0.02 + Thinning.Tolerance);
    }

    private static List<(double X, double Y)> Noise(int count, double width, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => (width * i / count, 100 * random.NextDouble()))];
    }

    private static double Distance((double X, double Y) p, (double X, double Y) a, (double X, double Y) b)
    {
        (double dx, double dy) = (b.X - a.X, b.Y - a.Y);
        double w = Math.Clamp(((p.X - a.X) * dx + (p.Y - a.Y) * dy) / Math.Max(1e-300, dx * dx + dy * dy), 0, 1);
        return Math.Sqrt(Math.Pow(p.X - a.X - w * dx, 2) + Math.Pow(p.Y - a.Y - w * dy, 2));
    }
}
