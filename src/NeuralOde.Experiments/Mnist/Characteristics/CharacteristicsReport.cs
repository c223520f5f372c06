namespace NeuralOde.Experiments.Mnist.Characteristics;

/// <summary>The page about a classifier's equation.</summary>
internal static class CharacteristicsReport
{
    private static readonly FigureAxis s_evaluations = new("evaluations forward") { Scale = AxisScale.Logarithmic };

    public static Report Create(MeasuredCharacteristics measured, string commandLine)
    {
        Report report = new Report($"{measured.Classifier.Collection.Title}: the equation of an ODE-Net")
        {
            Subtitle = $"{ClassifierText.Model(measured.Classifier.Options)}; {measured.Model}",
            Footer = ToolVersion.Text,
        }.Add(new ReportSection(
            "What a tolerance costs",
            $"One batch of {measured.Images} test images, solved by {measured.Solver} with equal relative and absolute tolerances, one point each; "
                + $"the network is in evaluation mode. After Chen et al. 2018, figure 3 (a) to (c).",
            Figures(measured),
            Tolerances(measured)));
        report = measured.History is { } history
            ? report.Add(new ReportSection(
                "Evaluations during training",
                $"Means over the steps of each epoch, from a run by {history.Solver} ({history.Name}); figure 3 (d) of the paper, in which they rise.",
                Training(history)))
            : report.Add(
                new ReportSection("Evaluations during training", "They are drawn from a run whose solver has tolerances: name its checkpoint with --run, or add --train."));
        return report.Add(
            new ReportSection(
                "Train precisely, infer cheaply",
                $"The same parameters with another solver: {measured.TestImages.ToString("N0", CultureInfo.InvariantCulture)} test images, classified in batches of 100. "
                    + $"Time is of the whole network.",
                Accuracy(measured),
                Inference(measured)),
            new ReportSection(
                "Settings",
                ReportTable.Pairs(null, ("threads", ComputeSettings.Current.MaxThreads.ToString(CultureInfo.InvariantCulture))),
                new CodeBlock(commandLine, "The command that made this page.")));
    }

    private static PanelGrid Figures(MeasuredCharacteristics measured)
    {
        SolverCharacteristic[] all = [.. measured.Tolerances.Where(static x => double.IsFinite(x.Error))], backward = [.. all.Where(static x => x.Failure is null)];
        double[] forward = [.. all.Select(static x => (double)x.Evaluations)], both = [.. backward.Select(static x => (double)x.Evaluations)];
        double[] ends = both.Length == 0 ? [] : [both.Min(), both.Max()];
        return new PanelGrid
        {
            Columns = 2,
            PanelHeight = 230,
            MinPanelWidth = 330,
            SharedX = false,
            Panels =
            [
                Dotted(
                    new Figure { Title = "(a) Error at time 1", XAxis = s_evaluations, YAxis = new FigureAxis("relative error") { Scale = AxisScale.Logarithmic } },
                    forward,
                    [.. all.Select(static x => x.Error)],
                    PaletteColor.Blue,
                    null),
                Dotted(
                    new Figure
                    {
                        Title = "(b) Time of the solve",
                        XAxis = new FigureAxis("evaluations forward") { Include = [0] },
                        YAxis = new FigureAxis("time", "ms") { Include = [0] },
                    },
                    forward,
                    [.. all.Select(static x => x.Time.TotalMilliseconds)],
                    PaletteColor.Blue,
                    null),
                Dotted(
                    new Figure
                    {
                        Title = "(c) Evaluations backward",
                        XAxis = new FigureAxis("evaluations forward") { Include = [0] },
                        YAxis = new FigureAxis("evaluations backward") { Include = [0] },
                    }
                        .Line(ends, ends, "as many as forward", new LineStyle { Color = PaletteColor.Gray, Dash = LineDash.Dotted, Width = 1.5 })
                        .Line(ends, [.. ends.Select(static x => x / 2)], "half as many", new LineStyle { Color = PaletteColor.Gray, Dash = LineDash.Dashed, Width = 1.5 }),
                    both,
                    [.. backward.Select(static x => (double)x.BackwardEvaluations)],
                    PaletteColor.Vermillion,
                    "by the adjoint"),
                Dotted(
                    new Figure
                    {
                        Title = "Error over tolerances",
                        XAxis = new FigureAxis("tolerance") { Scale = AxisScale.Logarithmic },
                        YAxis = new FigureAxis("relative error") { Scale = AxisScale.Logarithmic },
                    },
                    [.. all.Select(static x => x.Tolerance)],
                    [.. all.Select(static x => x.Error)],
                    PaletteColor.Green,
                    null),
            ],
        };
    }

    private static Figure Dotted(Figure figure, double[] xs, double[] ys, PaletteColor color, string? name) => figure
        .Line(xs, ys, null, new LineStyle { Color = color, Width = 1.2, Opacity = 0.6 })
        .Points(xs, ys, name, new PointStyle { Color = color, Size = 8 });

    private static ReportTable Tolerances(MeasuredCharacteristics measured) => new()
    {
        Columns =
        [
            new ReportColumn("tolerance"), new ReportColumn("error", IsNumeric: true), new ReportColumn("forward", IsNumeric: true),
            new ReportColumn("time", "ms", IsNumeric: true), new ReportColumn("backward", IsNumeric: true),
            new ReportColumn("ratio", IsNumeric: true), new ReportColumn("time", "ms", IsNumeric: true),
        ],
        Rows =
        [
            .. measured.Tolerances.Select(static x => (IReadOnlyList<string>)
            [
                Text(x.Tolerance),
                ProgressText.Number(x.Error),
                Whole(x.Evaluations),
                Fixed(x.Time.TotalMilliseconds, 1),
                x.Failure is null ? Whole(x.BackwardEvaluations) : "failed",
                x.Failure is null ? Fixed((double)x.BackwardEvaluations / x.Evaluations, 2) : "-",
                x.Failure is null ? Fixed(x.BackwardTime.TotalMilliseconds, 1) : "-",
            ]),
        ],
        Caption = $"Evaluations forward and backward, their times, and the ratio of backward to forward. "
            + $"The error is that of the features at time 1, root mean square over that of the features, against a solve in double precision at "
            + $"{Text(EquationCharacteristics.ReferenceTolerance)}. A backward evaluation is one of the field and one vector-Jacobian product. "
            + $"Times are the shortest of three.",
    };

    private static Figure Training(AdaptiveHistory history)
    {
        double[] at = [.. history.Epochs.Select(static x => (double)x.Number)];
        return new Figure { XAxis = new FigureAxis("epoch"), YAxis = new FigureAxis("evaluations per training step") { Include = [0] }, Height = 300 }
            .Line(at, [.. history.Epochs.Select(static x => x.ForwardEvaluations)], "forward", new LineStyle { Color = PaletteColor.Blue, Width = 1.8 })
            .Points(at, [.. history.Epochs.Select(static x => x.ForwardEvaluations)], null, new PointStyle { Color = PaletteColor.Blue, Size = 7 })
            .Line(
                at,
                [.. history.Epochs.Select(x => x.BackwardEvaluations / history.EvaluationsEach)],
                "backward",
                new LineStyle { Color = PaletteColor.Vermillion, Width = 1.8, Dash = LineDash.Dashed })
            .Points(
                at,
                [.. history.Epochs.Select(x => x.BackwardEvaluations / history.EvaluationsEach)],
                null,
                new PointStyle { Color = PaletteColor.Vermillion, Size = 7, Marker = PointMarker.Diamond });
    }

    private static Figure Accuracy(MeasuredCharacteristics measured)
    {
        var figure = new Figure
        {
            XAxis = new FigureAxis("evaluations of the field") { Scale = AxisScale.Logarithmic },
            YAxis = new FigureAxis("wrong", "%") { Scale = AxisScale.Logarithmic },
            Height = 320,
        };
        (string Name, PaletteColor Color, PointMarker Marker)[] methods =
        [
            ("euler", PaletteColor.Vermillion, PointMarker.Disc),
            ("midpoint", PaletteColor.Orange, PointMarker.Square),
            ("rk4", PaletteColor.Green, PointMarker.Diamond),
            ("dopri5", PaletteColor.Blue, PointMarker.Triangle),
        ];
        foreach ((string name, PaletteColor color, PointMarker marker) in methods)
        {
            ClassifierEvaluation[] tests = [.. measured.Inference.Where(x => x.Solver.Solver.Name == name).Select(static x => x.Test).OfType<ClassifierEvaluation>()];
            double[] at = [.. tests.Select(static x => x.Evaluations)], wrong = [.. tests.Select(static x => 100 * (1 - x.Accuracy))];
            figure = figure
                .Line(at, wrong, null, new LineStyle { Color = color, Width = 1.2, Opacity = 0.6 })
                .Points(at, wrong, name, new PointStyle { Color = color, Marker = marker, Size = 8 });
        }

        return figure;
    }

    private static ReportTable Inference(MeasuredCharacteristics measured) => new()
    {
        Columns =
        [
            new ReportColumn("solver"), new ReportColumn("test accuracy", "%", IsNumeric: true), new ReportColumn("wrong", IsNumeric: true),
            new ReportColumn("test loss", IsNumeric: true), new ReportColumn("evaluations", IsNumeric: true),
            new ReportColumn("time", "s", IsNumeric: true), new ReportColumn("images/s", IsNumeric: true),
        ],
        Rows =
        [
            .. measured.Inference.Select(x => (IReadOnlyList<string>)(x.Test is { } test
                ?
                [
                    x.Solver.ToString(),
                    Fixed(100 * test.Accuracy, 2),
                    Whole(measured.TestImages - test.Correct),
                    Fixed(test.Loss, 4),
                    Fixed(test.Evaluations, 1),
                    Fixed(test.Elapsed.TotalSeconds, 2),
                    Whole((long)(measured.TestImages / test.Elapsed.TotalSeconds)),
                ]
                : [x.Solver.ToString(), "failed", "-", "-", "-", "-", "-"])),
        ],
        Caption = $"Trained with {new SolverChoice(measured.Classifier.Options.Solver, measured.Classifier.Options.Steps, measured.Classifier.Options.Gradient)}.",
    };

    internal static string Text(double value) => value.ToString("0e-0", CultureInfo.InvariantCulture);

    private static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Fixed(double value, int decimals) => ProgressText.Fixed(value, decimals);
}
