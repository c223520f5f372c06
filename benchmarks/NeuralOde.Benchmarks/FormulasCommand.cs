using System.Diagnostics;
using System.Globalization;
using NeuralOde.Equations;
using NeuralOde.Equations.Data;
using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Formulas;
using NeuralOde.Equations.Simulation;
using NeuralOde.Series.Tables;
using NeuralOde.Tensors;

namespace NeuralOde.Benchmarks;

/// <summary>
/// The universal differential equation scenario of C. Rackauckas et al. (2020): growth and death of predator and prey are known, their interaction is to be found as a formula.
/// A run succeeds where the formula has exactly the two terms x*y.
/// </summary>
internal static class FormulasCommand
{
    private const string Truth = "x' = 1.3*x - 0.9*x*y\ny' = 0.8*x*y - 1.8*y\nx(0) = 0.44249296\ny(0) = 4.6280594";
    private const string Known = "x' = 1.3*x + unknown(x, y)\ny' = -1.8*y + unknown(x, y)\nx(0) = 0.44 > 0\ny(0) = 4.63 > 0\nobserve x, y: normal";

    public static void Run(int seeds, int degree)
    {
        EquationSolution solution = EquationSolver.Solve(EquationModel.Parse(Truth), new EquationSolveOptions { Until = 3, Step = 0.1, RelativeTolerance = 1e-12 });
        var model = EquationModel.Parse(Known);
        Console.WriteLine("| noise, % of the mean | runs | exactly the two terms | % | median s |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (double noise in (double[])[0.5, 2.5])
        {
            int right = 0;
            List<double> seconds = [];
            for (int seed = 0; seed < seeds; seed++)
            {
                long begin = Stopwatch.GetTimestamp();
                FormulaSearchResult found = FormulaSearch.Find(model, Noisy(solution, model, noise, seed), new FormulaSearchOptions { Degree = degree });
                bool isRight = found.Chosen.Terms.All(static x => x is ["x*y"]);
                right += isRight ? 1 : 0;
                seconds.Add(Stopwatch.GetElapsedTime(begin).TotalSeconds);
                string terms = string.Join("; ", found.Chosen.Terms.Select(static x => string.Join(" + ", x)));
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{noise} %, seed {seed}: {terms}{(isRight ? "" : " (wrong)")}, {seconds[^1]:0.0} s"));
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {noise} | {seeds} | {right} | {100.0 * right / seeds:0} | {seconds.Order().ElementAt(seconds.Count / 2):0.0} |"));
        }
    }

    private static EquationData Noisy(EquationSolution solution, EquationModel model, double percent, int seed)
    {
        int count = solution.Times.Count;
        double[] noise = new double[2 * count];
        new RandomSource(seed).FillNormal<double>(noise);
        double[] sizes = [.. solution.Values.Take(2).Select(x => 0.01 * percent * x.Average())];
        string rows = string.Concat(Enumerable.Range(0, count).Select(i => FormattableString.Invariant(
            $"{solution.Times[i]:R},{solution.Values[0][i] + (sizes[0] * noise[2 * i]):R},{solution.Values[1][i] + (sizes[1] * noise[(2 * i) + 1]):R}\n")));
        return EquationData.FromTable(CsvTable.Parse("t,x,y\n" + rows, "simulated"), model);
    }
}
