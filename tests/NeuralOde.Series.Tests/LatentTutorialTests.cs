using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Optimizers;
using NeuralOde.Series.Latent;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Series.Tests;

/// <summary>The tutorial's code, which is that of examples/latent.cs too, compiled and run. Tests compare the texts, so none can change alone.</summary>
public partial class LatentTutorialTests
{
    [Fact]
    public void The_tutorials_latent_ode_learns()
    {
        const int Iterations = 400;
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

        // A model that says 0 has the oscillations' mean square, E[size²]/2 = 0.54, and as noise its root.
        Assert.All(errors, static x => Assert.True(double.IsFinite(x), $"{x}"));
        Assert.True(errors[0] < 0.54, $"{errors[0]}");
        Assert.True(model.Noise[0] < 0.5, $"{model.Noise[0]}");
    }

    [Fact]
    public void The_tutorial_shows_the_code_of_the_example()
    {
        string example = Normalize(File.ReadAllText(Repository.PathOf("examples/latent.cs")));
        MatchCollection blocks = CodeBlock().Matches(File.ReadAllText(Repository.PathOf("docs/tutorial-latent-ode.md")));
        Assert.Equal(5, blocks.Count);
        Assert.All(blocks, block => Assert.Contains(Normalize(block.Groups[1].Value), example, StringComparison.Ordinal));
    }

    [Fact]
    public void The_example_is_the_code_that_is_tested_with_more_iterations()
    {
        string here = Normalize(File.ReadAllText(ThisFile())), example = Normalize(File.ReadAllText(Repository.PathOf("examples/latent.cs")));
        string code = example[example.IndexOf("var random", StringComparison.Ordinal)..];
        Assert.Contains(code, here, StringComparison.Ordinal);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    /// <summary>Lines without their indentation, without blank ones, and without the number of iterations, which a test keeps small.</summary>
    private static string Normalize(string text) =>
        string.Join(
            '\n',
            text.ReplaceLineEndings("\n").Split('\n').Select(static line => line.Trim()).Where(
                static line => line.Length > 0 && !line.StartsWith("const int Iterations", StringComparison.Ordinal)));

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
