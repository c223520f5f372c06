namespace NeuralOde.Experiments.Flows;

/// <summary>The page about flows fitted to densities that are known up to a factor.</summary>
internal static class EnergyReport
{
    private const int Cells = 90;
    private const double Edge = 4;
    private static readonly HeatBounds s_bounds = new(-Edge, Edge, -Edge, Edge);

    public static Report Create(IReadOnlyList<EnergyFit> fits, string commandLine)
    {
        var report = new Report("Discrete and continuous flows by depth")
        {
            Subtitle = "Planar flows of growing depth, and continuous flows with as many hidden units, fitted to densities that are known up to a factor (after figure 4 of "
                + "Chen et al. 2018).",
            Footer = ToolVersion.Text,
        };
        foreach (IGrouping<EnergyTarget, EnergyFit> target in fits.GroupBy(static x => x.Target))
        {
            EnergyFit[] ordered = [.. target.OrderBy(static x => x.IsContinuous).ThenBy(static x => x.Depth)];
            report = report.Add(new ReportSection(
                char.ToUpperInvariant(target.Key.Title[0]) + target.Key.Title[1..],
                Plane("the density", x => -target.Key.Energy(x)) with { Height = 300, Caption = "What is fitted. Each picture is in units of its own largest value." },
                new PanelGrid
                {
                    Columns = ordered.Count(static x => x.IsContinuous),
                    PanelHeight = 200,
                    SharedX = true,
                    SharedY = true,
                    MinPanelWidth = 150,
                    Panels = [.. ordered.Select(static x => Plane($"{x.Label}: {Nats(x.Distance)}", x.LogDensity))],
                    Caption = "Above planar flows, below continuous ones, with KL(flow‖density) in nats: 0 for a perfect fit.",
                },
                Depths(ordered)));
        }

        return report.Add(new ReportSection("Numbers", Table(fits), new CodeBlock(commandLine, "The command that made this page. The same command gives the same numbers.")));
    }

    private static Figure Plane(string title, Func<Tensor, Tensor> logDensity)
    {
        double[] grid = new double[2 * Cells * Cells];
        for (int i = 0; i < Cells * Cells; i++)
        {
            grid[2 * i] = Center(i % Cells);
            grid[(2 * i) + 1] = Center(i / Cells);
        }

        using IDisposable noGradients = GradientMode.Disable();
        double[] scores = logDensity(Tensor.Create<double>(grid, [Cells * Cells, 2], DType.Float32)).ToDoubles();
        double most = scores.Max();
        double[,] values = new double[Cells, Cells];
        for (int i = 0; i < scores.Length; i++)
        {
            values[i / Cells, i % Cells] = Math.Exp(scores[i] - most);
        }

        return new Figure
        {
            Title = title,
            XAxis = new FigureAxis("first component") { Min = -Edge, Max = Edge },
            YAxis = new FigureAxis("second component") { Min = -Edge, Max = Edge },
            EqualAspect = true,
        }.Heat(values, s_bounds, new FigureAxis("density"));

        static double Center(int cell) => Edge * ((2 * (cell + 0.5) / Cells) - 1);
    }

    private static Figure Depths(IEnumerable<EnergyFit> fits)
    {
        var figure = new Figure
        {
            XAxis = new FigureAxis("layers, or hidden units") { Scale = AxisScale.Logarithmic },
            YAxis = new FigureAxis("KL", "nats") { Include = [0] },
            Height = 260,
        };
        foreach (IGrouping<bool, EnergyFit> kind in fits.GroupBy(static x => x.IsContinuous))
        {
            double[] xs = [.. kind.Select(static x => (double)x.Depth)], ys = [.. kind.Select(static x => x.Distance)];
            PaletteColor color = kind.Key ? PaletteColor.Vermillion : PaletteColor.Blue;
            figure = figure.Line(xs, ys, kind.Key ? "continuous" : "planar", new LineStyle { Color = color, Width = 2 })
                .Points(xs, ys, null, new PointStyle { Color = color, Size = 6 });
        }

        return figure;
    }

    private static ReportTable Table(IEnumerable<EnergyFit> fits) => new()
    {
        Columns =
        [
            new ReportColumn("density"), new ReportColumn("flow"), new ReportColumn("KL", "nats", true), new ReportColumn("parameters", null, true),
            new ReportColumn("training", "s", true),
        ],
        Rows =
        [
            .. fits.Select(static x => (IReadOnlyList<string>)
            [
                x.Target.Title, x.Label, Nats(x.Distance), InWords.Whole((int)x.ParameterCount), ProgressText.Fixed(x.Training.Elapsed.TotalSeconds, 1),
            ]),
        ],
    };

    private static string Nats(double value) => ProgressText.Fixed(value, 3);
}
