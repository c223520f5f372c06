#:project ../src/NeuralOde/NeuralOde.csproj
#:property PublishAot=false

// A normalizing flow from the library's parts; docs/tutorial-flows.md explains it: dotnet run examples/flow.cs
using System.Globalization;
using NeuralOde.Fields;
using NeuralOde.Flows;
using NeuralOde.Flows.Matching;
using NeuralOde.Layers;
using NeuralOde.Optimizers;
using NeuralOde.Solvers;
using NeuralOde.Tensors;
using NeuralOde.Training;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Iterations = 10_000;
var random = new RandomSource(seed: 0);

// Data: two half circles with noise, of which there are always fresh points.
static void Moons(RandomSource random, Span<float> points)
{
    random.FillNormal(points);
    for (int i = 0; i < points.Length; i += 2)
    {
        (double sin, double cos) = Math.SinCos(Math.PI * random.NextUniform());
        (double x, double y) = random.NextUniform() < 0.5 ? (cos, sin) : (1 - cos, 0.5 - sin);
        points[i] = (float)((x - 0.5 + (0.08 * points[i])) / 0.87);
        points[i + 1] = (float)((y - 0.25 + (0.08 * points[i + 1])) / 0.5);
    }
}

// Field: a network that takes a point and the time, and says where the point goes.
VectorField field = new Mlp(3, [64, 64, 64], 2, Activation.Silu, random).AsField(TimeInput.Concatenated);

// Training: flow matching, which solves no equation. Each step pairs 256 points of noise with as many of the data by their optimal transport.
var matching = new FlowMatching<float>(field, batchSize: 256, dimension: 2, new FlowMatchingOptions { TimeExponent = 2 });
var task = new FlowMatchingTask(field, matching, (source, z) => source.FillNormal(z), Moons, random);
var training = new TrainingOptions { Iterations = Iterations, Schedule = LearningRateSchedule.Cosine(), Selection = ModelSelection.Last };
TrainingResult result = new TrainingRun(task, new Adam(field.Parameters, 0.002), training).Run();
Console.WriteLine($"{result.Losses.Count} steps, loss {result.Losses[^1]:F3}");

// Flow: the same field with a base distribution draws points, and knows their density.
var flow = new ContinuousFlow(field, new NormalDistribution(2))
{
    Solver = new Dopri5(),
    Steps = new AdaptiveSteps { RelativeTolerance = 1e-5, AbsoluteTolerance = 1e-5 },
};
Tensor drawn = flow.Sample(5, random);
Console.WriteLine($"draws {drawn}");

// Test: the mean of −log p over points that the flow has not seen, in nats. Less is better; a normal distribution has 2.8.
float[] test = new float[2_000];
Moons(new RandomSource(1), test);
Tensor density = flow.LogDensity(Tensor.From(test, [1_000, 2]));
Console.WriteLine($"negative log-likelihood {-density.Mean().ToScalar():F3} nats");

// Likelihood: the same flow may train on by maximum likelihood, at the price of a solve in each step.
var adam = new Adam(flow.Parameters, 1e-4);
for (int i = 0; i < Iterations / 1_000; i++)
{
    using var memory = TensorScope.Begin();
    float[] batch = new float[1_024];
    Moons(random, batch);
    flow.Loss(Tensor.From(batch, [512, 2]), random: random).Total.Backward();
    adam.Step();
}
