#:project ../src/NeuralOde.Solvers/NeuralOde.Solvers.csproj
#:property PublishAot=false

// Follows a pendulum for a million steps: symplectic methods keep its energy, others lose or gain it. dotnet run examples/pendulum.cs
using System.Globalization;
using NeuralOde.Solvers;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// theta'' = -sin(theta), from rest at 2 radians: one position, and its velocity behind it.
var pendulum = OdeProblem<double>.SecondOrder((t, q, a) => a[0] = -Math.Sin(q[0]), positionCount: 1);
double[] times = [.. Enumerable.Range(0, 11).Select(i => i * 2000.0)];
OdeSolver[] methods = [new SemiImplicitEuler(), new VelocityVerlet(), new Yoshida4(), new Yoshida6(), new RungeKutta4(), new Dopri5()];

Console.WriteLine("Error of the energy after steps of 0.02");
Console.WriteLine("   steps" + string.Concat(methods.Select(method => $"{method.Name,21}")));
var errors = methods.Select(method =>
{
    var solution = Ode.Solve(pendulum, [2.0, 0.0], times, method, new OdeOptions { Steps = FixedSteps.OfLength(0.02) });
    return Enumerable.Range(0, times.Length).Select(i => Energy(solution.State(i)) - Energy(solution.State(0))).ToArray();
}).ToArray();
for (int i = 1; i < times.Length; i++)
{
    Console.WriteLine($"{i * 100_000,8}" + string.Concat(errors.Select(error => $"{error[i],21:0.0e+00}")));
}

static double Energy(ReadOnlySpan<double> state) => (0.5 * state[1] * state[1]) - Math.Cos(state[0]);
