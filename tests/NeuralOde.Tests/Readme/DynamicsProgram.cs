using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Losses;
using NeuralOde.Optimizers;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

// Not below NeuralOde, whose types would then need no using lines.
namespace ReadmePrograms;

/// <summary>Learns dynamics from observations. One of the README's programs, with its using lines and no other: ReadmeTests compares the texts.</summary>
internal static class DynamicsProgram
{
    public static void Run()
    {
        double[] times = [0, 0.4, 0.8];
        var z0 = Tensor.From([1f, 0f], [1, 2]);                                     // [batch, state]
        var observed = Tensor.From([1f, 0f, 0.9f, 0.4f, 0.7f, 0.7f], [3, 1, 2]);    // [time, batch, state]

        var field = new Mlp(inputs: 2, hidden: [16, 16], outputs: 2, Activation.Elu).AsField();
        var ode = new OdeBlock(field) { Solver = new Dopri5(), GradientMethod = GradientMethod.BacksolveAdjoint };
        var adam = new Adam(ode.Parameters, learningRate: 0.01);
        for (int step = 0; step < 100; step++)
        {
            var loss = Loss.MeanSquared(ode.Forward(z0, times), observed);
            loss.Backward();
            adam.Step();
            Console.WriteLine(loss.ToScalar());
        }

        ode.Save("model.safetensors");
    }
}
