#:project ../src/NeuralOde.Solvers/NeuralOde.Solvers.csproj
#:property PublishAot=false

// A ball that bounces until it hardly leaves the ground: dotnet run examples/bouncing-ball.cs
using System.Globalization;
using NeuralOde.Solvers;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// Height and velocity. Every bounce keeps 80 % of the speed; below 0.1 m/s the ball counts as at rest.
var ball = new OdeProblem<double>((t, y, dy) =>
{
    dy[0] = y[1];
    dy[1] = -9.81;
})
{
    Events =
    [
        new((t, y) => y[0]) { Name = "bounce", Direction = EventDirection.Falling, Jump = (t, y) => y[1] *= -0.8 },
        new((t, y) => Math.Max(Math.Abs(y[1]) - 0.1, y[0] - 1e-3)) { Name = "rest", Direction = EventDirection.Falling, IsTerminal = true },
    ],
};
var solution = Ode.Solve(ball, [10.0, 0.0], t0: 0, t1: 60);

Console.WriteLine("bounce        at   speed before    speed after");
int count = 0;
foreach (EventOccurrence<double> bounce in solution.Events.Where(static x => x.Index == 0))
{
    Console.WriteLine($"{++count,6} {bounce.Time,9:F5} {-bounce.StateBefore[1],14:F5} {bounce.StateAfter[1],14:F5}");
}

Console.WriteLine();
Console.WriteLine("    t     height");
for (double t = 0; t <= 5; t += 0.5)
{
    Console.WriteLine($"{t,5:F1} {solution.At(t)[0],10:F5}");
}

Console.WriteLine(solution.Result);
