#:project ../src/NeuralOde/NeuralOde.csproj
#:property PublishAot=false

// Known physics plus a network for what it misses: dotnet run examples/hybrid.cs
// The truth is a damped oscillator with cubic friction. The model knows the spring, and learns the friction from noisy observations.
using System.Globalization;
using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Losses;
using NeuralOde.Optimizers;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var random = new RandomSource(seed: 1);

// Observations of two runs: position and velocity at irregular times.
double[] times = [0, .. Enumerable.Range(0, 60).Select(_ => 12 * random.NextUniform()).Order()];
double[][] starts = [[1.5, 0.0], [-2.0, -0.5]];
Tensor[] runs = [.. starts.Select(start =>
{
    var truth = Ode.Solve(
        (t, y, dy) =>
        {
            dy[0] = y[1];
            dy[1] = -y[0] - (0.3 * y[1] * y[1] * y[1]);
        },
        start,
        times);
    return Tensor.From([.. truth.States.ToArray().Select(x => (float)x)], [times.Length, 2]);
})];
Tensor observed = Tensor.Stack(runs, axis: 1) + random.Normal([times.Length, starts.Length, 2], deviation: 0.02); // [time, run, state]

// The model: x' = v, v' = -x + network(v).
var friction = new Mlp(inputs: 1, hidden: [16, 16], outputs: 1, random: random);
var field = VectorField.Define(
    (t, z) =>
    {
        Tensor x = z.Slice(axis: -1, 0..1);
        Tensor v = z.Slice(axis: -1, 1..2);
        return Tensor.Concatenate([v, friction.Forward(v) - x], axis: -1);
    },
    friction);
var ode = new OdeBlock(field);
var adam = new Adam(ode.Parameters, learningRate: 0.03);
Tensor z0 = Tensor.From([1.5f, 0f, -2f, -0.5f], [2, 2]);
const int Iterations = 800;
for (int i = 1; i <= Iterations; i++)
{
    adam.LearningRate = 0.03 * LearningRateSchedule.Cosine().Factor((double)i / Iterations);
    Tensor loss = Loss.MeanSquared(ode.Forward(z0, times), observed);
    loss.Backward();
    adam.Step();
    if (i % 200 == 0)
    {
        Console.WriteLine($"iteration {i,4}   loss {loss.ToScalar():E2}");
    }
}

// What was learned, at velocities that were observed.
double[] velocities = observed.Slice(axis: -1, 1..2).ToDoubles();
(double slowest, double fastest) = (velocities.Min(), velocities.Max());
Console.WriteLine("velocity   friction: true   learned");
using (GradientMode.Disable())
{
    for (int i = 0; i <= 6; i++)
    {
        double v = slowest + ((fastest - slowest) * i / 6);
        double learned = friction.Forward(Tensor.From([(float)v], [1, 1])).ToScalar();
        Console.WriteLine($"{v,8:F2} {-0.3 * v * v * v,16:F3} {learned,9:F3}");
    }
}
