#:project ../src/NeuralOde.Equations/NeuralOde.Equations.csproj
#:property PublishAot=false

// How often the formula of two unknown interactions is found, by level of noise: dotnet run examples/formula.cs [SEEDS]
using System.Globalization;
using NeuralOde.Equations;
using NeuralOde.Equations.Data;
using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Simulation;
using NeuralOde.Series.Tables;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
int seeds = args.Length > 0 ? int.Parse(args[0]) : 5;

// Predator and prey (Rackauckas et al., arXiv 2001.04385): what is measured, before noise.
EquationSolution truth = EquationSolver.Solve(
    EquationModel.Parse("x' = 1.3*x - 0.9*x*y\ny' = 0.8*x*y - 1.8*y\nx(0) = 0.44249296 fixed\ny(0) = 4.6280594 fixed"),
    new EquationSolveOptions { Until = 3, Step = 0.1, RelativeTolerance = 1e-12 });

// What is known: how each grows or dies alone.
var model = EquationModel.Parse("x' = 1.3*x + unknown(x, y)\ny' = -1.8*y + unknown(x, y)\nx(0) = 0.44 > 0\ny(0) = 4.63 > 0\nobserve x, y: normal");
foreach (double level in new[] { 0.005, 0.025 })
{
    int found = 0;
    for (int seed = 0; seed < seeds; seed++)
    {
        FormulaSearchResult result = FormulaSearch.Find(model, EquationData.FromTable(Noisy(level, seed), model));
        string formula = string.Join("; ", result.Chosen.Terms.Select(static x => string.Join(" + ", x)));
        found += formula == "x*y; x*y" ? 1 : 0;
        Console.WriteLine($"noise {level:0.0 %}, seed {seed}: {formula}");
    }

    Console.WriteLine($"noise {level:0.0 %}: the right terms in {found} of {seeds} runs");
}

CsvTable Noisy(double level, int seed)
{
    var random = new Random(seed);
    double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    double x = level * truth.Values[0].Average(), y = level * truth.Values[1].Average();
    IEnumerable<string> rows = truth.Times.Select((t, i) => $"{t:R},{truth.Values[0][i] + (x * Normal()):R},{truth.Values[1][i] + (y * Normal()):R}");
    return CsvTable.Parse(string.Join('\n', rows.Prepend("t,x,y")), $"seed {seed}");
}
