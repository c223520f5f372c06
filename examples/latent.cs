#:project ../src/NeuralOde.Series/NeuralOde.Series.csproj
#:property PublishAot=false

// A latent ODE from the library's parts; docs/tutorial-latent-ode.md explains it: dotnet run examples/latent.cs
using System.Globalization;
using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Optimizers;
using NeuralOde.Series;
using NeuralOde.Series.Latent;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Iterations = 4000;
var random = new RandomSource(seed: 0);

// Data: oscillations of many phases, amplitudes and frequencies, each observed at its own times.
TimeSeries[] series = [.. Enumerable.Range(0, 1000).Select(_ => Observe(24))];
TimeSeries Observe(int count)
{
    double phase = 2 * Math.PI * random.NextUniform(), size = 0.5 + random.NextUniform(), speed = 1 + (0.5 * random.NextUniform());
    double[] times = [0, .. Enumerable.Range(1, count - 1).Select(_ => 8 * random.NextUniform()).Order()];
    double[] noise = random.Normal([count], deviation: 0.05).ToDoubles();
    return new TimeSeries("", times, [.. times.Select((t, i) => (size * Math.Cos((speed * t) + phase)) + noise[i])]);
}

// Encoder: a GRU that reads a series backward and says what it believes of the latent state at its start.
const int Latent = 4;
var encoder = new GruEncoder(components: 1, hidden: 32, Latent, random: random);

// Dynamics: an ordinary differential equation in the latent space, solved with adaptive steps.
var ode = new OdeBlock(new Mlp(Latent, [32], Latent, Activation.Tanh, random: random).AsField())
{
    Solver = new Tsit5(),
    Steps = new AdaptiveSteps { RelativeTolerance = 1e-3, AbsoluteTolerance = 1e-4 },
};

// Decoder: what is seen of a latent state, with Gaussian noise whose size is learned.
var model = new LatentOde(encoder, ode, new Linear(Latent, 1, random: random), noise: 0.5, learnsNoise: true);

// Training: Adam goes up the evidence lower bound, a mini-batch at a time; of each series a first part of random length, as it will be asked about parts.
var adam = new Adam(model.Parameters);
for (int i = 1; i <= Iterations; i++)
{
    using var memory = TensorScope.Begin();
    var batch = SeriesBatch.From([.. Enumerable.Range(0, 32).Select(_ => series[random.NextInteger(series.Length)].Slice(0, 12 + random.NextInteger(13)))]);
    double divergenceWeight = Math.Min(1, 5.0 * i / Iterations);
    Tensor loss = model.Elbo(batch, random, divergenceWeight) * (-1.0 / batch.StepCount);
    loss.Backward();
    adam.LearningRate = 0.01 * LearningRateSchedule.Cosine().Factor((double)i / Iterations);
    adam.ClipGradientNorm(10);
    adam.Step();
    if (i % 1000 == 0)
    {
        Console.WriteLine($"iteration {i,5}   loss {loss.ToScalar(),7:F3}   noise {model.Noise[0]:F3}");
    }
}

// New series: the model reads the first 16 observations of each, reconstructs them, and extrapolates to those that it has not read.
double[] errors = [0, 0, 0];
const int Tests = 100;
for (int i = 0; i < Tests; i++)
{
    TimeSeries whole = Observe(24);
    var known = SeriesBatch.From([whole.Slice(0, 16)]);
    double[] path = model.Extrapolate(known, whole.Times).ToDoubles();
    double[] draws = model.SamplePosterior(known, whole.Times[^1..], count: 200, random).ToDoubles();
    double Squares(Range part) => path[part].Zip(whole.Values[part].ToArray(), (x, y) => (x - y) * (x - y)).Average() / Tests;
    errors = [errors[0] + Squares(..16), errors[1] + Squares(16..), errors[2] + (draws.Select(x => (x - draws.Average()) * (x - draws.Average())).Average() / Tests)];
}

Console.WriteLine(
    $"reconstruction error {Math.Sqrt(errors[0]):F3}   extrapolation error {Math.Sqrt(errors[1]):F3}   spread of the draws at the end {Math.Sqrt(errors[2]):F3}");
