using NeuralOde.Fields;
using NeuralOde.Flows;
using NeuralOde.Flows.Discrete;
using NeuralOde.Optimizers;
using NeuralOde.Settings;
using NeuralOde.Solvers;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>Training iterations of flows by maximum likelihood, to set beside flow matching: 256 fresh points of eight Gaussians, scaled to a deviation of 1.</summary>
internal sealed class LikelihoodWorkload(Action step, Adam adam)
{
    private const int Batch = 256;
    private static long s_evaluations;

    /// <summary>What the last iteration's solve took, where there was one.</summary>
    public string Note => s_evaluations > 0 ? FormattableString.Invariant($"{s_evaluations} evaluations forward") : "";

    /// <summary>The flows, each with a name.</summary>
    public static IEnumerable<(string Name, LikelihoodWorkload Work)> All()
    {
        yield return ("planar, 32 layers", Of(DiscreteFlow.Planar(2, 32, random: new RandomSource(0))));
        yield return ("coupling, 8 layers of 32-32", Of(DiscreteFlow.Coupling(2, 8, [32, 32], random: new RandomSource(0))));
        foreach (int[] hidden in new int[][] { [64, 64], [64, 64, 64] })
        {
            var random = new RandomSource(0);
            var flow = new ContinuousFlow(new ConcatSquashField(2, hidden, random: random), new NormalDistribution(2))
            {
                Solver = new Dopri5(),
                Steps = SolverChoice.Tolerances(1e-3, 1e-4),
            };
            float[] points = new float[2 * Batch];
            void Step()
            {
                using var scope = TensorScope.Begin();
                Draw(random, points);
                FlowLoss loss = flow.Loss(Tensor.From(points, [Batch, 2]), random: random);
                loss.Total.Backward();
                s_evaluations = loss.Solution.Forward.Evaluations;
            }

            yield return ($"continuous, concatsquash 2-{string.Join('-', hidden)}-2, exact divergence, Dopri5 at 1e-3", new LikelihoodWorkload(Step, new Adam(flow.Parameters)));
        }
    }

    public void Train(int count)
    {
        for (int i = 0; i < count; i++)
        {
            step();
            adam.Step();
        }
    }

    private static LikelihoodWorkload Of(DiscreteFlow flow)
    {
        var task = DiscreteFlowTask.MaximumLikelihood(flow, Batch, Draw, new RandomSource(1));
        return new LikelihoodWorkload(() => _ = task.Step(new TrainingPosition(0, 1, TimeSpan.Zero)), new Adam(flow.Parameters));
    }

    private static void Draw(RandomSource random, Span<float> points)
    {
        Span<float> unused = stackalloc float[2 * Batch];
        MatchingWorkload.Draw(random, unused, points);
        foreach (ref float x in points)
        {
            x /= 3.6f;
        }
    }
}
