using NeuralOde.Layers;
using NeuralOde.Losses;
using NeuralOde.Series.Models;

namespace NeuralOde.Cli.Fit;

/// <summary>The pictures of a fit.</summary>
internal sealed class FitFigures
{
    private const int CurvePoints = 400;

    /// <summary>Small panels need fewer points.</summary>
    private const int PanelPoints = 120;

    /// <summary>A long curve needs more, or its turns would be cut.</summary>
    private const int MostCurvePoints = 8_000;

    private const int PagePanels = 24;
    private const int MostPanels = 96;

    /// <summary>Of a longer series the end is also shown by itself.</summary>
    private const int CloseLook = 1_000;
    private const int ManyPoints = 200;
    private static readonly LineStyle s_fitStyle = new() { Color = PaletteColor.Blue, Width = 2 };
    private static readonly LineStyle s_forecastStyle = new() { Color = PaletteColor.Vermillion, Width = 2.2, Dash = LineDash.Dashed };
    private static readonly LineStyle s_unseenStyle = new() { Color = PaletteColor.Yellow, Width = 5, Opacity = 0.6 };
    private static readonly PointStyle s_seenStyle = new() { Color = PaletteColor.Ink, Size = 5 };
    private static readonly PointStyle s_heldOutStyle = new() { Color = PaletteColor.Vermillion, Marker = PointMarker.Ring, Size = 7 };

    private readonly FitOutcome _outcome;
    private readonly SeriesModel _model;
    private readonly TimeSeriesSet _data;
    private readonly Dictionary<string, TimeSeries> _series;

    // A solve gives all components at once: without this, a table of 200 columns would be solved 200 times.
    private readonly Dictionary<(string Series, double From, double To), (double[] Times, double[][] Components)> _curves = [];

    public FitFigures(FitOutcome outcome)
    {
        _outcome = outcome;
        _model = outcome.Fit.Model;
        _data = outcome.Data.Set;
        _series = _data.Series.ToDictionary(static x => x.Id, StringComparer.Ordinal);
    }

    private FigureAxis TimeAxis => _outcome.Data.TimeAxis;

    /// <summary>How far beyond the data forecasts are drawn: about the held-out length, or a fifth of the data.</summary>
    private static double Horizon(SeriesPath path, double start) => path.DataEnd + Math.Max(path.DataEnd - path.TrainingEnd, 0.2 * (path.DataEnd - start));

    /// <summary>Every component over time, or small multiples where there are many series.</summary>
    public IReadOnlyList<ReportBlock> Series()
    {
        if (_model.Paths.Count == 1)
        {
            int shown = Math.Min(MostPanels / 2, _data.Components.Count);
            string more = shown < _data.Components.Count ? $" The first {shown} of {_data.Components.Count} columns." : "";
            SeriesPath path = _model.Paths[0];
            double close = CloseStart(path);
            return
            [
                .. Components(double.NegativeInfinity, "").ToPages(PagePanels),
                .. close > double.NegativeInfinity ? Components(close, $" The last {CloseLook} observations.").ToPages(PagePanels) : [],
            ];

            PanelGrid Components(double from, string which) => new()
            {
                Panels = [.. Enumerable.Range(0, shown).Select(c => Panel(path, c, from) with { Title = _data.Components[c], YAxis = ValueAxis(c) })],
                PanelHeight = _data.Components.Count == 1 ? 300 : 190,
                Caption = Legend() + which + more,
            };
        }

        SeriesPath[] paths = [.. _model.Paths.Take(Math.Max(PagePanels, MostPanels / _data.Components.Count))];
        string rest = paths.Length < _model.Paths.Count ? $" The first {paths.Length} of {_model.Paths.Count.ToString("N0", CultureInfo.InvariantCulture)} series." : "";
        return [.. _data.Components.SelectMany((name, c) => new PanelGrid
        {
            Title = _data.Components.Count > 1 ? name : null,
            Panels = [.. paths.Select(path => Panel(path, c, double.NegativeInfinity) with { Title = $"{_data.SeriesName} {path.Id}", YAxis = ValueAxis(c) })],
            Columns = 3,
            PanelHeight = 130,
            SharedY = _outcome.Data.Labels.SharesScales ?? PanelRanges.AreAlike(paths.Select(path => Column(Observed(path), c)), _model.Scaling.Components[c].IsLog),
            Caption = Legend() + rest,
        }.ToPages(PagePanels))];
    }

    /// <summary>What the forecasts that are drawn do and the data never did.</summary>
    public IEnumerable<string> Warnings() => ForecastWarnings.Of(_data, _outcome.Data.Split.Training, c => _model.Paths.Take(PagePanels).SelectMany(
        path => Curve(path, path.TrainingEnd, Horizon(path, _model.StartOf(path))).Components[c]));

    /// <summary>Where the close look at the end of a long series begins.</summary>
    private double CloseStart(SeriesPath path)
    {
        TimeSeries observed = Observed(path);
        return observed.Count > 2 * CloseLook ? observed.Times[^CloseLook] : double.NegativeInfinity;
    }

    private static double[] Column(TimeSeries series, int c) => [.. Enumerable.Range(0, series.Count).Select(i => series[i, c])];

    /// <summary>The plane of two components with the learned field; null where there are not exactly two.</summary>
    public Figure? Portrait()
    {
        if (_data.Components.Count != 2)
        {
            return null;
        }

        var figure = new Figure
        {
            XAxis = ValueAxis(0),
            YAxis = ValueAxis(1),
            Height = 560,
            Caption = HasField
                ? "Arrows: the direction in which the learned dynamics move each state. Far from the observations they are a guess."
                : "No arrows: the two components alone do not determine their rates of change.",
        };
        if (HasField)
        {
            figure = AddField(figure);
        }

        bool first = true;
        foreach (SeriesPath path in _model.Paths.Take(12))
        {
            (_, double[][] fit) = Curve(path, _model.StartOf(path), path.TrainingEnd);
            (_, double[][] ahead) = Curve(path, path.TrainingEnd, Horizon(path, _model.StartOf(path)));
            figure = figure.Line(fit[0], fit[1], first ? "fit" : null, s_fitStyle).Line(ahead[0], ahead[1], first ? "forecast" : null, s_forecastStyle);
            first = false;
        }

        TimeSeries[] shown = [.. _model.Paths.Take(12).Select(Observed)];
        double[] Values(int c) => [.. shown.SelectMany(one => Enumerable.Range(0, one.Count).Select(i => one[i, c]))];
        return figure.ColoredPoints(Values(0), Values(1), [.. shown.SelectMany(static one => one.Times.ToArray())], TimeAxis, "observations", new PointStyle { Size = 6 });
    }

    /// <summary>The error over training.</summary>
    public Figure Loss()
    {
        SeriesFit fit = _outcome.Fit;
        Figure figure = new Figure
        {
            XAxis = new FigureAxis("iteration"),
            YAxis = new FigureAxis("RMS error", "deviations") { Scale = AxisScale.Logarithmic },
            Height = 320,
            Caption = "Training starts with short pieces of the series and doubles their length at each dashed line, which makes the task harder: expect the error to jump there.",
        }
            .Line([.. Enumerable.Range(1, fit.Losses.Count).Select(static i => (double)i)], fit.Losses, null, s_fitStyle);
        foreach (int start in fit.StageStarts.Skip(1))
        {
            figure = figure.VerticalRule(start, start == fit.StageStarts[1] ? "longer pieces" : null);
        }

        return figure;
    }

    /// <summary>How the fit of the first series changed over training, a sequence a component.</summary>
    public IReadOnlyList<FrameSequence> Evolution()
    {
        SeriesPath path = _model.Paths[0];
        return [.. _data.Components.Take(2).Select((name, c) =>
        {
            double from = Math.Max(CloseStart(path), _model.StartOf(path));
            double[] values = Column(Observed(path), c);
            return new FrameSequence
            {
                Title = _model.Paths.Count > 1 ? $"{name}, {_data.SeriesName} {path.Id}" : name,
                Base = WithObservations(new Figure { XAxis = TimeAxis, YAxis = Framed(ValueAxis(c), values), Height = 300 }, path, c, from),
                Frames = [.. _outcome.Fit.Snapshots.Select(snapshot =>
                {
                    (double[] times, double[][] curve) = Curve(snapshot.Model, snapshot.Model.PathOf(path.Id), from, path.DataEnd, Math.Min(PointsOf(path), 2 * CloseLook));
                    return new FigureFrame($"iteration {snapshot.Iteration.ToString("N0", CultureInfo.InvariantCulture)}", new Figure().Line(times, curve[c], "model", s_fitStyle));
                })],
            };
        })];
    }

    /// <summary>Whether the frames of <see cref="Evolution"/> are small enough to be seen side by side.</summary>
    public bool HasStrips => Observed(_model.Paths[0]).Count <= CloseLook;

    private bool HasField => _model.HiddenStates == 0 && !_model.IsTimeDependent;

    private string Legend() =>
        (_outcome.Data.Split.Scored is null ? "Nothing was held out." : "Shaded: the held-out part, which training never uses.")
        + (_outcome.Fit.PieceLength is null
            ? " Each curve is one solve from one learned initial state."
            : " The curves are made of pieces, each from its own learned initial state; the forecast continues the last one.");

    private FigureAxis ValueAxis(int c) => _outcome.Data.ValueAxis(c);

    /// <summary>Early models may run far off; the data decide the range.</summary>
    private static FigureAxis Framed(FigureAxis axis, double[] values)
    {
        double low = values.Where(double.IsFinite).DefaultIfEmpty(0).Min(), high = values.Where(double.IsFinite).DefaultIfEmpty(1).Max();
        if (!(high > low))
        {
            return axis;
        }

        return axis.Scale == AxisScale.Logarithmic
            ? axis with { Min = Math.Max(double.Epsilon, low / Math.Pow(high / low, 0.15)), Max = Math.Min(double.MaxValue, high * Math.Pow(high / low, 0.15)) }
            : axis with { Min = Math.Max(double.MinValue, low - (0.15 * (high - low))), Max = Math.Min(double.MaxValue, high + (0.15 * (high - low))) };
    }

    private TimeSeries Observed(SeriesPath path) => _series[path.Id];

    private Figure Panel(SeriesPath path, int c, double from)
    {
        double start = Math.Max(from, _model.StartOf(path));
        (double[] fitTimes, double[][] fit) = Curve(path, start, path.TrainingEnd);
        (double[] aheadTimes, double[][] ahead) = Curve(path, path.TrainingEnd, Horizon(path, start));
        Figure figure = WithObservations(new Figure { XAxis = TimeAxis }, path, c, from)
            .Line(fitTimes, fit[c], "fit", s_fitStyle)
            .Line(aheadTimes, ahead[c], "forecast", s_forecastStyle);
        (double Low, double High) seen = ForecastWarnings.Seen(_outcome.Data.Split.Training, c);
        double[] unseen = [.. ahead[c].Select(x => ForecastWarnings.IsUnseen(x, seen) ? x : double.NaN)];
        return Array.TrueForAll(unseen, double.IsNaN) ? figure : figure.Line(aheadTimes, unseen, "outside of what was seen", s_unseenStyle);
    }

    /// <summary>Adds what was observed, the held-out part shaded and with its own marker.</summary>
    private Figure WithObservations(Figure figure, SeriesPath path, int c, double from)
    {
        TimeSeries observed = Observed(path);
        int[] shown = [.. Enumerable.Range(0, observed.Count).Where(i => observed.Times[i] >= from)];
        int[] seen = [.. shown.Where(i => observed.Times[i] <= path.TrainingEnd)];
        int[] heldOut = shown[seen.Length..];
        if (path.DataEnd > path.TrainingEnd)
        {
            figure = figure.Shade(path.TrainingEnd, path.DataEnd, "held out");
        }

        // Where observations stand close, small pale marks leave the curve to be seen.
        double size = shown.Length > ManyPoints ? 0.5 : 1, opacity = shown.Length > ManyPoints ? 0.5 : 1;
        figure = figure.Points(Times(seen), Values(seen), "observations", s_seenStyle with { Size = s_seenStyle.Size * size, Opacity = opacity });
        return heldOut.Length > 0
            ? figure.Points(Times(heldOut), Values(heldOut), "held-out observations", s_heldOutStyle with { Size = s_heldOutStyle.Size * size, Opacity = opacity })
            : figure;

        double[] Times(int[] points) => [.. points.Select(i => observed.Times[i])];
        double[] Values(int[] points) => [.. points.Select(i => observed[i, c])];
    }

    private Figure AddField(Figure figure)
    {
        (double Low, double High)[] ranges = [Range(0), Range(1)];
        bool[] log = [_model.Scaling.Components[0].IsLog, _model.Scaling.Components[1].IsLog];
        var grid = new ArrowGrid(ranges[0].Low, ranges[0].High, ranges[1].Low, ranges[1].High, 22, 15);
        double[] xs = [.. grid.Xs.Select(x => log[0] ? Math.Exp(x) : x)], ys = [.. grid.Ys.Select(y => log[1] ? Math.Exp(y) : y)];
        double[] us = new double[xs.Length], vs = new double[xs.Length];
        Span<double> velocity = stackalloc double[2];
        for (int i = 0; i < xs.Length; i++)
        {
            _model.Velocity([xs[i], ys[i]], velocity);
            (us[i], vs[i]) = (velocity[0], velocity[1]);
        }

        return figure.Arrows(xs, ys, us, vs, "learned field", new ArrowStyle { Magnitude = ArrowMagnitude.None, Color = PaletteColor.SkyBlue });
    }

    /// <summary>The range of a component's data, widened a little, as its axis has it.</summary>
    private (double Low, double High) Range(int c)
    {
        double[] values = [.. _data.Series.SelectMany(one => Enumerable.Range(0, one.Count).Select(i => one[i, c])).Where(double.IsFinite)];
        double low = values.Min(), high = values.Max();
        if (_model.Scaling.Components[c].IsLog)
        {
            (low, high) = (Math.Log(low), Math.Log(high));
        }

        double margin = high > low ? 0.12 * (high - low) : 1;
        return (low - margin, high + margin);
    }

    /// <summary>How many points a curve has: about two for each observation of a long series.</summary>
    private int PointsOf(SeriesPath path) =>
        _model.Paths.Count > 1 || _data.Components.Count > 4 ? PanelPoints : Math.Clamp(2 * Observed(path).Count, CurvePoints, MostCurvePoints);

    private (double[] Times, double[][] Components) Curve(SeriesPath path, double from, double to)
    {
        if (!_curves.TryGetValue((path.Id, from, to), out (double[] Times, double[][] Components) curve))
        {
            curve = Curve(_model, path, from, to, PointsOf(path));
            _curves.Add((path.Id, from, to), curve);
        }

        return curve;
    }

    /// <summary>A trajectory on an even grid; where a piece ends and the next starts elsewhere, the line is broken.</summary>
    private static (double[] Times, double[][] Components) Curve(SeriesModel model, SeriesPath path, double from, double to, int points)
    {
        double[] times = to > from ? [.. Enumerable.Range(0, points + 1).Select(i => i == points ? to : from + (i * (to - from) / points))] : [from];
        TimeSeries curve = model.Predict(path, times);
        double[] joints = [.. path.Starts.Skip(1).Select(model.Scaling.ToNaturalTime)];
        List<double> xs = [];
        List<double>[] ys = Enumerable.Range(0, curve.Components).Select(_ => new List<double>()).ToArray();
        for (int i = 0; i < times.Length; i++)
        {
            if (i > 0 && joints.Length < points / 4 && Array.Exists(joints, joint => times[i - 1] < joint && joint <= times[i]))
            {
                xs.Add(times[i]);
                Array.ForEach(ys, static y => y.Add(double.NaN));
            }

            xs.Add(times[i]);
            for (int c = 0; c < ys.Length; c++)
            {
                ys[c].Add(curve[i, c]);
            }
        }

        return ([.. xs], [.. ys.Select(static y => y.ToArray())]);
    }
}
