namespace NeuralOde.Experiments.LatentSpirals;

/// <summary>The pictures of one model of spirals.</summary>
internal sealed class LatentSpiralsFigures
{
    /// <summary>How many of a spiral's first points the drawn reconstructions see.</summary>
    public const int Seen = 50;

    private const int Reconstructed = 9;
    private const int Between = 10;
    private const int Invented = 12;
    private const int Trajectories = 12;
    private const int TimeCount = 200;
    private const double End = 6 * Math.PI;
    private static readonly FigureAxis s_time = new("time");
    private static readonly LineStyle s_trueStyle = new() { Color = PaletteColor.Ink, Width = 5, Opacity = 0.25 };
    private static readonly double[] s_times = [.. Enumerable.Range(0, TimeCount).Select(static i => i * End / (TimeCount - 1))];

    private readonly SpiralModelOutcome _outcome;
    private readonly SpiralSet _test;
    private readonly double[][] _means;
    private readonly PrincipalComponents _components;

    public LatentSpiralsFigures(SpiralModelOutcome outcome, SpiralSet test)
    {
        using IDisposable mode = GradientMode.Disable();
        (_outcome, _test) = (outcome, test);
        int latent = outcome.Model.Encoder.LatentCount;
        _means = [.. outcome.Model.Encode(test.Batch([.. Enumerable.Range(0, test.Count)], [.. Enumerable.Range(0, SpiralErrors.Window)])).Mean.ToDoubles().Chunk(latent)];
        _components = PrincipalComponents.Of(_means);
    }

    /// <summary>Some test spirals from their first observations.</summary>
    public PanelGrid Reconstructions()
    {
        int[] spirals = [.. Enumerable.Range(0, Math.Min(Reconstructed, _test.Count))];
        double[] times = [.. Enumerable.Range(0, SpiralSet.TimeCount).Select(SpiralSet.TimeAt)];
        (double[] X, double[] Y)[] predicted = Paths(_outcome.Model.Extrapolate(_test.Batch(spirals, [.. Enumerable.Range(0, Seen)]), times));
        return new PanelGrid
        {
            Columns = 3,
            PanelHeight = 240,
            MinPanelWidth = 240,
            SharedX = false,
            Panels = [.. spirals.Select(i => Reconstruction(i, predicted[i]))],
            Caption = $"The first {spirals.Length} test spirals, not chosen. "
                + $"Above each, the root mean square error over the {Seen} points that were observed and over the {SpiralSet.TimeCount - Seen} beyond.",
        };
    }

    /// <summary>What lies between a clockwise and a counter-clockwise spiral.</summary>
    public PanelGrid Interpolation()
    {
        (int from, int to) = (Typical(isCounterClockwise: false), Typical(isCounterClockwise: true));
        (double[] X, double[] Y)[] paths = Paths(_outcome.Model.Interpolate(Latent(from), Latent(to), Between, s_times));
        return Spirals(
            paths,
            static i => string.Create(CultureInfo.InvariantCulture, $"{i} of {Between - 1}"),
            5,
            $"From the latent state of test spiral {from + 1} to that of test spiral {to + 1}, in equal steps; "
                + $"each of them has the median swept area among the test spirals of its direction. {Turning(paths)}");
    }

    /// <summary>Spirals that the model invents.</summary>
    public PanelGrid Samples()
    {
        (double[] X, double[] Y)[] paths = Paths(_outcome.Model.Sample(Invented, s_times, new RandomSource(_outcome.Options.Training.Seed)));
        return Spirals(paths, static _ => null, 6, $"Latent states drawn from the prior N(0, I), not chosen. {Turning(paths)}");
    }

    /// <summary>The latent states of the test spirals, and for an equation how they move.</summary>
    public PanelGrid Space()
    {
        (FigureAxis x, FigureAxis y) = (ComponentAxis(0), ComponentAxis(1));
        Figure states = new() { Title = "Inferred states at a spiral's beginning", XAxis = x, YAxis = y };
        foreach (bool turns in new[] { false, true })
        {
            double[][] own = [.. _means.Where((_, i) => SpiralSet.IsCounterClockwise(i) == turns)];
            states = states.Points(
                [.. own.Select(z => _components.Coordinate(z, 0))],
                [.. own.Select(z => _components.Coordinate(z, 1))],
                turns ? "counter-clockwise" : "clockwise",
                new PointStyle { Color = ColorOf(turns), Marker = turns ? PointMarker.Ring : PointMarker.Disc, Size = 5 });
        }

        return new PanelGrid
        {
            Columns = 2,
            PanelHeight = 320,
            MinPanelWidth = 300,
            SharedX = false,
            Panels = _outcome.Model is LatentOde ode ? [states, Flow(ode, x, y)] : [states],
            Caption = "Means of the inferred latent states of the test spirals from their first 100 points, along the two directions in which these differ most. "
                + (
                    _outcome.Model is LatentOde
                        ? $"On the right the paths of {Math.Min(Trajectories, _test.Count)} of them, each from its dot, on [0, 6π]."
                        : "A recurrent network's state after the first is of another kind and is not drawn."),
        };
    }

    /// <summary>Loss and validation error over training.</summary>
    public PanelGrid Curves()
    {
        TrainingResult training = _outcome.Training!;

        // What a perfect reconstruction of a known latent state would have: two coordinates' log density at its peak.
        double floor = 2 * (Math.Log(_outcome.Options.LikelihoodDeviation) + (0.5 * Math.Log(2 * Math.PI)));
        (double[] at, double[] medians) = Median.Running(training.Losses);
        FigureAxis iteration = new("iteration");
        return new PanelGrid
        {
            PanelHeight = 200,
            Panels =
            [
                new Figure { Title = "Loss a time point, above its lower bound", XAxis = iteration, YAxis = new FigureAxis("loss", "nats") { Scale = AxisScale.Logarithmic } }
                    .Line(
                        [.. Enumerable.Range(1, training.Losses.Count).Select(static x => (double)x)],
                        [.. training.Losses.Select(x => x - floor)],
                        "each iteration",
                        new LineStyle { Color = PaletteColor.SkyBlue, Width = 1, Opacity = 0.7 })
                    .Line(at, [.. medians.Select(x => x - floor)], "running median", new LineStyle { Color = PaletteColor.Blue, Width = 2 }),
                new Figure
                {
                    Title = "Validation: median reconstruction error from 100 observations",
                    XAxis = iteration,
                    YAxis = new FigureAxis("error (RMS)") { Scale = AxisScale.Logarithmic },
                }
                    .Line(
                        [.. training.Validations.Select(static x => (double)x.Iteration)],
                        [.. training.Validations.Select(static x => x.Error)],
                        "validation spirals",
                        new LineStyle { Color = PaletteColor.Green, Width = 1.8 })
                    .Points(
                        [training.BestIteration],
                        [training.BestError],
                        "kept model",
                        new PointStyle { Color = PaletteColor.Vermillion, Marker = PointMarker.Diamond, Size = 10 }),
            ],
            Caption = $"The loss is the negative evidence lower bound divided by the number of time points. "
                + $"Shown is how far it is above {NumberText.Short(floor)}, the value of a perfect reconstruction that needed no information.",
        };
    }

    private Figure Reconstruction(int spiral, (double[] X, double[] Y) predicted)
    {
        (double[] x, double[] y) = Coordinates(_test.Exact(spiral));
        (double[] seenX, double[] seenY) = Coordinates(_test.Observed(spiral)[..(2 * Seen)]);
        return new Figure { Title = $"{Error(0, Seen)}, beyond {Error(Seen, SpiralSet.TimeCount)}", EqualAspect = true }
            .Line(x, y, "true", s_trueStyle)
            .Points(seenX, seenY, "observed", new PointStyle { Color = PaletteColor.Blue, Size = 4 })
            .Line(predicted.X[..Seen], predicted.Y[..Seen], "reconstruction", new LineStyle { Color = PaletteColor.Vermillion, Width = 1.8 })
            .Line(predicted.X[(Seen - 1)..], predicted.Y[(Seen - 1)..], "extrapolation", new LineStyle { Color = PaletteColor.Green, Width = 1.8, Dash = LineDash.Dashed });

        string Error(int from, int to) => ProgressText.Number(Math.Sqrt(Enumerable.Range(from, to - from)
            .Average(i => 0.5 * (((predicted.X[i] - x[i]) * (predicted.X[i] - x[i])) + ((predicted.Y[i] - y[i]) * (predicted.Y[i] - y[i]))))));
    }

    private static PanelGrid Spirals((double[] X, double[] Y)[] paths, Func<int, string?> title, int columns, string caption) => new()
    {
        Columns = columns,
        PanelHeight = 150,
        MinPanelWidth = 120,
        SharedY = true,
        Panels =
        [
            .. paths.Select((x, i) => new Figure { Title = title(i), EqualAspect = true }
                .Line(x.X, x.Y, null, new LineStyle { Color = PaletteColor.Gray, Width = 1 })
                .ColoredPoints(x.X, x.Y, s_times, s_time, null, new PointStyle { Size = 3.5 })),
        ],
        Caption = caption,
    };

    private Figure Flow(LatentOde model, FigureAxis x, FigureAxis y)
    {
        using IDisposable mode = GradientMode.Disable();
        int count = Math.Min(Trajectories, _test.Count), latent = model.Encoder.LatentCount;
        var start = Tensor.From<float>([.. _means.Take(count).SelectMany(static z => z).Select(static z => (float)z)], [count, latent]);
        double[] states = model.Ode.Forward(start, s_times).ToDoubles();
        Figure figure = new() { Title = "How they move", XAxis = x, YAxis = y };
        for (int i = 0; i < count; i++)
        {
            bool turns = SpiralSet.IsCounterClockwise(i);
            double[][] path = [.. Enumerable.Range(0, TimeCount).Select(t => states.AsSpan(((t * count) + i) * latent, latent).ToArray())];
            (double[] along, double[] across) = ([.. path.Select(z => _components.Coordinate(z, 0))], [.. path.Select(z => _components.Coordinate(z, 1))]);
            figure = figure
                .Line(
                    along,
                    across,
                    i < 2 ? $"{(turns ? "counter-clockwise" : "clockwise")}, path" : null,
                    new LineStyle { Color = ColorOf(turns), Width = 1.3, Dash = turns ? LineDash.Dashed : LineDash.Solid })
                .Points([along[0]], [across[0]], null, new PointStyle { Color = ColorOf(turns), Size = 6 });
        }

        return figure;
    }

    private FigureAxis ComponentAxis(int direction)
    {
        string name = direction == 0 ? "first principal component" : "second principal component";
        return new FigureAxis(direction < _components.Shares.Count ? $"{name} ({(100 * _components.Shares[direction]).ToString("0", CultureInfo.InvariantCulture)} %)" : name);
    }

    private static PaletteColor ColorOf(bool isCounterClockwise) => isCounterClockwise ? PaletteColor.Vermillion : PaletteColor.Blue;

    private Tensor Latent(int spiral) => Tensor.From<float>([.. _means[spiral].Select(static x => (float)x)], [_means[spiral].Length]);

    /// <summary>The spiral of a direction whose path sweeps an area of median size: neither a dot nor a line.</summary>
    private int Typical(bool isCounterClockwise)
    {
        int[] own = [.. Enumerable.Range(0, _test.Count).Where(i => SpiralSet.IsCounterClockwise(i) == isCounterClockwise).OrderBy(i =>
        {
            (double[] x, double[] y) = Coordinates(_test.Exact(i));
            return Math.Abs(SweptArea(x, y));
        })];
        return own[own.Length / 2];
    }

    private static string Turning((double[] X, double[] Y)[] paths) =>
        $"{paths.Count(static x => SweptArea(x.X, x.Y) > 0)} of the {paths.Length} paths sweep their area counter-clockwise.";

    /// <summary>Twice the area that the line from the origin sweeps, counter-clockwise positive.</summary>
    private static double SweptArea(double[] x, double[] y) => Enumerable.Range(1, x.Length - 1).Sum(i => (x[i - 1] * y[i]) - (y[i - 1] * x[i]));

    private static (double[] X, double[] Y) Coordinates(ReadOnlySpan<float> points)
    {
        (double[] x, double[] y) = (new double[points.Length / 2], new double[points.Length / 2]);
        for (int i = 0; i < x.Length; i++)
        {
            (x[i], y[i]) = (points[2 * i], points[(2 * i) + 1]);
        }

        return (x, y);
    }

    /// <summary>Paths of shape <c>[times, count, 2]</c>, one by one.</summary>
    private static (double[] X, double[] Y)[] Paths(Tensor paths)
    {
        int times = paths.Shape[0], count = paths.Shape[1];
        double[] values = paths.ToDoubles();
        return
        [
            .. Enumerable.Range(0, count).Select(i => (
                Enumerable.Range(0, times).Select(t => values[((t * count) + i) * 2]).ToArray(),
                Enumerable.Range(0, times).Select(t => values[(((t * count) + i) * 2) + 1]).ToArray())),
        ];
    }
}
