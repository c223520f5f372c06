using System.Globalization;
using NeuralOde.Cli.CommandLine;
using NeuralOde.Cli.Commands;
using NeuralOde.Cli.Progress;
using NeuralOde.Experiments;
using NeuralOde.Reports;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Cli.Reporting;

/// <summary>The page about a classifier's equation.</summary>
internal static class CharacteristicsReport
{
    private static readonly Axis Evaluations = new("evaluations forward") { Scale = AxisScale.Logarithmic };

    public static Report Create(Characteristics measured, string commandLine)
    {
        Report report = new Report($"{measured.Classifier.Collection.Title}: the equation of an ODE-Net")
        {
            Subtitle = $"{Describe.Classifier(measured.Classifier.Options)}; {measured.Model}",
            Footer = $"neuralode {HelpWriter.Version}",
        }.Add(new Section(
            "What a tolerance costs",
            $"One batch of {measured.Images} test images, solved by {measured.Solver} with equal relative and absolute tolerances, one point each; the network is in evaluation mode. After Chen et al. 2018, figure 3 (a) to (c).",
            Figures(measured),
            Tolerances(measured)));
        report = measured.History is { } history
            ? report.Add(new Section(
                "Evaluations as training goes on",
                $"Means over the steps of each epoch, from a run by {history.Solver} ({history.Name}); figure 3 (d) of the paper, in which they rise.",
                Training(history)))
            : report.Add(new Section("Evaluations as training goes on", "They are drawn from a run whose solver has tolerances: name its checkpoint with --run, or add --train."));
        return report.Add(
            new Section(
                "Train precisely, infer cheaply",
                $"The same parameters with another solver: {measured.TestImages.ToString("N0", CultureInfo.InvariantCulture)} test images, classified in batches of 100. Time is of the whole network.",
                Accuracy(measured),
                Inference(measured)),
            new Section("How it was made", Table.Pairs(null, ("threads", ComputeSettings.Current.MaxThreads.ToString(CultureInfo.InvariantCulture))), new CodeBlock(commandLine, "The command that made this page.")));
    }

    private static PanelGrid Figures(Characteristics measured)
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
                Dotted(new Figure { Title = "(a) Error at time 1", XAxis = Evaluations, YAxis = new Axis("relative error") { Scale = AxisScale.Logarithmic } }, forward, [.. all.Select(static x => x.Error)], PaletteColor.Blue, null),
                Dotted(new Figure { Title = "(b) Time of the solve", XAxis = new Axis("evaluations forward") { Include = [0] }, YAxis = new Axis("time", "ms") { Include = [0] } }, forward, [.. all.Select(static x => x.Time.TotalMilliseconds)], PaletteColor.Blue, null),
                Dotted(
                    new Figure { Title = "(c) Evaluations backward", XAxis = new Axis("evaluations forward") { Include = [0] }, YAxis = new Axis("evaluations backward") { Include = [0] } }
                        .Line(ends, ends, "as many as forward", new LineStyle { Color = PaletteColor.Gray, Dash = Dash.Dotted, Width = 1.5 })
                        .Line(ends, [.. ends.Select(static x => x / 2)], "half as many", new LineStyle { Color = PaletteColor.Gray, Dash = Dash.Dashed, Width = 1.5 }),
                    both,
                    [.. backward.Select(static x => (double)x.BackwardEvaluations)],
                    PaletteColor.Vermillion,
                    "by the adjoint"),
                Dotted(new Figure { Title = "Error over tolerances", XAxis = new Axis("tolerance") { Scale = AxisScale.Logarithmic }, YAxis = new Axis("relative error") { Scale = AxisScale.Logarithmic } }, [.. all.Select(static x => x.Tolerance)], [.. all.Select(static x => x.Error)], PaletteColor.Green, null),
            ],
        };
    }

    private static Figure Dotted(Figure figure, double[] xs, double[] ys, PaletteColor color, string? name) => figure
        .Line(xs, ys, null, new LineStyle { Color = color, Width = 1.2, Opacity = 0.6 })
        .Points(xs, ys, name, new PointStyle { Color = color, Size = 8 });

    private static Table Tolerances(Characteristics measured) => new()
    {
        Columns =
        [
            new Column("tolerance"), new Column("error", IsNumeric: true), new Column("forward", IsNumeric: true), new Column("time", "ms", IsNumeric: true), new Column("backward", IsNumeric: true), new Column("ratio", IsNumeric: true), new Column("time", "ms", IsNumeric: true),
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
        Caption = $"Evaluations forward and backward, their times, and the ratio of backward to forward. The error is that of the features at time 1, root mean square over that of the features, against a solve in double precision at {Text(EquationCharacteristics.ReferenceTolerance)}. A backward evaluation is one of the field and one vector-Jacobian product. Times are the shortest of three.",
    };

    private static Figure Training(AdaptiveHistory history)
    {
        double[] at = [.. history.Epochs.Select(static x => (double)x.Number)];
        return new Figure { XAxis = new Axis("epoch"), YAxis = new Axis("evaluations a training step") { Include = [0] }, Height = 300 }
            .Line(at, [.. history.Epochs.Select(static x => x.ForwardEvaluations)], "forward", new LineStyle { Color = PaletteColor.Blue, Width = 1.8 })
            .Points(at, [.. history.Epochs.Select(static x => x.ForwardEvaluations)], null, new PointStyle { Color = PaletteColor.Blue, Size = 7 })
            .Line(at, [.. history.Epochs.Select(x => x.BackwardEvaluations / history.EvaluationsEach)], "backward", new LineStyle { Color = PaletteColor.Vermillion, Width = 1.8, Dash = Dash.Dashed })
            .Points(at, [.. history.Epochs.Select(x => x.BackwardEvaluations / history.EvaluationsEach)], null, new PointStyle { Color = PaletteColor.Vermillion, Size = 7, Marker = Marker.Diamond });
    }

    private static Figure Accuracy(Characteristics measured)
    {
        var figure = new Figure { XAxis = new Axis("evaluations of the field") { Scale = AxisScale.Logarithmic }, YAxis = new Axis("wrong", "%") { Scale = AxisScale.Logarithmic }, Height = 320 };
        (string Name, PaletteColor Color, Marker Marker)[] methods = [("euler", PaletteColor.Vermillion, Marker.Disc), ("midpoint", PaletteColor.Orange, Marker.Square), ("rk4", PaletteColor.Green, Marker.Diamond), ("dopri5", PaletteColor.Blue, Marker.Triangle)];
        foreach ((string name, PaletteColor color, Marker marker) in methods)
        {
            ClassifierEvaluation[] tests = [.. measured.Inference.Where(x => x.Solver.Solver.Name == name).Select(static x => x.Test).OfType<ClassifierEvaluation>()];
            double[] at = [.. tests.Select(static x => x.Evaluations)], wrong = [.. tests.Select(static x => 100 * (1 - x.Accuracy))];
            figure = figure.Line(at, wrong, null, new LineStyle { Color = color, Width = 1.2, Opacity = 0.6 }).Points(at, wrong, name, new PointStyle { Color = color, Marker = marker, Size = 8 });
        }

        return figure;
    }

    private static Table Inference(Characteristics measured) => new()
    {
        Columns =
        [
            new Column("solver"), new Column("test accuracy", "%", IsNumeric: true), new Column("wrong", IsNumeric: true), new Column("test loss", IsNumeric: true), new Column("evaluations", IsNumeric: true), new Column("time", "s", IsNumeric: true), new Column("images/s", IsNumeric: true),
        ],
        Rows =
        [
            .. measured.Inference.Select(x => (IReadOnlyList<string>)(x.Test is { } test
                ?
                [
                    x.Solver.ToString(), Fixed(100 * test.Accuracy, 2), Whole(measured.TestImages - test.Correct), Fixed(test.Loss, 4), Fixed(test.Evaluations, 1), Fixed(test.Elapsed.TotalSeconds, 2), Whole((long)(measured.TestImages / test.Elapsed.TotalSeconds)),
                ]
                : [x.Solver.ToString(), "failed", "-", "-", "-", "-", "-"])),
        ],
        Caption = $"Trained with {new SolverChoice(measured.Classifier.Options.Solver, measured.Classifier.Options.Steps, measured.Classifier.Options.Gradient)}.",
    };

    internal static string Text(double value) => value.ToString("0e-0", CultureInfo.InvariantCulture);

    private static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Fixed(double value, int decimals) => ProgressText.Fixed(value, decimals);
}
