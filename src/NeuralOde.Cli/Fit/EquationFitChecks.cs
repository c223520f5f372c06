using NeuralOde.Equations.Fitting;

namespace NeuralOde.Cli.Fit;

/// <summary>The pictures that check a fit of equations: quantiles of residuals, and predictive checks.</summary>
internal static class EquationFitChecks
{
    private const int MostSeries = 24;
    private static readonly PaletteColor[] s_colors = [PaletteColor.SkyBlue, PaletteColor.Orange, PaletteColor.SkyBlue];

    /// <summary>Residuals beside the normal distribution.</summary>
    public static PanelGrid Quantiles(EquationFit fit)
    {
        List<Figure> panels = [];
        foreach (string observable in fit.Values.Select(static x => x.Observable).Distinct())
        {
            (IReadOnlyList<double> normal, IReadOnlyList<double> residuals) = fit.QuantilePlot(observable);
            if (normal.Count > 1)
            {
                panels.Add(new Figure { Title = observable, XAxis = new FigureAxis("normal quantile"), YAxis = new FigureAxis("residual") }
                    .Line([normal[0], normal[^1]], [normal[0], normal[^1]], null, new LineStyle { Color = PaletteColor.Gray })
                    .Points(normal, residuals));
            }
        }

        return new PanelGrid { Panels = panels, Columns = Math.Min(2, Math.Max(1, panels.Count)), SharedX = false };
    }

    /// <summary>Simulated beside measured quantiles, of all series and of each.</summary>
    public static IEnumerable<ReportSection> Predictive(EquationFit fit, BandOptions bands)
    {
        const string What = "Values are simulated at the times of the measured ones, with draws of the parameters, of differences between series and of the noise. "
            + "Lines are the 10, 50 and 90 % quantiles of the measured values; bands hold 95 % of the simulated ones. Where the model is right, "
            + "about 95 % of a line lies within its band.";
        if (!fit.HasBands)
        {
            yield break;
        }

        BandOptions draws = bands with { Draws = Math.Min(bands.Draws, 300) };
        IReadOnlyList<PredictiveCheck> all = fit.PredictiveChecks(draws);
        string counts = string.Join(" ", all.Select(static x => string.Create(
            CultureInfo.InvariantCulture, $"{x.Observable}: {x.Coverage.Inside} of {x.Coverage.Count} quantiles lie within their intervals.")));
        yield return new ReportSection("Predictive check", $"{What} {counts}", Grid(fit, all));
        if (fit.Data.SeriesNames.Count is > 1 and <= MostSeries)
        {
            yield return new ReportSection("Predictive check by series", Grid(fit, fit.PredictiveChecks(draws, bySeries: true)));
        }
    }

    private static PanelGrid Grid(EquationFit fit, IReadOnlyList<PredictiveCheck> checks) => new()
    {
        Panels = [.. checks.Select(x => Panel(fit, x))],
        Columns = Math.Min(checks.Count > 4 ? 3 : 2, Math.Max(1, checks.Count)),
        SharedX = false,
    };

    private static Figure Panel(EquationFit fit, PredictiveCheck check)
    {
        FittedValue[] values = [.. fit.Values.Where(x => x.Observable == check.Observable && (check.Series.Length == 0 || x.Series == check.Series))];
        double[] times = [.. check.Bins.Select(static x => x.Time)];
        var figure = new Figure
        {
            Title = check.Series.Length > 0 ? $"{check.Series}: {check.Observable}" : check.Observable,
            XAxis = new FigureAxis("time"),
            YAxis = new FigureAxis(check.Observable),
        };
        for (int q = 0; q < PredictiveCheck.Levels.Count; q++)
        {
            double[] lower = [.. check.Bins.Select(x => x.Lower[q])], upper = [.. check.Bins.Select(x => x.Upper[q])], measured = [.. check.Bins.Select(x => x.Measured[q])];
            if (times.Length > 1)
            {
                figure = figure.Band(times, lower, upper, null, s_colors[q]).Line(times, measured, null, new LineStyle { Color = PaletteColor.Ink });
            }
        }

        return figure.Points(
            [.. values.Select(static x => x.Time)], [.. values.Select(static x => x.Measured)], null, new PointStyle { Color = PaletteColor.Gray, Size = 3 });
    }
}
