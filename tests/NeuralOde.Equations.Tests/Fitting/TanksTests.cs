using NeuralOde.Equations.Data;
using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Simulation;
using NeuralOde.Series.Tables;

namespace NeuralOde.Equations.Tests.Fitting;

public class TanksTests(ITestOutputHelper output)
{
    [RealDataFact("equations/tanks.csv")]
    public void Known_physics_forecasts_the_other_half_of_the_record()
    {
        string text = File.ReadAllText(Repository.PathOf("samples/tanks.ode"));
        var model = EquationModel.Parse(text);
        var table = CsvTable.Read(RealDataFactAttribute.PathOf("equations/tanks.csv"));
        var options = new EquationFitOptions { Profiles = false };
        EquationFit fit = EquationFitter.Fit(model, EquationData.FromTable(table, model, new EquationDataOptions { Where = ("set", "estimation") }), options);
        output.WriteLine(FormattableString.Invariant($"estimation: {fit.RootMeanSquares[0].RootMeanSquare:R}"));
        Assert.InRange(fit.RootMeanSquares[0].RootMeanSquare, 0, 0.255);

        // As the benchmark allows: the initial levels of the test from its first five outputs, then the input alone.
        string[] lines = fit.FittedModel.ToString().Split('\n');
        string[] names = ["k1 ", "k2 ", "k3 ", "k4 ", "ko ", "u0 ", "share "];
        string known = string.Join('\n', lines.Select(x => names.Any(n => x.StartsWith(n, StringComparison.Ordinal)) ? x + " fixed" : x));
        int set = table.ColumnIndex("set"), u = table.ColumnIndex("u"), y = table.ColumnIndex("y"), time = table.ColumnIndex("time");
        int[] rows = [.. Enumerable.Range(0, table.RowCount).Where(x => table.Text(x, set) == "test")];
        string first = "time,u,y\n" + string.Join('\n', rows.Select((row, i) => $"{table.Text(row, time)},{table.Text(row, u)},{(i < 5 ? table.Text(row, y) : "NA")}"));
        var begun = EquationModel.Parse(known);
        EquationFit start = EquationFitter.Fit(begun, EquationData.FromTable(CsvTable.Parse(first, "first"), begun), options);
        var until = new EquationSolveOptions { Until = table.Number(rows[^1], time), Step = 4 };
        EquationSolution run = EquationData.Solve(CsvTable.Parse(first, "first"), start.FittedModel, until)[0].Solution;
        IReadOnlyList<double> level = run.Values[1];
        double square = rows.Select((row, i) => Math.Pow(level[i] - table.Number(row, y), 2)).Average();
        output.WriteLine(FormattableString.Invariant($"test: {Math.Sqrt(square):R}"));
        Assert.InRange(Math.Sqrt(square), 0, 0.33);
    }
}
