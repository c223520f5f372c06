using NeuralOde.Reports;

namespace NeuralOde.Benchmarks.Table;

/// <summary>Evaluations of regularized flows against their likelihood, beside the same network trained with Diffrax.</summary>
internal static class TradeoffFigure
{
    // The same data, network and weights of both terms (0, 0.003, 0.01, 0.03, 0.1), batches of 512, 1,500 iterations; measured by Dopri5 at 1e-5, too.
    private static readonly (double Evaluations, double Likelihood)[] s_diffrax = [(49, 1.676), (49, 1.680), (43, 1.702), (37, 1.747), (31, 1.837)];

    public static void Save(IReadOnlyList<(double Evaluations, double Likelihood)> flows, string file)
    {
        var figure = new Figure
        {
            Title = "Two moons: what regularization costs and gains",
            Description = "Held-out negative log-likelihood against evaluations of a solve, for six weights of the regularizers, and five with Diffrax.",
            XAxis = new FigureAxis("evaluations of Dopri5 at 1e-5"),
            YAxis = new FigureAxis("held-out negative log-likelihood", "nats"),
        };
        figure = Add(figure, s_diffrax, "Diffrax", PaletteColor.Gray, PointMarker.Square);
        Add(figure, flows, "NeuralOde", PaletteColor.Blue, PointMarker.Disc).Save(file);
    }

    private static Figure Add(Figure figure, IReadOnlyList<(double Evaluations, double Likelihood)> points, string name, PaletteColor color, PointMarker marker)
    {
        double[] xs = [.. points.Select(static x => x.Evaluations)], ys = [.. points.Select(static x => x.Likelihood)];
        return figure.Line(xs, ys, null, new LineStyle { Color = color }).Points(xs, ys, name, new PointStyle { Color = color, Marker = marker, Size = 7 });
    }
}
