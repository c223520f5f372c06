#:project ../src/NeuralOde.Solvers/NeuralOde.Solvers.csproj
#:property PublishAot=false

// Solves a pendulum without learning anything: dotnet run examples/orbit.cs
using System.Globalization;
using NeuralOde.Solvers;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// theta'' = -sin(theta), from rest at 2 radians.
var pendulum = Ode.Solve(
    (t, y, dy) =>
    {
        dy[0] = y[1];
        dy[1] = -Math.Sin(y[0]);
    },
    y0: [2.0, 0.0],
    t0: 0,
    t1: 20,
    new Tsit5(),
    new OdeOptions { Steps = new AdaptiveSteps { RelativeTolerance = 1e-9, AbsoluteTolerance = 1e-12 } });

Console.WriteLine("   t      angle   velocity     energy");
for (int i = 0; i <= 10; i++)
{
    double[] state = pendulum.At(2.0 * i);
    double energy = (0.5 * state[1] * state[1]) - Math.Cos(state[0]);
    Console.WriteLine($"{2 * i,4} {state[0],10:F5} {state[1],10:F5} {energy,10:F7}");
}

Console.WriteLine(pendulum.Statistics);
