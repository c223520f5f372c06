using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Formulas;
using NeuralOde.Series;
using NeuralOde.Series.Fitting;
using NeuralOde.Series.Models;
using NeuralOde.Series.Tables;
using NeuralOde.TestSupport;

namespace NeuralOde.Equations.Tests.Formulas;

public class FieldFormulasTests
{
    private static readonly CsvTable s_table = CsvTable.Read(Repository.PathOf("samples/hare-lynx.csv"));

    private static readonly SeriesModel s_field = SeriesFitter.Fit(
        TimeSeriesSet.FromTable(s_table, new TimeSeriesOptions { TimeColumn = "Year", LogColumns = ["Hare", "Lynx"] }), new SeriesFitOptions { Iterations = 1500 }).Model;

    [Fact]
    public void Velocities_along_the_learned_trajectory_are_its_differences()
    {
        SeriesPath path = s_field.Paths[0];
        foreach (FieldPoint point in s_field.PointsAlongPaths(9).Skip(1).SkipLast(1))
        {
            const double H = 1e-4;
            TimeSeries near = s_field.Predict(path, [point.Time - H, point.Time, point.Time + H]);
            for (int c = 0; c < 2; c++)
            {
                Assert.Equal(near[1, c], point.State[c], 1e-6 * Math.Abs(near[1, c]));
                Assert.Equal((near[2, c] - near[0, c]) / (2 * H), point.Velocity[c], 1e-3 * (1 + Math.Abs(near[1, c])));
            }
        }
    }

    [Fact]
    public void A_network_of_hare_and_lynx_is_explained_by_Lotka_and_Volterras_terms()
    {
        FormulaSearchOptions options = new() { Degree = 2, MostTerms = 2 };
        IReadOnlyList<RegressedFormula> regressed = FieldFormulas.Regress(s_field, options);
        Assert.Equal(4, regressed.Count);
        Assert.All(regressed.Where(static x => x.Count == 2), static x => Assert.InRange(x.Error, 0, 0.5));

        FormulaSearchResult found = FieldFormulas.Find(s_field, s_table, options: options);
        string[][] terms = [.. found.Chosen.Terms.Select(static x => x.Select(static t => string.Join('*', t.Split('*').Order())).Order().ToArray())];
        Assert.Equal([["Hare*Lynx", "Lynx"], ["Hare", "Hare*Lynx"]], terms.OrderByDescending(static x => x[1]));
        EquationFit fit = found.Chosen.Fit;

        // The formula is fitted in the network's place, so its estimates are those of the equations themselves (ReferenceFitTests).
        double[] sizes = [.. fit.Estimates.Where(static x => x.Name.StartsWith('f')).Select(static x => Math.Abs(x.Value)).Order()];
        double[] expected = [0.02370, 0.02716, 0.5400, 0.7966];
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(expected[i], sizes[i], 1e-3 * expected[i]);
        }

        Assert.All(found.Learned, static x => Assert.Equal(x.Network.Count, x.Formula.Count));
    }
}
