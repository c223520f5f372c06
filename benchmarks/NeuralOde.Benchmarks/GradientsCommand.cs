using System.Text.Json;
using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Losses;
using NeuralOde.Persistence;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Benchmarks;

/// <summary><c>gradients FILE</c>: holds our gradients against those of another implementation, which <c>peers/gradients.py</c> wrote.</summary>
internal static class GradientsCommand
{
    // Both sides solve at 1e-10; the constants in front, and the adjoint's own error, take some digits.
    private const double Tolerance = 1e-7;

    /// <returns>0 where all agree, else 1.</returns>
    public static int Run(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        JsonElement root = document.RootElement;
        double[] times = Numbers(root.GetProperty("times"));
        Tensor initial = Matrix(root.GetProperty("z0"));
        var observed = Tensor.From(Numbers(root.GetProperty("observed")), new Shape([times.Length, .. initial.Shape]));
        JsonElement[] layers = [.. root.GetProperty("layers").EnumerateArray()];
        int[] hidden = [.. layers[..^1].Select(static x => x.GetProperty("weight").GetArrayLength())];
        int size = initial.Shape[-1];
        var network = new Mlp(size + 1, hidden, size, Activation.Tanh, dtype: DType.Float64);
        for (int i = 0; i < layers.Length; i++)
        {
            network.Layers[i].Weight.SetValues<double>(Numbers(layers[i].GetProperty("weight")));
            network.Layers[i].Bias!.SetValues<double>(Numbers(layers[i].GetProperty("bias")));
        }

        Console.WriteLine($"Relative differences from {root.GetProperty("source").GetString()}, Euclidean norm over each tensor");
        Console.WriteLine();
        Console.WriteLine("| ours | theirs | loss | z0 | parameters, worst | times |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        double worst = 0;
        foreach (GradientMethod method in new[] { GradientMethod.Direct, GradientMethod.BacksolveAdjoint })
        {
            var ode = new OdeBlock(network.AsField(TimeInput.Concatenated))
            {
                Solver = new Dopri5(),
                Steps = new AdaptiveSteps { RelativeTolerance = 1e-10, AbsoluteTolerance = 1e-10 },
                GradientMethod = method,
            };
            ode.Parameters.ClearGradients();
            Tensor z0 = initial.WithGradient();
            Tensor t = Tensor.From(times).WithGradient();
            Tensor loss = Loss.MeanSquared(ode.Forward(z0, t), observed);
            loss.Backward();
            foreach (string theirs in new[] { "direct", "adjoint" })
            {
                JsonElement expected = root.GetProperty(theirs);
                double ofLoss = Math.Abs((loss.ToScalar() / expected.GetProperty("loss").GetDouble()) - 1);
                double ofState = Difference(z0.Gradient!, expected.GetProperty("z0"));
                double ofTimes = Difference(t.Gradient!, expected.GetProperty("times"));
                double ofParameters = expected.GetProperty("layers").EnumerateArray().Select((layer, i) => Math.Max(
                    Difference(network.Layers[i].Weight.Gradient!, layer.GetProperty("weight")),
                    Difference(network.Layers[i].Bias!.Gradient!, layer.GetProperty("bias")))).Max();
                worst = new[] { worst, ofLoss, ofState, ofParameters, ofTimes }.Max();
                Console.WriteLine(FormattableString.Invariant($"| {method.Name} | {theirs} | {ofLoss:0.0e+0} | {ofState:0.0e+0} | {ofParameters:0.0e+0} | {ofTimes:0.0e+0} |"));
            }
        }

        Console.WriteLine();
        Console.WriteLine(FormattableString.Invariant($"The worst is {worst:0.0e+0}; {(worst <= Tolerance ? "all agree" : "they DISAGREE")} to {Tolerance:0e+0}."));
        return worst <= Tolerance ? 0 : 1;
    }

    private static double Difference(Tensor ours, JsonElement theirs)
    {
        double[] expected = Numbers(theirs);
        double[] actual = ours.ToDoubles();
        return Norm(actual.Zip(expected, static (x, y) => x - y)) / Norm(expected);
    }

    private static double Norm(IEnumerable<double> values) => Math.Sqrt(values.Sum(static x => x * x));

    private static Tensor Matrix(JsonElement element) => Tensor.From(Numbers(element), [element.GetArrayLength(), element[0].GetArrayLength()]);

    /// <summary>All numbers of nested arrays, in order.</summary>
    private static double[] Numbers(JsonElement element) => element.ValueKind == JsonValueKind.Number
        ? [element.GetDouble()]
        : [.. element.EnumerateArray().SelectMany(Numbers)];
}
