using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Formulas;

namespace NeuralOde.Cli.Fit;

/// <summary>The page about a fit of equations.</summary>
internal static class EquationFitReport
{
    private const double Threshold = 3.841458820694124;

    public static Report Create(EquationFit fit, IReadOnlyList<PredictedValue> predicted, BandOptions bands, string data, string commandLine, FormulaSearchResult? formula)
    {
        var report = new Report($"Equations fitted to {Path.GetFileName(data)}")
        {
            Subtitle = $"{Path.GetFileName(fit.Model.Name)}: {string.Join(", ", fit.Model.States)}",
            Footer = ToolVersion.Text,
        };
        if (fit.Notes.Count > 0)
        {
            report = report.Add(new BulletList([.. fit.Notes]));
        }

        report = report
            .Add(new KeyNumbers(
                new KeyNumber("−log L", Fixed(fit.NegativeLogLikelihood), Note: $"{fit.ValueCount} values, {fit.ParameterCount} parameters"),
                new KeyNumber("AIC", Fixed(fit.Aic)),
                new KeyNumber("BIC", Fixed(fit.Bic))))
            .Add(new ReportSection("Estimates", Estimates(fit), Explanation(fit)))
            .Add(new ReportSection("Measured values and fit", BandsInWords(fit, bands), Curves(fit, predicted, bands)))
            .Add(new ReportSection("Residuals", "In units of the noise: most lie between −2 and 2, without a pattern, where the model is right.", Residuals(fit)))
            .Add(new ReportSection("Quantiles of the residuals", "Beside those of the normal distribution: on the line, where the noise model is right.",
                EquationFitChecks.Quantiles(fit)));
        if (fit.Walks.Count > 0)
        {
            report = report.Add(new ReportSection("Parameters that walk with time", new PanelGrid
            {
                Panels = [.. fit.Walks.Select(static x => new Figure { Title = x.Parameter, XAxis = new FigureAxis("time") }.Line(x.Times, x.Values))],
                Columns = Math.Min(2, fit.Walks.Count),
                SharedX = false,
            }));
        }

        foreach (ReportSection section in EquationFitChecks.Predictive(fit, bands))
        {
            report = report.Add(section);
        }

        if (fit.Estimates.Any(static x => x.Profile is not null))
        {
            report = report.Add(new ReportSection(
                "Profiles",
                "How much worse the best fit is where a parameter is held at a value and all others are fitted again, twice the difference of log-likelihoods. "
                    + "The 95 % interval lies below the line at 3.84; a profile that does not reach it says that the data do not determine the parameter.",
                Profiles(fit)));
        }

        foreach (ReportSection section in formula is null ? [] : FormulaText.Sections(formula))
        {
            report = report.Add(section);
        }

        if (fit.Correlations.Count > 0)
        {
            report = report.Add(new ReportSection("Correlations of the estimates", Correlations(fit)));
        }

        return report.Add(new ReportSection(
            "Model",
            new CodeBlock(fit.Model.ToString(), "The model as it was read."),
            new CodeBlock(commandLine, "The command that made this page.")));
    }

    private static string Fixed(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private static ReportTable Estimates(EquationFit fit) => new()
    {
        Columns =
        [
            new("series"), new("parameter"), new("estimate", null, true), new("standard error", null, true), new("expected", null, true), new("observed", null, true),
            new("95 % interval by profile"), new("what the data determine"),
        ],
        Rows = [.. fit.Estimates.Where(static x => !x.IsWeight).Select(static x => (IReadOnlyList<string>)
        [
            x.Series, x.Name, EquationFitText.Number(x.Value), EquationFitText.Short(x.StandardError), EquationFitText.Short(x.ExpectedError),
            EquationFitText.Short(x.ObservedError),
            x.Profile is null ? "" : $"{EquationFitText.Short(x.Profile.Lower)} to {EquationFitText.Short(x.Profile.Upper)}", x.Words,
        ])],
    };

    private static string Explanation(EquationFit fit) => fit.Model.LeastSquares
        ? "Standard errors are those of least squares, from the expected information with n − p degrees of freedom."
        : "Standard errors are from the observed information, the second derivatives of the likelihood through the solve, where that is positive definite; "
            + "those from the expected information, which Gauss-Newton programs print, stand beside them.";

    private static string BandsInWords(EquationFit fit, BandOptions bands) => fit.HasBands
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"The wide band is to contain {100 * bands.Level:0.#} % of what is measured, by the uncertainty of the parameters (draws from their normal approximation) "
                + $"and the noise; the narrow one is that of the curve itself.")
        : "There are no bands: the data do not determine the parameters.";

    private static PanelGrid Curves(EquationFit fit, IReadOnlyList<PredictedValue> predicted, BandOptions bands)
    {
        List<Figure> panels = [];
        PredictionBand[] drawn = fit.HasBands ? [.. fit.Bands(bands)] : [];
        foreach (FittedCurve curve in fit.Curves)
        {
            FittedValue[] values = [.. fit.Values.Where(x => x.Series == curve.Series && x.Observable == curve.Observable)];
            PredictedValue[] heldOut = [.. predicted.Where(x => x.Series == curve.Series && x.Observable == curve.Observable)];
            PredictionBand? band = Array.Find(drawn, x => x.Series == curve.Series && x.Observable == curve.Observable);
            if (values.Length > 0)
            {
                var figure = new Figure
                {
                    Title = curve.Series.Length > 0 ? $"{curve.Series}: {curve.Observable}" : curve.Observable,
                    XAxis = new FigureAxis("time"),
                    YAxis = new FigureAxis(curve.Observable),
                };
                figure = band is null
                    ? figure.Line(curve.Times, curve.Values, "fit")
                    : figure.Band(band.Times, band.MeasuredLower, band.MeasuredUpper, "values", PaletteColor.SkyBlue)
                        .Band(band.Times, band.Lower, band.Upper, "curve", PaletteColor.Blue)
                        .Line(band.Times, band.Values, "fit");
                figure = figure.Points([.. values.Select(static x => x.Time)], [.. values.Select(static x => x.Measured)], "measured");
                panels.Add(heldOut.Length == 0 ? figure : figure.Points(
                    [.. heldOut.Select(static x => x.Time)],
                    [.. heldOut.Select(static x => x.Measured)],
                    "held out",
                    new PointStyle { Color = PaletteColor.Vermillion, Marker = PointMarker.Ring }));
            }
        }

        return new PanelGrid { Panels = panels, Columns = Math.Min(3, panels.Count) };
    }

    private static PanelGrid Residuals(EquationFit fit)
    {
        List<Figure> panels = [];
        foreach (IGrouping<string, FittedValue> group in fit.Values.GroupBy(static x => x.Observable))
        {
            FittedValue[] values = [.. group.Where(static x => double.IsFinite(x.Residual))];
            double[] residuals = [.. values.Select(static x => x.Residual)];
            panels.Add(new Figure { Title = group.Key, XAxis = new FigureAxis("time"), YAxis = new FigureAxis("residual") }
                .HorizontalRule(0).Points([.. values.Select(static x => x.Time)], residuals));
            panels.Add(new Figure { Title = group.Key, XAxis = new FigureAxis("fitted value"), YAxis = new FigureAxis("residual") }
                .HorizontalRule(0).Points([.. values.Select(static x => x.Fitted)], residuals));
        }

        return new PanelGrid { Panels = panels, Columns = 2, SharedX = false };
    }

    private static PanelGrid Profiles(EquationFit fit)
    {
        List<Figure> panels = [];
        foreach (ParameterEstimate x in fit.Estimates.Where(static x => x.Profile is { Values.Count: > 1 }))
        {
            bool isWide = x.Profile!.Values[0] > 0 && x.Profile.Values[^1] / x.Profile.Values[0] > 20;
            panels.Add(new Figure
            {
                Title = x.Series.Length > 0 ? $"{x.Series}: {x.Name}" : x.Name,
                XAxis = new FigureAxis(x.Name) { Scale = isWide ? AxisScale.Logarithmic : AxisScale.Linear },
                YAxis = new FigureAxis("deviance") { Min = 0, Max = 8 },
            }
                .HorizontalRule(Threshold)
                .Line([.. x.Profile.Values], [.. x.Profile.Deviances.Select(static d => Math.Min(d, 8))])
                .Points([x.Value], [0]));
        }

        return new PanelGrid { Panels = panels, Columns = Math.Min(3, panels.Count), SharedX = false };
    }

    private static ReportTable Correlations(EquationFit fit) => new()
    {
        Columns = [new(""), .. fit.CorrelatedNames.Select(static x => new ReportColumn(x, null, true))],
        Rows = [.. fit.CorrelatedNames.Select((name, i) => (IReadOnlyList<string>)
            [name, .. fit.Correlations[i].Select(static x => x.ToString("0.00", CultureInfo.InvariantCulture))])],
    };
}
