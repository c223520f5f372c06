namespace NeuralOde.Experiments.Dynamics;

/// <summary>The pictures of a learned system.</summary>
internal sealed class LearnFigures
{
    private const double Margin = 0.12;
    private const double Aspect = 1.35;
    private static readonly FigureAxis s_time = new("time");

    // The true trajectory is a wide pale ribbon with the learned one on it: where they agree both are seen.
    private static readonly LineStyle s_trueStyle = new() { Color = PaletteColor.Ink, Width = 5, Opacity = 0.25 };
    private static readonly LineStyle s_learnedStyle = new() { Color = PaletteColor.Vermillion, Width = 1.8 };

    private readonly DynamicsExperimentResult _result;
    private readonly double[][] _exact;
    private readonly double[][] _learned;
    private readonly double[][] _observed;
    private readonly FigureAxis _x;
    private readonly FigureAxis _y;

    public LearnFigures(DynamicsExperimentResult result)
    {
        _result = result;
        _exact = Components(result.Exact);
        _learned = Components(result.Learned);
        _observed = Components([.. result.Observations.Select(static x => (double)x)]);
        _x = Range("z₁", _exact[0], _observed[0]);
        _y = Range("z₂", _exact[1], _observed[1]);
    }

    /// <summary>The plane of the two components: observations, both trajectories, both fields.</summary>
    public Figure Portrait(bool titled = false)
    {
        // The plot is wider than tall and shows as much more of the plane; the arrows fill it.
        double height = _y.Max!.Value - _y.Min!.Value;
        double width = Math.Max(_x.Max!.Value - _x.Min!.Value, Aspect * height);
        double middle = 0.5 * (_x.Max.Value + _x.Min!.Value);
        var grid = new ArrowGrid(middle - (0.5 * width), middle + (0.5 * width), _y.Min.Value, _y.Max.Value, 20, 15);
        (double[] trueUs, double[] trueVs) = grid.Evaluate(TrueField);
        (double[] us, double[] vs) = LearnedField(grid);
        return new Figure
        {
            Title = titled ? $"A neural ODE learns the {_result.Options.Dynamics.Name} system from {_result.Times.Count:N0} observations" : null,
            XAxis = _x with { Min = middle - (0.5 * width), Max = middle + (0.5 * width) },
            YAxis = _y,
            EqualAspect = true,
            Height = 640,
            Caption = "Time runs along the observations' colors. Arrows fade where a field is weak; far from all observations the learned field is a guess.",
        }
            .Arrows(grid.Xs, grid.Ys, trueUs, trueVs, "true field", new ArrowStyle { Color = PaletteColor.Gray, Width = 2.8, Length = 0.6 })
            .Arrows(grid.Xs, grid.Ys, us, vs, "learned field", new ArrowStyle { Color = PaletteColor.Vermillion, Width = 1, Length = 0.6 })
            .ColoredPoints(_observed[0], _observed[1], _result.Times, s_time, "observations", new PointStyle { Size = 5.5 })
            .Line(_exact[0], _exact[1], "true trajectory", s_trueStyle)
            .Line(_learned[0], _learned[1], "learned trajectory", s_learnedStyle);
    }

    /// <summary>Both components over time, and how far the learned trajectory is from the true one.</summary>
    public PanelGrid Series() => new() { PanelHeight = 190, Panels = [Component(0, _x), Component(1, _y), Difference()] };

    /// <summary>The loss of each iteration and the error of the whole trajectory.</summary>
    public PanelGrid Training()
    {
        double[] iterations = [.. Enumerable.Range(1, _result.Losses.Count).Select(static x => (double)x)];
        double[] evaluated = [.. _result.Evaluations.Select(static x => (double)x.Iteration)];
        (double[] medianAt, double[] medians) = Median.Running(_result.Losses);
        FigureAxis iteration = new("iteration");
        return new PanelGrid
        {
            PanelHeight = 200,
            Panels =
            [
                new Figure
                {
                    Title = $"Loss of each iteration's windows ({(_result.Options.Loss == LossMeasure.MeanSquared ? "mean squared" : "mean absolute")} difference)",
                    XAxis = iteration,
                    YAxis = new FigureAxis("loss") { Scale = AxisScale.Logarithmic },
                }
                    .Line(iterations, _result.Losses, "each iteration", new LineStyle { Color = PaletteColor.SkyBlue, Width = 1, Opacity = 0.7 })
                    .Line(medianAt, medians, "running median", new LineStyle { Color = PaletteColor.Blue, Width = 2 }),
                new Figure
                {
                    Title = "Error of the whole trajectory against the observations",
                    XAxis = iteration,
                    YAxis = new FigureAxis("error (RMS)") { Scale = AxisScale.Logarithmic },
                }
                    .Line(evaluated, [.. _result.Evaluations.Select(static x => x.Error)], "whole trajectory", new LineStyle { Color = PaletteColor.Green, Width = 1.6 })
                    .Points(
                        [_result.BestIteration],
                        [_result.ObservationError],
                        "kept model",
                        new PointStyle { Color = PaletteColor.Vermillion, Marker = PointMarker.Diamond, Size = 10 }),
            ],
        };
    }

    /// <summary>The learned trajectory at moments of training.</summary>
    public FrameSequence Evolution() => new()
    {
        Base = new Figure { XAxis = _x, YAxis = _y, EqualAspect = true, Height = 460 }
            .Points(_observed[0], _observed[1], "observations", new PointStyle { Color = PaletteColor.Gray, Size = 4, Opacity = 0.7 })
            .Line(_exact[0], _exact[1], "true trajectory", s_trueStyle),
        Frames =
        [
            .. _result.Snapshots.Select(x =>
            {
                double[][] states = Components(x.States);
                return new FigureFrame(FormattableString.Invariant($"iteration {x.Iteration:N0}"), new Figure().Line(states[0], states[1], "learned so far", s_learnedStyle));
            }),
        ],
        Caption = "Press a number to see the trajectory after that many iterations. A trajectory that leaves the picture is cut at its edge.",
    };

    private Figure Component(int component, FigureAxis axis) => new Figure { Title = $"{axis.Label} over time", XAxis = s_time, YAxis = axis with { Min = null, Max = null } }
        .Points([.. _result.Times], _observed[component], "observations", new PointStyle { Color = PaletteColor.Blue, Size = 4.5, Opacity = 0.65 })
        .Line([.. _result.Times], _exact[component], "true", s_trueStyle)
        .Line([.. _result.Times], _learned[component], "learned", s_learnedStyle);

    private Figure Difference() => new Figure { Title = "Learned less true", XAxis = s_time, YAxis = new FigureAxis("difference") }
        .HorizontalRule(0)
        .Line([.. _result.Times], [.. _learned[0].Zip(_exact[0], static (a, b) => a - b)], "difference of z₁", new LineStyle { Color = PaletteColor.Blue, Width = 1.8 })
        .Line(
            [.. _result.Times],
            [.. _learned[1].Zip(_exact[1], static (a, b) => a - b)],
            "difference of z₂",
            new LineStyle { Color = PaletteColor.Orange, Width = 1.8, Dash = LineDash.DashDot });

    private (double U, double V) TrueField(double x, double y)
    {
        Span<double> derivative = stackalloc double[2];
        _result.Options.Dynamics.Field(0, [x, y], derivative);
        return (derivative[0], derivative[1]);
    }

    private (double[] Us, double[] Vs) LearnedField(ArrowGrid grid)
    {
        VectorField field = _result.Model.Field;
        using IDisposable _ = GradientMode.Disable();
        float[] states = [.. grid.Xs.Zip(grid.Ys).SelectMany(static x => new[] { (float)x.First, (float)x.Second })];
        float[] values = field.Forward(Tensor.Scalar(0, DType.Float32), Tensor.From<float>(states, [grid.Xs.Count, 2])).ToArray<float>();
        return ([.. values.Where(static (_, i) => i % 2 == 0).Select(static x => (double)x)], [.. values.Where(static (_, i) => i % 2 == 1).Select(static x => (double)x)]);
    }

    private static FigureAxis Range(string label, double[] exact, double[] observed)
    {
        (double low, double high) = (Math.Min(exact.Min(), observed.Min()), Math.Max(exact.Max(), observed.Max()));
        double margin = Margin * (high - low);
        return new FigureAxis(label) { Min = low - margin, Max = high + margin };
    }

    private static double[][] Components(IReadOnlyList<double> states) =>
        [[.. states.Where(static (_, i) => i % 2 == 0)], [.. states.Where(static (_, i) => i % 2 == 1)]];
}
