using NeuralOde.Fields;
using NeuralOde.Flows;
using NeuralOde.Optimizers;
using NeuralOde.Tensors;

// Not below NeuralOde, whose types would then need no using lines.
namespace DocumentPrograms;

/// <summary>Learns the density of points on a ring. The program of docs/flows.md, with its using lines and no other: ReadmeTests compares the texts.</summary>
internal static class FlowProgram
{
    public static void Run()
    {
        var random = new RandomSource(1);
        Tensor Ring(int count)
        {
            Tensor angle = random.Uniform([count, 1], 0, 2 * Math.PI);
            return Tensor.Concatenate([angle.Cos(), angle.Sin()], 1) + random.Normal([count, 2], 0, 0.1);
        }

        var flow = new ContinuousFlow(new GatedUnitsField(size: 2, units: 32, gateHidden: [16], random), new NormalDistribution(2));
        var optimizer = new Adam(flow.Parameters, learningRate: 1e-2);
        for (int i = 0; i < 150; i++)
        {
            FlowLoss loss = flow.Loss(Ring(128));
            loss.Total.Backward();
            optimizer.Step();
        }

        Tensor held = Ring(1000);
        (Tensor learned, Tensor normal) = (flow.LogDensity(held).Mean(), flow.Base.LogDensity(held).Mean());
        Console.WriteLine($"log-density of new points: {learned.ToScalar():0.00}, of the normal distribution: {normal.ToScalar():0.00}");
        Console.WriteLine($"drawn: {flow.Sample(3, random)}");
        Console.WriteLine($"density at the center and on the ring: {flow.LogDensity(Tensor.From(new float[,] { { 0, 0 }, { 1, 0 } })).Exp()}");
    }
}
