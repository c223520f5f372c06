using NeuralOde.Equations.Data;
using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Formulas;
using NeuralOde.Series.Tables;

namespace NeuralOde.Equations.Tests.Formulas;

public class FormulaSearchTests(ITestOutputHelper output)
{
    [RealDataFact("equations/lotka_volterra_ude.csv")]
    public void The_interaction_of_predator_and_prey_is_found()
    {
        var model = EquationModel.Parse("x' = 1.3*x + unknown(x, y)\ny' = -1.8*y + unknown(x, y)\nx(0) = 0.44 > 0\ny(0) = 4.63 > 0\nobserve x, y: normal");
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var data = EquationData.FromTable(CsvTable.Read(RealDataFactAttribute.PathOf("equations/lotka_volterra_ude.csv")), model);
        FormulaSearchResult found = FormulaSearch.Find(model, data);
        output.WriteLine($"{watch.ElapsedMilliseconds} ms\n{found.Chosen.Fit.FittedModel}");
        foreach (FormulaCandidate x in found.Tried)
        {
            output.WriteLine(FormattableString.Invariant($"{x.Count}: BIC {x.Bic:F2}, {string.Join(" | ", x.Terms.Select(static t => string.Join(" + ", t)))}"));
        }

        Assert.Equal(["x*y", "x*y"], found.Chosen.Terms.SelectMany(static x => x));
        ParameterEstimate first = found.Chosen.Fit["f1_1"], second = found.Chosen.Fit["f2_1"];
        Assert.Equal(-0.9, first.Value, 3 * first.StandardError);
        Assert.Equal(0.8, second.Value, 3 * second.StandardError);
        Assert.InRange(second.StandardError, 0, 0.01);
    }
}
