using NeuralOde.Experiments.PerSample;

namespace NeuralOde.Experiments.PerSample;

/// <summary>The page about one run of <c>neuralode experiment per-sample</c>.</summary>
internal static class PerSampleReport
{
    private const int ShownTimes = 12;
    private const int ShownPaths = 6;
    private static readonly LineStyle s_learned = new() { Color = PaletteColor.Vermillion, Width = 1.8 };

    public static Report Create(PerSampleResult result, string commandLine)
    {
        PerSampleOptions options = result.Options;
        return new Report($"A field from series with different observation times: {options.Dynamics.Name}")
        {
            Subtitle = $"{options.SeriesCount} series of {options.Observations} observations; no two share their times. One call of the layer takes each over its own span.",
            Footer = ToolVersion.Text,
        }
            .Add(result.WasCanceled ? [$"Training was stopped after {InWords.Iterations(result.Losses.Count)}. This page shows the model so far."] : Array.Empty<ReportBlock>())
            .Add(new KeyNumbers(
            [
                new KeyNumber(
                    "Error of the field",
                    (100 * result.FieldError).ToString("0.00", CultureInfo.InvariantCulture),
                    "%",
                    "root mean square over that of the true field, where unseen series are"),
                new KeyNumber("Error of paths", Number(result.PathError), Note: "root mean square over 100 unseen series, from their first states"),
                new KeyNumber("Training", result.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture), "s", InWords.Iterations(result.Losses.Count)),
            ]))
            .Add(new ReportSection("True and learned field", Portrait(result)))
            .Add(new ReportSection("When each series was observed", Times(result.Training)))
            .Add(new ReportSection("Loss", Loss(result)))
            .Add(new ReportSection("Settings", Settings(options), new CodeBlock(commandLine, "The command that made this page. The same command gives the same numbers.")));
    }

    private static Figure Portrait(PerSampleResult result)
    {
        TimeSeries[] paths = [.. result.Test.Series.Take(ShownPaths)];
        double[] xs = [.. result.Test.Series.SelectMany(static x => Values(x, 0))], ys = [.. result.Test.Series.SelectMany(static x => Values(x, 1))];
        var grid = new ArrowGrid(xs.Min(), xs.Max(), ys.Min(), ys.Max(), 20, 15);
        (double[] trueUs, double[] trueVs) = grid.Evaluate((x, y) =>
        {
            double[] velocity = new double[2];
            result.Options.Dynamics.Field(0, [x, y], velocity);
            return (velocity[0], velocity[1]);
        });
        using IDisposable noGradients = GradientMode.Disable();
        var states = Tensor.From([.. grid.Xs.Zip(grid.Ys).SelectMany(static x => (float[])[(float)x.First, (float)x.Second])], [grid.Xs.Count, 2]);
        double[] learned = result.Layer.Field.Forward(Tensor.Scalar(0f), states).ToDoubles();
        Figure figure = new Figure
        {
            XAxis = new FigureAxis("z₁"),
            YAxis = new FigureAxis("z₂"),
            EqualAspect = true,
            Height = 620,
            Caption = "Gray: the true field; red: the learned one. Points: what was learned from. "
                + "Lines: unseen series, from their first states, as the learned field has them; rings: where they truly were.",
        }
            .Arrows(grid.Xs, grid.Ys, trueUs, trueVs, "true field", new ArrowStyle { Color = PaletteColor.Gray, Width = 2.8, Length = 0.6 })
            .Arrows(
                grid.Xs,
                grid.Ys,
                [.. learned.Where(static (_, i) => i % 2 == 0)],
                [.. learned.Where(static (_, i) => i % 2 == 1)],
                "learned field",
                new ArrowStyle { Color = PaletteColor.Vermillion, Width = 1, Length = 0.6 })
            .Points(
                [.. result.Training.Series.SelectMany(static x => Values(x, 0))],
                [.. result.Training.Series.SelectMany(static x => Values(x, 1))],
                "observations",
                new PointStyle { Color = PaletteColor.SkyBlue, Size = 3, Opacity = 0.6 });
        for (int i = 0; i < paths.Length; i++)
        {
            TimeSeries predicted = result.Predicted.Series[i];
            figure = figure
                .Line(Values(predicted, 0), Values(predicted, 1), i == 0 ? "learned path" : null, s_learned)
                .Points(Values(paths[i], 0), Values(paths[i], 1), i == 0 ? "truth" : null, new PointStyle { Color = PaletteColor.Ink, Marker = PointMarker.Ring, Size = 7 });
        }

        return figure;
    }

    private static Figure Times(TimeSeriesSet training)
    {
        TimeSeries[] shown = [.. training.Series.Take(ShownTimes)];
        return new Figure
        {
            XAxis = new FigureAxis("time"),
            YAxis = new FigureAxis("series") { Categories = [.. shown.Select(static x => x.Id)] },
            Height = 320,
            Caption = $"The first {shown.Length} of {training.Series.Count} series.",
        }
            .Points(
                [.. shown.SelectMany(static x => x.Times.ToArray())],
                [.. shown.SelectMany(static (x, i) => Enumerable.Repeat((double)i, x.Count))],
                null,
                new PointStyle { Color = PaletteColor.Blue, Size = 6 });
    }

    private static Figure Loss(PerSampleResult result) => new Figure
    {
        XAxis = new FigureAxis("iteration"),
        YAxis = new FigureAxis("mean squared difference") { Scale = AxisScale.Logarithmic },
        Height = 300,
        Caption = string.Create(
            CultureInfo.InvariantCulture,
            $"The noise alone makes about {2 * result.Options.Noise * result.Options.Noise:0.0e+0}: it is in the observation at the end of a gap, and in the one at its start."),
    }
        .Line([.. Enumerable.Range(1, result.Losses.Count).Select(static i => (double)i)], result.Losses, null, new LineStyle { Width = 1 });

    private static ReportTable Settings(PerSampleOptions options) => ReportTable.Pairs(
        null,
        [
            ("true field", options.Dynamics.Equation),
            ("learned field", $"tanh network, hidden layers {string.Join(", ", options.Hidden)}"),
            ("optimizer", "adam, cosine decay to 0"),
            .. PerSampleOptions.Settings.Describe(options),
        ]);

    private static double[] Values(TimeSeries series, int c) => [.. Enumerable.Range(0, series.Count).Select(i => series[i, c])];

    private static string Number(double value) => double.IsFinite(value) ? NumberText.Short(value) : "none";
}
