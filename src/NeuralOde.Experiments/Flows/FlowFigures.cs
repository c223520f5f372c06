using NeuralOde.Series.Densities;

namespace NeuralOde.Experiments.Flows;

/// <summary>The figures of the report. Those of densities and paths are of points in the plane.</summary>
internal sealed class FlowFigures
{
    private const int Cells = 90;
    private const int Frames = 9;
    private const int Shown = 600;
    private const int Paths = 70;
    private const double Margin = 0.08;
    private static readonly PaletteColor[] s_colors = [PaletteColor.Blue, PaletteColor.Vermillion, PaletteColor.Green, PaletteColor.Purple, PaletteColor.Orange];
    private readonly FlowOutcome _outcome;
    private readonly double[] _rows;
    private readonly HeatBounds _bounds;

    public FlowFigures(FlowOutcome outcome)
    {
        _outcome = outcome;
        DensityData data = outcome.Data;
        _rows = [.. data.Test.ToArray().Take(Shown * data.Dimension).Select((x, i) => (x * data.Deviations[i % data.Dimension]) + data.Means[i % data.Dimension])];
        (double xMin, double xMax) = Range(0);
        (double yMin, double yMax) = data.Dimension > 1 ? Range(1) : (0, 1);
        _bounds = new HeatBounds(xMin, xMax, yMin, yMax);
    }

    private bool IsPlane => _outcome.Data.Dimension == 2;

    /// <summary>How noise turns into data: density and draws at moments of the way.</summary>
    public FrameSequence Evolution()
    {
        DensityModel model = _outcome.Fit.Model;
        IReadOnlyList<(double Time, double[] Rows)> path = model.Path(Shown, Frames, new RandomSource(2));
        return new FrameSequence
        {
            Base = Plane() with { Height = 520 },
            SecondsPerFrame = 0.5,
            Frames =
            [
                .. path.Select(x =>
                {
                    (double[] xs, double[] ys) = Columns(x.Rows);
                    Figure frame = IsPlane ? new Figure().Heat(Density(model, x.Time), _bounds, s_density) : new Figure();
                    return new FigureFrame(
                        string.Create(CultureInfo.InvariantCulture, $"time {x.Time:0.###}"),
                            frame.Points(xs, ys, "draws", new PointStyle { Color = PaletteColor.Vermillion, Size = 2.5, Opacity = 0.55 }));
                }),
            ],
            Caption = $"Press a number to see the flow at that part of the way from noise (0) to data (1), or play. "
                + $"{(IsPlane ? "Blue: the density, in its own units at each moment; red" : "Red")}: {Shown} draws, the same ones in all frames"
                + (_outcome.Fit.Model.Options.Method is DensityMethod.Coupling or DensityMethod.Planar ? ". A discrete flow has no times: what is shown are its layers." : "."),
        };
    }

    /// <summary>Rows held out beside draws.</summary>
    public DrawingRow Draws()
    {
        (double[] xs, double[] ys) = Columns(_rows);
        (double[] drawnXs, double[] drawnYs) = Columns(_outcome.Fit.Model.Sample(_rows.Length / _outcome.Data.Dimension, new RandomSource(3)));
        return new DrawingRow(
            (Plane() with { Title = "Rows held out" }).Points(xs, ys, null, new PointStyle { Color = PaletteColor.Blue, Size = 3, Opacity = 0.6 }),
            (Plane() with { Title = "Draws of the model" }).Points(drawnXs, drawnYs, null, new PointStyle { Color = PaletteColor.Vermillion, Size = 3, Opacity = 0.6 }));
    }

    /// <summary>The ways of some draws.</summary>
    public Figure Ways()
    {
        IReadOnlyList<(double Time, double[] Rows)> path = _outcome.Fit.Model.Path(Paths, 41, new RandomSource(4));
        Figure figure = Plane() with
        {
            Height = 520,
            Caption = $"The ways of {Paths} draws from noise (rings) to data (discs). The straighter they are, the "
                + "fewer steps a solve takes.",
        };
        for (int i = 0; i < Paths; i++)
        {
            figure = figure.Line([.. path.Select(x => Value(x.Rows, i, 0))], [.. path.Select(x => Value(x.Rows, i, 1))], null,
                new LineStyle { Color = PaletteColor.Gray, Width = 1, Opacity = 0.8 });
        }

        (double[] startXs, double[] startYs) = Columns(path[0].Rows);
        (double[] endXs, double[] endYs) = Columns(path[^1].Rows);
        return figure
            .Points(startXs, startYs, "noise", new PointStyle { Color = PaletteColor.SkyBlue, Marker = PointMarker.Ring, Size = 5 })
            .Points(endXs, endYs, "data", new PointStyle { Color = PaletteColor.Vermillion, Size = 4 });
    }

    /// <summary>The densities of several models side by side.</summary>
    public PanelGrid Densities(IEnumerable<FlowComparison> models, int columns) => new()
    {
        Columns = columns,
        PanelHeight = 220,
        SharedX = true,
        SharedY = true,
        MinPanelWidth = 150,
        Panels =
        [
            .. models.Select(x => (Plane() with { Title = string.Create(CultureInfo.InvariantCulture, $"{x.Label}: {x.Fit.NegativeLogLikelihood:0.00} nats") })
                .Heat(Density(x.Fit.Model, 1), _bounds, s_density)),
        ],
    };

    /// <summary>The learned density of one column.</summary>
    public Figure Line()
    {
        double[] xs = [.. Enumerable.Range(0, 400).Select(i => _bounds.XMin + ((_bounds.XMax - _bounds.XMin) * i / 399))];
        return new Figure { XAxis = new FigureAxis(_outcome.Data.Columns[0]), YAxis = new FigureAxis("density"), Caption = "The learned density, and rows held out (marks)." }
            .Line(xs, [.. _outcome.Fit.Model.LogDensity(xs).Select(Math.Exp)], "density")
            .Points(_rows, new double[_rows.Length], "rows held out", new PointStyle { Color = PaletteColor.Gray, Size = 3, Opacity = 0.4 });
    }

    /// <summary>The error of rows held out over the time of training.</summary>
    public Figure OverTime()
    {
        double lowest = Math.Min(_outcome.Methods.Min(static x => x.Fit.Validations.Min(static v => v.NegativeLogLikelihood)), _outcome.Baselines.Kernel);
        var figure = new Figure
        {
            XAxis = new FigureAxis("time of training", "s") { Scale = AxisScale.Logarithmic },
            YAxis = new FigureAxis("negative log-likelihood", "nats") { Max = _outcome.Baselines.Gaussian + (0.25 * Math.Abs(_outcome.Baselines.Gaussian - lowest)) },
            Height = 340,
            Caption = "Of the rows that choose the best model, standardized. Less is better. Dashed: one normal distribution; dotted: a kernel density.",
        };
        int color = 0;
        foreach (FlowComparison x in _outcome.Methods)
        {
            DensityValidation[] shown = [.. x.Fit.Validations.Where(static v => v.Iteration > 0 && double.IsFinite(v.NegativeLogLikelihood))];
            figure = figure.Line(
                [.. shown.Select(static v => v.Time.TotalSeconds)], [.. shown.Select(static v => v.NegativeLogLikelihood)], x.Label,
                    new LineStyle { Color = s_colors[color++ % s_colors.Length], Width = 2 });
        }

        return figure
            .HorizontalRule(_outcome.Baselines.Gaussian, "normal", new LineStyle { Color = PaletteColor.Ink, Dash = LineDash.Dashed, Width = 1 })
            .HorizontalRule(_outcome.Baselines.Kernel, "kernel", new LineStyle { Color = PaletteColor.Ink, Dash = LineDash.Dotted, Width = 1 });
    }

    /// <summary>What a score costs over training, of continuous flows; null where there is none.</summary>
    public Figure? Evaluations()
    {
        FlowComparison[] continuous = [.. _outcome.Methods.Where(static x => x.Fit.Evaluations > 0)];
        var figure = new Figure
        {
            XAxis = new FigureAxis("iteration"),
            YAxis = new FigureAxis("evaluations") { Include = [0] },
            Height = 300,
            Caption = "Evaluations of the field that Dopri5 takes at 1e-5 to score the rows that choose the best model.",
        };
        foreach (FlowComparison x in continuous)
        {
            figure = figure.Line(
                [.. x.Fit.Validations.Select(static v => (double)v.Iteration)], [.. x.Fit.Validations.Select(static v => (double)v.Evaluations)],
                continuous.Length > 1 ? x.Label : null, new LineStyle { Color = s_colors[Array.IndexOf(continuous, x)], Width = 2 });
        }

        return continuous.Length > 0 ? figure : null;
    }

    private static readonly FigureAxis s_density = new("density");

    private Figure Plane() => new()
    {
        XAxis = new FigureAxis(_outcome.Data.Columns[0]) { Min = _bounds.XMin, Max = _bounds.XMax },
        YAxis = new FigureAxis(_outcome.Data.Columns[Math.Min(1, _outcome.Data.Dimension - 1)]) { Min = _bounds.YMin, Max = _bounds.YMax },
        EqualAspect = _outcome.Source.Plane is not null,
        Height = 400,
    };

    private double[,] Density(DensityModel model, double time)
    {
        double[] grid = new double[2 * Cells * Cells];
        for (int row = 0; row < Cells; row++)
        {
            for (int column = 0; column < Cells; column++)
            {
                int at = 2 * ((row * Cells) + column);
                grid[at] = _bounds.XMin + ((_bounds.XMax - _bounds.XMin) * (column + 0.5) / Cells);
                grid[at + 1] = _bounds.YMin + ((_bounds.YMax - _bounds.YMin) * (row + 0.5) / Cells);
            }
        }

        double[] scores = model.LogDensityAt(grid, time);

        // Each moment in units of its own largest value, or the noise would be pale beside the data.
        double most = scores.Where(static x => !double.IsNaN(x)).DefaultIfEmpty(0).Max();
        double[,] values = new double[Cells, Cells];
        for (int i = 0; i < scores.Length; i++)
        {
            values[i / Cells, i % Cells] = double.IsNaN(scores[i]) ? 0 : Math.Exp(scores[i] - most);
        }

        return values;
    }

    private (double[] Xs, double[] Ys) Columns(double[] rows)
    {
        int count = rows.Length / _outcome.Data.Dimension;
        return ([.. Enumerable.Range(0, count).Select(i => Value(rows, i, 0))], [.. Enumerable.Range(0, count).Select(i => Value(rows, i, 1))]);
    }

    private double Value(double[] rows, int row, int column) => rows[(row * _outcome.Data.Dimension) + Math.Min(column, _outcome.Data.Dimension - 1)];

    private (double Low, double High) Range(int column)
    {
        double[] values = [.. Enumerable.Range(0, _rows.Length / _outcome.Data.Dimension).Select(i => Value(_rows, i, column))];
        double low = values.Min(), high = values.Max(), margin = Margin * (high - low);

        // Noise reaches three deviations, and is seen at the way's start.
        double mean = _outcome.Data.Means[column], deviation = _outcome.Data.Deviations[column];
        return (Math.Min(low - margin, mean - (2.6 * deviation)), Math.Max(high + margin, mean + (2.6 * deviation)));
    }
}
