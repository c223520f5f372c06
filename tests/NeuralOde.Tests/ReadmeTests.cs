using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Losses;
using NeuralOde.Optimizers;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests;

/// <summary>The README's code, compiled and run. A test compares the two texts, so neither can change alone.</summary>
public partial class ReadmeTests
{
    [Fact]
    public void An_orbit_is_solved_and_read_between_its_steps()
    {
        var orbit = Ode.Solve((t, y, dy) => { dy[0] = y[1]; dy[1] = -y[0]; }, y0: [1.0, 0.0], t0: 0, t1: 10, new Tsit5());
        double x = orbit.At(3.7)[0];

        Assert.Equal(Math.Cos(3.7), x, 1e-5);
    }

    [Fact]
    public void Dynamics_are_learned_from_batches_and_saved()
    {
        double[] grid = [0, 0.4, 0.8];
        var start = Tensor.From([1f, 0f], [1, 2]);
        var seen = Tensor.From([1f, 0f, 0.9f, 0.4f, 0.7f, 0.7f], [3, 1, 2]);
        var batches = Enumerable.Repeat((start, grid, seen), 60);
        string folder = Directory.CreateTempSubdirectory().FullName;
        string current = Environment.CurrentDirectory;
        double first = double.NaN;
        double last = double.NaN;
        try
        {
            Environment.CurrentDirectory = folder;
            void Learn()
            {
                var field = new Mlp(inputs: 2, hidden: [16, 16], outputs: 2, Activation.Elu).AsField();
                var ode = new OdeBlock(field) { Solver = new Dopri5(), GradientMethod = GradientMethod.BacksolveAdjoint };
                var adam = new Adam(ode.Parameters, learningRate: 0.01);
                foreach (var (z0, times, observed) in batches)
                {
                    var loss = Loss.MeanSquared(ode.Forward(z0, times), observed); // [time, batch, state]
                    loss.Backward();
                    adam.Step();
                }
                ode.Save("model.safetensors");

                using IDisposable scope = GradientMode.Disable();
                first = Loss.MeanSquared(new OdeBlock(new Mlp(2, [16, 16], 2, Activation.Elu).AsField()).Forward(start, grid), seen).ToScalar();
                last = Loss.MeanSquared(ode.Forward(start, grid), seen).ToScalar();
            }

            Learn();
            Assert.True(File.Exists("model.safetensors"));
        }
        finally
        {
            Environment.CurrentDirectory = current;
            Directory.Delete(folder, recursive: true);
        }

        Assert.True(last < 0.1 * first, $"{first} to {last}");
    }

    [Fact]
    public void Known_physics_and_a_network_make_one_field()
    {
        var rate = new Parameter(Tensor.Scalar(0.5f), "rate");
        var missing = new Mlp(inputs: 2, hidden: [8], outputs: 2);
        var hybrid = VectorField.Define((t, z) => -(rate * z) + missing.Forward(z));

        var ode = new OdeBlock(hybrid);
        ode.Forward(Tensor.Ones([1, 2]), 0, 1).Sum().Backward();
        Assert.Equal(5, ode.Parameters.Count);
        Assert.NotEqual(0, rate.Gradient!.ToScalar());
    }

    [Fact]
    public void The_readme_shows_the_code_that_is_tested()
    {
        string here = Normalize(File.ReadAllText(ThisFile()));
        string readme = File.ReadAllText(Repository.PathOf("README.md"));
        MatchCollection blocks = CodeBlock().Matches(readme);
        Assert.Equal(3, blocks.Count);
        Assert.All(blocks, block => Assert.Contains(Normalize(block.Groups[1].Value), here, StringComparison.Ordinal));
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    /// <summary>Lines without their indentation and without blank ones.</summary>
    private static string Normalize(string text) =>
        string.Join('\n', text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
