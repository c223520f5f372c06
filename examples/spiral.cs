#:project ../src/NeuralOde.Experiments/NeuralOde.Experiments.csproj
#:property PublishAot=false

// A network learns a spiral from noisy observations, in forty lines: dotnet run examples/spiral.cs
using System.Globalization;
using NeuralOde.Blocks;
using NeuralOde.Experiments.Dynamics;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Losses;
using NeuralOde.Optimizers;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var random = new RandomSource(seed: 0);
KnownDynamics spiral = KnownDynamics.Spiral;
double[] times = spiral.Times();
double[] exact = spiral.Trajectory(times);
float[] observed = spiral.Observe(exact, random);

var ode = new OdeBlock(new Mlp(inputs: 2, hidden: [16, 16], outputs: 2, Activation.Elu, random: random).AsField()) { Solver = new Tsit5() };
var adam = new Adam(ode.Parameters);
const int Iterations = 1200;
for (int i = 1; i <= Iterations; i++)
{
    // A window of 20 observations, solved from its first one.
    int start = random.NextInteger(times.Length - 20);
    Tensor window = Tensor.From(observed.AsSpan(2 * start, 40), [20, 1, 2]);
    Tensor loss = Loss.MeanSquared(ode.Forward(window.Select(0, 0), times.AsSpan(start, 20)), window);
    loss.Backward();
    adam.LearningRate = 0.01 * LearningRateSchedule.Cosine().Factor((double)i / Iterations);
    adam.Step();
    if (i % 200 == 0)
    {
        Console.WriteLine($"iteration {i,5}   loss {loss.ToScalar():E2}");
    }
}

using (GradientMode.Disable())
{
    Tensor learned = ode.Forward(Tensor.From([0.6f, 0.3f], [1, 2]), times);
    double error = Math.Sqrt(learned.ToDoubles().Zip(exact, (x, y) => (x - y) * (x - y)).Average());
    Console.WriteLine($"error of the whole trajectory, from its start to t = {spiral.End}: {error:F4}");
}
