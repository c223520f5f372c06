namespace NeuralOde.Experiments.Mnist.PaperTable;

/// <summary>The page with the table of <c>neuralode experiment mnist-table</c>.</summary>
internal static class MnistTableReport
{
    public static Report Create(MnistTable table, string commandLine) => new Report($"{table.Collection.Title}: the classifiers side by side")
    {
        Subtitle = $"Ours beside table 1 of Chen et al. 2018; {MnistTableText.Whole(table.Data.Training.Count)} training and "
            + $"{MnistTableText.Whole(table.Data.Test.Count)} test images",
        Footer = ToolVersion.Text,
    }.Add(
        new ReportSection(
            "The table",
            "The test error is that of the model after its last epoch, in brackets the least and the greatest over seeds. "
                + "Memory is the most that a training step holds, parameters and optimizer included; time is the median of training steps.",
            Ours(table),
            Published(table)),
        new ReportSection(
            "Memory and time against depth",
            "The direct gradient keeps the states of all steps, residual blocks keep what each computed, and the adjoint integrates the state backward again and keeps "
                + "none: its memory is the same for any number of steps. Time grows with the steps either way.",
            Figures(table),
            Depths(table)),
        new ReportSection("Runs", Runs(table)),
        new ReportSection(
            "Settings",
            ReportTable.Pairs(null, Settings(table)),
            new CodeBlock(commandLine, "The command that made this page. The same command trains the same models; times depend on the load of the machine.")));

    private static ReportTable Ours(MnistTable table) => new()
    {
        Columns =
        [
            new ReportColumn("ours"), new ReportColumn("test error", IsNumeric: true), new ReportColumn("runs", IsNumeric: true),
            new ReportColumn("parameters", IsNumeric: true), new ReportColumn("memory per step", IsNumeric: true),
            new ReportColumn("time per step", IsNumeric: true),
        ],
        Rows = [.. table.Rows.Select(static x => (IReadOnlyList<string>)MnistTableText.Row(x))],
        Caption = $"Batches of {table.BatchSize} images.",
    };

    private static ReportTable Published(MnistTable table) => new()
    {
        Columns =
        [
            new ReportColumn("published, for MNIST"), new ReportColumn("test error", "%", IsNumeric: true),
            new ReportColumn("parameters", IsNumeric: true), new ReportColumn("memory", IsNumeric: true), new ReportColumn("time", IsNumeric: true),
        ],
        Rows =
        [
            .. table.Rows.Select(
                static x => (IReadOnlyList<string>)[x.Row.Title.Split(" (")[0], x.Row.Published.Error, x.Row.Published.Parameters, x.Row.Published.Memory, x.Row.Published.Time]),
        ],
        Caption = "Chen et al. 2018, table 1; L is the number of layers, L̃ the number of evaluations. The perceptron is that of LeCun et al. 1998.",
    };

    private static PanelGrid Figures(MnistTable table)
    {
        DepthSeries residual = table.Depths.First(static x => x.Unit == "blocks");
        DepthSeries[] solves = [.. table.Depths.Where(static x => x.Unit == "steps")];
        return new PanelGrid
        {
            Columns = 2,
            PanelHeight = 230,
            MinPanelWidth = 330,
            SharedX = false,
            Panels =
            [
                Draw(
                    new Figure { Title = "Memory: Euler steps", XAxis = new FigureAxis("steps") { Include = [0] }, YAxis = new FigureAxis("memory", "MB") { Include = [0] } },
                    solves,
                    static x => x.PeakBytes / 1e6),
                Draw(
                    new Figure { Title = "Memory: residual blocks", XAxis = new FigureAxis("blocks") { Include = [0] }, YAxis = new FigureAxis("memory", "MB") { Include = [0] } },
                    [residual],
                    static x => x.PeakBytes / 1e6),
                Draw(
                    new Figure { Title = "Time: Euler steps", XAxis = new FigureAxis("steps") { Include = [0] }, YAxis = new FigureAxis("time per step", "ms") { Include = [0] } },
                    solves,
                    static x => x.Time.TotalMilliseconds),
                Draw(
                    new Figure
                    {
                        Title = "Time: residual blocks",
                        XAxis = new FigureAxis("blocks") { Include = [0] },
                        YAxis = new FigureAxis("time per step", "ms") { Include = [0] },
                    },
                    [residual],
                    static x => x.Time.TotalMilliseconds),
            ],
        };
    }

    private static Figure Draw(Figure figure, DepthSeries[] all, Func<TrainingStepCost, double> value)
    {
        foreach (DepthSeries series in all)
        {
            (PaletteColor color, PointMarker marker, LineDash dash) = series.Title switch
            {
                "ResNet" => (PaletteColor.Green, PointMarker.Square, LineDash.DashDot),
                "Euler, adjoint" => (PaletteColor.Vermillion, PointMarker.Diamond, LineDash.Dashed),
                _ => (PaletteColor.Blue, PointMarker.Disc, LineDash.Solid),
            };
            double[] at = [.. series.Costs.Select(static x => (double)x.Count)], values = [.. series.Costs.Select(x => value(x.Cost))];
            figure = figure
                .Line(at, values, series.Title, new LineStyle { Color = color, Width = 1.8, Dash = dash })
                .Points(at, values, null, new PointStyle { Color = color, Marker = marker, Size = 7 });
        }

        return figure;
    }

    private static ReportTable Depths(MnistTable table) => new()
    {
        Columns =
        [
            new ReportColumn("model"), new ReportColumn("depth", IsNumeric: true), new ReportColumn("memory per step", "MB", IsNumeric: true),
            new ReportColumn("time per step", "ms", IsNumeric: true), new ReportColumn("growth of memory"),
        ],
        Rows =
        [
            .. table.Depths.SelectMany(static series => series.Costs.Select((x, i) => (IReadOnlyList<string>)
            [
                series.Title,
                $"{x.Count} {series.Unit}",
                MnistTableText.Megabytes(x.Cost.PeakBytes),
                MnistTableText.Milliseconds(x.Cost.Time),
                i == series.Costs.Count - 1 ? MnistTableText.Growth(series) : "",
            ])),
        ],
    };

    private static ReportTable Runs(MnistTable table) => new()
    {
        Columns =
        [
            new ReportColumn("model"), new ReportColumn("seed", IsNumeric: true), new ReportColumn("epochs", IsNumeric: true),
            new ReportColumn("test error", "%", IsNumeric: true), new ReportColumn("wrong", IsNumeric: true),
            new ReportColumn("test loss", IsNumeric: true), new ReportColumn("time of training"),
        ],
        Rows =
        [
            .. table.Rows.SelectMany(static row => row.Entries.Select(x => (IReadOnlyList<string>)
            [
                row.Row.Title,
                x.Seed.ToString(CultureInfo.InvariantCulture),
                row.Row.Epochs.ToString(CultureInfo.InvariantCulture),
                (100 * (1 - x.Test.Accuracy)).ToString("0.00", CultureInfo.InvariantCulture),
                MnistTableText.Whole(x.Test.Predicted.Length - x.Test.Correct),
                ProgressText.Number(x.Test.Loss),
                ProgressText.Time(x.Elapsed),
            ])),
        ],
        Caption = "The time of training is what the run has recorded, evaluations on the test images after each epoch included, "
            + "on the machine and with the threads that it was trained on.",
    };

    private static IReadOnlyList<(string Name, string Value)> Settings(MnistTable table) =>
    [
        .. table.Rows.Select(static x => (x.Row.Title, $"{ClassifierText.Model(x.Row.Model)}; {x.Row.Epochs} epochs, adam, learning rate 0.001, cosine decay to 0")),
        ("batch", $"{table.BatchSize} images"),
        ("threads", MnistTableText.Whole(ComputeSettings.Current.MaxThreads)),
    ];
}
