using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Tensors;

// Not below NeuralOde, whose types would then need no using lines.
namespace ReadmePrograms;

/// <summary>Joins known physics with a network. One of the README's programs, with its using lines and no other: ReadmeTests compares the texts.</summary>
internal static class HybridProgram
{
    public static void Run()
    {
        var rate = new Parameter(Tensor.Scalar(0.5f), "rate");
        var missing = new Mlp(inputs: 2, hidden: [8], outputs: 2);
        var hybrid = new OdeBlock(VectorField.Define((t, z) => -(rate * z) + missing.Forward(z)));
        hybrid.Forward(Tensor.Ones([1, 2]), 0, 1).Sum().Backward();
        Console.WriteLine($"{hybrid.Parameters.Count} parameters; the loss falls by {rate.Gradient!.ToScalar()} for each unit of the rate");
    }
}
