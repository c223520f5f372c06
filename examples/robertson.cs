#:project ../src/NeuralOde.Solvers/NeuralOde.Solvers.csproj
#:property PublishAot=false

// Robertson's three reactions over eleven decades of time, by every method for stiff problems: dotnet run examples/robertson.cs
using System.Globalization;
using NeuralOde.Solvers;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var reactions = new OdeProblem<double>((t, y, dy) =>
{
    double first = 0.04 * y[0], second = 1e4 * y[1] * y[2], third = 3e7 * y[1] * y[1];
    dy[0] = second - first;
    dy[1] = first - second - third;
    dy[2] = third;
});
double[] times = [0, .. Enumerable.Range(-2, 14).Select(static i => Math.Pow(10, i))];

// The second species never exceeds 4e-5: its absolute tolerance must be far below that.
var options = new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = 1e-6, AbsoluteTolerances = [1e-10, 1e-14, 1e-10] } };
OdeSolution<double> solution = Ode.Solve(reactions, [1.0, 0.0, 0.0], times, new Bdf(), options);
Console.WriteLine("       t           y1           y2           y3");
for (int i = 0; i < times.Length; i++)
{
    ReadOnlySpan<double> y = solution.State(i);
    Console.WriteLine($"{times[i],8:0e+0} {y[0],12:E4} {y[1],12:E4} {y[2],12:E4}");
}

Console.WriteLine();
Console.WriteLine("method      steps  rejected  evaluations  Jacobians  factorizations   y1 at the end");
foreach (OdeSolver method in new OdeSolver[] { new Bdf(), new RadauIIA5(), new Rodas5P(), new Kvaerno5(), new KenCarp4(), new Auto() })
{
    OdeSolution<double> one = Ode.Solve(reactions, [1.0, 0.0, 0.0], times, method, options);
    SolveStatistics x = one.Statistics;
    Console.WriteLine(
        $"{method.Name,-10} {x.AcceptedSteps,6} {x.RejectedSteps,9} {x.Evaluations,12} {x.Jacobians,10} {x.Factorizations,15} {one.FinalState[0],15:E4}");
}
