using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Formulas;

namespace NeuralOde.Cli.Fit;

/// <summary>Formulas that were found, as text and as parts of a report.</summary>
internal static class FormulaText
{
    /// <summary>The best of each size, and the one chosen.</summary>
    public static void Print(TextWriter text, FormulaSearchResult found)
    {
        text.WriteLine("Formulas by number of terms, each the best of its size, with BIC and the largest error relative to a network:");
        foreach (FormulaCandidate x in found.Tried)
        {
            text.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{(x == found.Chosen ? "*" : " ")} {x.Count,2}  {x.Bic,10:0.00}  {100 * x.NetworkErrors.Max(),6:0.0} %  {Terms(x)}"));
        }

        text.WriteLine("The one with * is the smallest within 10 of the best.");
        text.WriteLine();
        text.Write(found.Chosen.Fit.FittedModel);
        text.WriteLine();
    }

    /// <summary>Formula, trade-off, and formula, network and data side by side.</summary>
    public static IEnumerable<ReportSection> Sections(FormulaSearchResult found)
    {
        yield return new ReportSection("Formula", new CodeBlock(found.Chosen.Fit.FittedModel.ToString(), "The model with formulas in the place of what was learned."),
            Coefficients(found));
        yield return new ReportSection(
            "Terms against error",
            "For each number of terms the best formula, fitted to the data in the network's place. The smallest whose BIC is within 10 of the best is chosen.",
            TradeOff(found));
        yield return new ReportSection("Network and formula", "What is learned, along the learned trajectories, and the formula at the same states.", Learned(found));
        yield return new ReportSection("Data, network and formula", Curves(found));
    }

    private static string Terms(FormulaCandidate x) => string.Join("; ", x.Terms.Select(static t => string.Join(" + ", t)));

    private static ReportTable Coefficients(FormulaSearchResult found) => new()
    {
        Columns = [new("parameter"), new("estimate", null, true), new("standard error", null, true)],
        Rows = [.. found.Chosen.Fit.Estimates.Select(static x => (IReadOnlyList<string>)
            [x.Series.Length > 0 ? $"{x.Series}: {x.Name}" : x.Name, EquationFitText.Number(x.Value), EquationFitText.Short(x.StandardError)])],
    };

    private static ReportTable TradeOff(FormulaSearchResult found) => new()
    {
        Columns = [new("terms", null, true), new("BIC", null, true), new("−log L", null, true), new("error to the network, %", null, true), new("which"), new("chosen")],
        Rows = [.. found.Tried.Select(x => (IReadOnlyList<string>)
        [
            x.Count.ToString(CultureInfo.InvariantCulture), x.Bic.ToString("0.00", CultureInfo.InvariantCulture), x.Fit.NegativeLogLikelihood.ToString("0.00",
            CultureInfo.InvariantCulture),
            string.Join("; ", x.NetworkErrors.Select(static e => (100 * e).ToString("0.0", CultureInfo.InvariantCulture))), Terms(x), x == found.Chosen ? "yes" : "",
        ])],
    };

    private static PanelGrid Learned(FormulaSearchResult found) => new()
    {
        Panels = [.. found.Learned.Select(static x => new Figure { Title = x.Name, XAxis = new FigureAxis("time"), YAxis = new FigureAxis("learned term") }
            .Points(x.Times, x.Network, "network", new PointStyle { Color = PaletteColor.SkyBlue, Size = 5 })
            .Points(x.Times, x.Formula, "formula", new PointStyle { Color = PaletteColor.Vermillion, Size = 2 }))],
        Columns = Math.Min(2, found.Learned.Count),
        SharedX = false,
    };

    private static PanelGrid Curves(FormulaSearchResult found)
    {
        const int MostPanels = 24;
        List<Figure> panels = [];
        EquationFit formula = found.Chosen.Fit;
        foreach (FittedCurve curve in formula.Curves)
        {
            FittedValue[] values = [.. formula.Values.Where(x => x.Series == curve.Series && x.Observable == curve.Observable)];
            if (values.Length == 0 || panels.Count == MostPanels)
            {
                continue;
            }

            var figure = new Figure
            {
                Title = curve.Series.Length > 0 ? $"{curve.Series}: {curve.Observable}" : curve.Observable,
                XAxis = new FigureAxis("time"),
                YAxis = new FigureAxis(curve.Observable),
            };
            FittedCurve? network = found.Network?.Curves.FirstOrDefault(x => x.Series == curve.Series && x.Observable == curve.Observable);
            figure = network is null ? figure : figure.Line(network.Times, network.Values, "network", new LineStyle { Color = PaletteColor.SkyBlue, Width = 4, Opacity = 0.7 });
            panels.Add(figure.Line(curve.Times, curve.Values, "formula", new LineStyle { Color = PaletteColor.Vermillion })
                .Points([.. values.Select(static x => x.Time)], [.. values.Select(static x => x.Measured)], "measured", new PointStyle { Color = PaletteColor.Ink }));
        }

        return new PanelGrid { Panels = panels, Columns = Math.Min(2, panels.Count), SharedX = false };
    }
}
