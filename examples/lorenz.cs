#:project ../src/NeuralOde.Solvers/NeuralOde.Solvers.csproj
#:property PublishAot=false

// 8,192 Lorenz systems at once, in lanes of vectors and on all processors: dotnet run -c Release examples/lorenz.cs
using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using NeuralOde.Solvers;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// Each problem has its own rho, from 0 to 28; initial states, times and directions could differ as well.
const int count = 8192;
var batch = new OdeBatch<float>(count, stateLength: 3, parameterLength: 1);
batch.SetTimes(0, 1);
for (int i = 0; i < count; i++)
{
    batch.InitialState(i)[0] = 1;
    batch.Parameters(i)[0] = 28f * i / (count - 1);
}

var integrator = new BatchIntegrator<float>(new Tsit5(), new AdaptiveSteps { RelativeTolerance = 1e-6, AbsoluteTolerance = 1e-6 }, stateLength: 3, parameterLength: 1);
TimeSpan best = TimeSpan.MaxValue;
for (int run = 0; run < 20; run++)
{
    var watch = Stopwatch.StartNew();
    integrator.Solve(new Lorenz(), batch);
    best = watch.Elapsed < best ? watch.Elapsed : best;
}

batch.ThrowIfFailed();
Console.WriteLine("  rho          x          y          z  steps");
for (int i = 0; i < count; i += 1024)
{
    ReadOnlySpan<float> state = batch.FinalState(i);
    Console.WriteLine($"{batch.Parameters(i)[0],5:F1} {state[0],10:F5} {state[1],10:F5} {state[2],10:F5} {batch.Result(i).Statistics.AcceptedSteps,6}");
}

Console.WriteLine($"{count} problems in {best.TotalMilliseconds:F1} ms");

/// <summary>Component by component, a vector of problems at a time.</summary>
internal sealed class Lorenz : IBatchField<float>
{
    public bool IsAutonomous => true;

    public void Evaluate(in LaneBlock<float> lanes)
    {
        ReadOnlySpan<float> x = lanes.State(0), y = lanes.State(1), z = lanes.State(2), rho = lanes.Parameter(0);
        Span<float> dx = lanes.Derivative(0), dy = lanes.Derivative(1), dz = lanes.Derivative(2);
        for (int i = 0; i < lanes.Count; i += Vector<float>.Count)
        {
            Vector<float> a = new(x[i..]), b = new(y[i..]), c = new(z[i..]), r = new(rho[i..]);
            (10 * (b - a)).CopyTo(dx[i..]);
            ((a * (r - c)) - b).CopyTo(dy[i..]);
            ((a * b) - (8f / 3 * c)).CopyTo(dz[i..]);
        }
    }
}
