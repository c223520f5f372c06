namespace NeuralOde.Reports.Tests;

/// <summary>One drawing of every kind, with every kind of layer among them.</summary>
internal static class Samples
{
    public const string Hostile = "</text><script>alert(1)</script> & \"x\" 'y' \u0001\u202E ]]> <!-- \uD800";

    public static double[] Range(int count, double from = 0, double to = 1)
    {
        return [.. Enumerable.Range(0, count).Select(i => from + (to - from) * i / Math.Max(1, count - 1))];
    }

    public static Figure Portrait(string name = "learned")
    {
        double[] t = Range(150, 0, 20);
        double[] xs = [.. t.Select(s => Math.Exp(-0.1 * s) * Math.Cos(s))];
        double[] ys = [.. t.Select(s => Math.Exp(-0.1 * s) * Math.Sin(s))];
        var grid = new ArrowGrid(-1, 1, -1, 1, 8, 6);
        (double[] us, double[] vs) = grid.Evaluate((x, y) => (-0.1 * x - y, x - 0.1 * y));
        return new Figure { Title = "Portrait of " + name, XAxis = new FigureAxis(name + " one", "mm"), YAxis = new FigureAxis(name + " two", "mm"), EqualAspect = true }
            .ColoredPoints(xs, ys, t, new FigureAxis("time", "s"), name + " observed").Line(xs, ys, name, new LineStyle { Dash = LineDash.Dashed })
            .Arrows(grid.Xs, grid.Ys, us, vs, name + " field");
    }

    public static Figure Series(string name, double scale = 1)
    {
        double[] t = Range(60, 1900, 1930);
        double[] ys = [.. t.Select(s => scale * (2 + Math.Sin(s)))];
        return new Figure { Title = name, XAxis = new FigureAxis("year"), YAxis = new FigureAxis(name, "thousand pelts") }
            .Shade(1920, double.PositiveInfinity, "held out").Band(t, [.. ys.Select(y => y - scale)], [.. ys.Select(y => y + scale)], "interval")
            .Line(t, ys, "fit").Points(t, [.. ys.Select((y, i) => i % 7 == 0 ? double.NaN : y)], "observed", new PointStyle { Marker = PointMarker.Ring })
            .VerticalRule(1925, "today").HorizontalRule(scale, "published");
    }

    public static Figure Loss() => new Figure { XAxis = new FigureAxis("iteration"), YAxis = new FigureAxis("loss") { Scale = AxisScale.Logarithmic }, Height = 300 }
        .Line(Range(500, 1, 500), [.. Range(500, 0, 12).Select(x => Math.Exp(-x))], "loss");

    public static Figure Bars() => new Figure { XAxis = new FigureAxis("subject") { Categories = ["a", "a long name of a category", "c"] }, YAxis = new FigureAxis("error", "%") }
        .Bars([0, 1, 2], [3, 1, 2], "here").Bars([0, 1, 2], [2, 2, 2], "there", PaletteColor.Orange);

    public static Figure Heat(int size) => new Figure { XAxis = new FigureAxis("predicted"), YAxis = new FigureAxis("true") }
        .Heat(Cells(size), HeatBounds.Categories(size, size), new FigureAxis("count"), v => NumberText.Fixed(v, 0));

    public static PanelGrid Grid(int count, bool shared, int columns = 4) => new()
    {
        Title = "Many series",
        Columns = columns,
        SharedX = shared,
        SharedY = shared,
        Panels = [.. Enumerable.Range(0, count).Select(i => Series("subject " + i, Math.Pow(10, shared ? 0 : i - 5)))],
    };

    public static FrameSequence Frames(int count) => new()
    {
        Title = "Over training",
        Base = Portrait(),
        Frames = [.. Enumerable.Range(0, count).Select(k => new FigureFrame($"iteration {k * 100}", new Figure().Line([0, 0.1 * k], [0, 1], "learned so far")))],
    };

    public static ImageGrid Images(int count) => new()
    {
        Title = "Digits",
        Images = [.. Enumerable.Range(0, count).Select(k => new GridImage(28, 28, Range(784), $"{k} is {k + 1}"))],
    };

    public static IEnumerable<Drawing> All() =>
    [
        Portrait(), Portrait() with { Width = 300 }, Series("hare"), Series("hare", 1e-9) with { Width = 260 }, Loss(), Bars(),
        Bars() with { Width = 240 }, Heat(10), Heat(30), Heat(10) with { XAxis = new FigureAxis { Scale = AxisScale.Logarithmic } },
        Grid(12, shared: true), Grid(7, shared: false, 3), Grid(30, shared: true) with { Width = 400 }, Grid(2, shared: false, 1), Frames(5), Frames(5).ToFilmStrip(4), Images(7),
        new Figure(), new PanelGrid(), new FrameSequence(), new ImageGrid(),
    ];

    private static double[,] Cells(int size)
    {
        double[,] cells = new double[size, size];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                cells[i, j] = i == j ? 100 + i : j;
            }
        }
        return cells;
    }
}
